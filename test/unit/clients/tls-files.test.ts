import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { tlsOf } from '../../../lib/clients/tls-files.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));

describe('whom to believe', () => {
  test('is the system, where nothing is said', () => {
    expect(tlsOf(undefined)).toBeUndefined();
  });

  test('is the authority in the file, or anybody', () => {
    expect(tlsOf({ ca_file: fixture('cert.pem'), insecure_skip_verify: false })).toEqual({
      insecure: false,
      ca: readFileSync(fixture('cert.pem'), 'utf8'),
    });
    expect(tlsOf({ insecure_skip_verify: true })).toEqual({ insecure: true });
  });

  test('a file that is not there or holds none is a fault of the configuration', () => {
    expect(() => tlsOf({ ca_file: fixture('none.pem'), insecure_skip_verify: false })).toThrow(/cannot be read \(ENOENT\)/);
    expect(() => tlsOf({ ca_file: fixture('PROVENANCE.md'), insecure_skip_verify: false })).toThrow(/holds no certificate/);
  });
});
