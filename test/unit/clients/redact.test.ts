import { describe, expect, test } from 'vitest';
import { Redactor } from '../../../lib/clients/redact.ts';

describe('blacking out', () => {
  test('hides every secret, each time, also percent-encoded', () => {
    const redactor = new Redactor(['s3cret/1', 'other-secret']);
    expect(redactor.redact('s3cret/1 s3cret%2F1 s3cret/1 other-secret')).toBe('[redacted] [redacted] [redacted] [redacted]');
  });

  test('hides a secret that holds another one as a whole', () => {
    expect(new Redactor(['abcd', 'abcdefgh']).redact('xabcdefghx')).toBe('x[redacted]x');
  });

  test('leaves ordinary words alone where a secret is too short to tell', () => {
    expect(new Redactor(['a', '', 'abc']).redact('a cab of abc')).toBe('a cab of abc');
  });
});
