import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { openSinks } from '../../lib/wire-sinks.ts';

async function open(text: string) {
  const loaded = parseConfig(text, 'driftwire.yaml');
  if (loaded.config === undefined) throw new Error(JSON.stringify(loaded.problems));
  const opened = await openSinks(loaded.config, {
    file: 'driftwire.yaml',
    placeOf: loaded.placeOf,
    version: '1.2.3',
    instance: 'test',
    readSecret: ({ env }) => (env === undefined ? { ok: false, message: 'no such secret' } : { ok: true, value: `the value of ${env}\n` }),
  });
  if (opened.ok) for (const sink of opened.sinks) sink.close();
  return opened;
}

describe('the sinks of a configuration', () => {
  test('are those that it names', async () => {
    const opened = await open('loki: { url: "http://127.0.0.1:3100" }');
    expect(opened.ok && opened.sinks.map(({ name }) => name)).toEqual(['loki']);
    expect(opened.ok && opened.remoteWrite).toBeUndefined();
    expect(await open('{}')).toMatchObject({ ok: true, sinks: [] });
  });

  test.each([
    ['loki: { url: "http://127.0.0.1/api/prom/push" }', 'loki', 'push address of old'],
    ['loki: { url: "http://127.0.0.1", token: { env: TOKEN } }', 'loki', 'no header can carry'],
    ['loki: { url: "http://127.0.0.1", token: { file: none } }', 'loki.token', 'no such secret'],
    ['loki: { url: "https://127.0.0.1", tls: { ca_file: none.pem } }', 'loki.tls', 'cannot be read (ENOENT)'],
  ])('that cannot be opened are told with their place: %s', async (text, path, says) => {
    const opened = await open(text);
    expect(opened).toMatchObject({ ok: false, problems: [{ path, line: 1, message: expect.stringContaining(says) }] });
    expect(JSON.stringify(opened)).not.toContain('the value of');
  });
});
