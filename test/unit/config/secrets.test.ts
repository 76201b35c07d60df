import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { columns, falcoHostname, noColor, requiredParts, timeZone } from '../../../lib/config/env.ts';
import { parseConfig } from '../../../lib/config/load.ts';
import { resolveSecret, secretReferences, secretsNotForAws } from '../../../lib/config/secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftwire-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

function secretFile(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a reference to a secret', () => {
  it('is read from the environment', () => {
    vi.stubEnv('SOME_TOKEN', 'abc');
    expect(resolveSecret({ env: 'SOME_TOKEN' })).toEqual({ ok: true, value: 'abc' });
  });

  it('fails with the name of the variable when that is unset or empty', () => {
    vi.stubEnv('SOME_TOKEN', '');
    expect(resolveSecret({ env: 'SOME_TOKEN' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('SOME_TOKEN is not set or empty'),
    });
  });

  it('is read from a file without the line end behind it', () => {
    expect(resolveSecret({ file: secretFile('a', 'abc\n') })).toEqual({ ok: true, value: 'abc' });
    expect(resolveSecret({ file: secretFile('b', 'abc\r\n') })).toEqual({ ok: true, value: 'abc' });
  });

  it('fails for files that are no secrets, and never shows content', () => {
    const results = [
      resolveSecret({ file: join(folder, 'none') }),
      resolveSecret({ file: folder }),
      resolveSecret({ file: secretFile('empty', '\n') }),
      resolveSecret({ file: secretFile('big', 'x'.repeat(70_000)) }),
    ];
    expect(results.map((result) => (result.ok ? 'ok' : result.message.replace(/^.*" /, '')))).toEqual([
      'cannot be read (ENOENT): check path and rights',
      'is not a file',
      'is empty',
      'is too large: at most 65536 bytes',
    ]);
  });

  it('to AWS is told to be read there only', () => {
    expect(resolveSecret({ ssm: '/a' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('the SSM parameter /a is read on AWS only'),
    });
    expect(resolveSecret({ secretsmanager: 'b' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('the Secrets Manager secret b'),
    });
  });
});

describe('the secrets of a configuration', () => {
  const { config } = parseConfig(
    'loki: { url: "http://a", token: {env: A} }\nslack: { token: {ssm: /s}, channel: "#a" }\nreceivers: [{ type: pagerduty, routing_key: {file: k} }]',
    'x',
  );

  it('are found with their paths', () => {
    expect(config === undefined ? [] : secretReferences(config).map(({ path }) => path)).toEqual([
      'loki.token',
      'slack.token',
      'receivers[0].routing_key',
    ]);
  });

  it('are refused for AWS unless they live there', () => {
    expect(config === undefined ? [] : secretsNotForAws(config).map(({ path }) => path)).toEqual([
      'loki.token',
      'receivers[0].routing_key',
    ]);
  });
});

describe('the environment', () => {
  it('switches colour off when NO_COLOR is set and not empty', () => {
    vi.stubEnv('NO_COLOR', '');
    expect(noColor()).toBe(false);
    vi.stubEnv('NO_COLOR', '1');
    expect(noColor()).toBe(true);
  });

  it('gives host name, columns, time zone and required parts when they are set', () => {
    vi.stubEnv('FALCO_HOSTNAME', 'node-1');
    vi.stubEnv('COLUMNS', '120');
    vi.stubEnv('TZ', 'Europe/Berlin');
    vi.stubEnv('DRIFTWIRE_REQUIRE', 'prometheus,,loki');
    expect([falcoHostname(), columns(), timeZone(), requiredParts()]).toEqual(['node-1', 120, 'Europe/Berlin', ['prometheus', 'loki']]);
    vi.stubEnv('COLUMNS', 'wide');
    vi.stubEnv('DRIFTWIRE_REQUIRE', '');
    expect([columns(), requiredParts()]).toEqual([undefined, []]);
  });
});
