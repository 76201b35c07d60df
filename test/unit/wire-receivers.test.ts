import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import { allSinks, type OpenedSinks, openSinks } from '../../lib/wire-sinks.ts';
import { alertDeliveryWith } from '../support/alerts.ts';
import { deliveryWith } from '../support/deliveries.ts';
import { FakeWebhook } from '../support/receivers/fake-webhook.ts';

const SECRETS: Readonly<Record<string, string>> = {
  TOKEN: 'a-bearer-token',
  HOOK: 'https://discord.com/api/webhooks/1/very-secret-part',
  KEY: '0123456789abcdef0123456789abcdef',
  BROKEN: 'two\nlines',
};

async function opened(receivers: string): Promise<OpenedSinks> {
  const loaded = parseConfig(`receivers: [${receivers}]`, 'driftwire.yaml');
  if (loaded.config === undefined) throw new Error(JSON.stringify(loaded.problems));
  return openSinks(loaded.config, {
    file: 'driftwire.yaml',
    placeOf: loaded.placeOf,
    version: '1.2.3',
    instance: 'test',
    readSecret: ({ env = '' }) => {
      const value = SECRETS[env];
      return value === undefined ? { ok: false, message: `${env} is not set` } : { ok: true, value };
    },
  });
}

async function sinksOf(receivers: string) {
  const all = await opened(receivers);
  if (!all.ok) throw new Error(JSON.stringify(all.problems));
  return allSinks(all, new MemoryStore());
}

describe('receivers of the configuration', () => {
  test('are sinks of their own, named as they are told', async () => {
    const sinks = await sinksOf(
      [
        '{ type: webhook, url: "http://127.0.0.1:1", token: { env: TOKEN } }',
        '{ type: discord, name: ops, webhook_url: { env: HOOK } }',
        '{ type: pagerduty, routing_key: { env: KEY } }',
        '{ type: sns, topic_arn: "arn:aws:sns:eu-west-1:111122223333:drift" }',
        '{ type: alertmanager, url: "http://127.0.0.1:9093", username: a, password: { env: TOKEN } }',
      ].join(', '),
    );
    expect(sinks.map(({ name, takesAlerts }) => [name, takesAlerts])).toEqual([
      ['webhook', true],
      ['ops', true],
      ['pagerduty', true],
      ['sns', true],
      ['alertmanager', false],
    ]);
    for (const sink of sinks) sink.close();
  });

  test('get what is bad enough for them; the rest is none of theirs and counts as nothing', async () => {
    const fake = new FakeWebhook();
    const url = await fake.server.start();
    const [webhook] = await sinksOf(`{ type: webhook, url: "${url}", minimum_priority: error }`);
    const [mild, bad] = [deliveryWith({ id: 'mild' }), deliveryWith({ id: 'bad', findings: [{ priority: 'Error' }] })];
    expect(await webhook?.deliver([mild, bad, alertDeliveryWith()])).toEqual([
      { kind: 'delivered', skipped: true },
      { kind: 'delivered' },
      { kind: 'delivered' },
    ]);
    expect([...fake.events().keys()]).toHaveLength(2);
    webhook?.close();
    await fake.server.stop();
  });

  test('that cannot work are told with their places, all at once, and without secrets', async () => {
    const all = await opened(
      [
        '{ type: webhook, url: "http://127.0.0.1:1", token: { env: BROKEN } }',
        '{ type: discord, webhook_url: { env: KEY } }',
        '{ type: pagerduty, routing_key: { env: MISSING } }',
        '{ type: alertmanager, url: "https://127.0.0.1", tls: { ca_file: not/there.pem } }',
      ].join(', '),
    );
    expect(all.ok ? [] : all.problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      expect.stringMatching(/^receivers\[0\]: the bearer token holds a line break/),
      expect.stringMatching(/^receivers\[1\]: the secret is not an address/),
      expect.stringMatching(/^receivers\[2\]\.routing_key: MISSING is not set/),
      expect.stringMatching(/^receivers\[3\]\.tls: /),
    ]);
    expect(JSON.stringify(all)).not.toContain(SECRETS['KEY']);
  });
});
