/** Whatever a log holds, receivers take what they are sent of it, and nobody is disturbed by it. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sns } from '../../lib/clients/sns.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import { PRIORITIES } from '../../lib/core/model/finding.ts';
import type { Sink } from '../../lib/core/ports.ts';
import { alertmanagerSink } from '../../lib/sinks/alertmanager.ts';
import { discordSink } from '../../lib/sinks/discord.ts';
import { pagerDutySink } from '../../lib/sinks/pagerduty.ts';
import { snsSink } from '../../lib/sinks/sns.ts';
import { webhookSink } from '../../lib/sinks/webhook.ts';
import { alertDeliveryWith } from '../support/alerts.ts';
import { deliveryWith } from '../support/deliveries.ts';
import { FakeAlertmanager } from '../support/receivers/fake-alertmanager.ts';
import { FakeDiscord } from '../support/receivers/fake-discord.ts';
import { FakePagerDuty } from '../support/receivers/fake-pagerduty.ts';
import { FakeSns } from '../support/receivers/fake-sns.ts';
import { FakeWebhook } from '../support/receivers/fake-webhook.ts';
import { manualTiming } from '../support/timing.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:drift';
const SECRET = 'AKIAIOSFODNN7EXAMPLE';

/** What people have tried, and what nobody has thought of. */
const hostile = fc.oneof(
  fc.constantFrom(
    '@everyone',
    '<@123>',
    '<#1>',
    '<:a:1>',
    '<!channel>',
    '</x:1>',
    'https://evil.example',
    '[x](https://evil.example)',
    '`',
    '```',
    '**',
    '\u202e',
  ),
  fc.constantFrom(
    'a\nb',
    'a\r\n\r\nb',
    '\u0000',
    '\ud800',
    '\\',
    '"',
    '{{',
    '%s',
    'x'.repeat(1_500),
    'é'.repeat(1_000),
    '😀'.repeat(700),
    ` ${SECRET} `,
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const text = fc.array(hostile, { maxLength: 4 }).map((parts) => parts.join(''));
const nullable = fc.option(text);
/** Names of rules, fields and labels are given by those who write rules. */
const name = text.map((each) => each.replaceAll(SECRET, 'name'));
const finding = fc.record({
  rule: name,
  priority: fc.constantFrom(...PRIORITIES),
  message: text,
  hostname: text,
  account_name: nullable,
  region: nullable,
  cluster: nullable,
  reason: text,
  tags: fc.array(text, { maxLength: 3 }),
  output_fields: fc.dictionary(name, text, { maxKeys: 4 }),
  actor: fc.record({
    user: text,
    principal: nullable,
    session: nullable,
    user_agent: nullable,
    source_ip: nullable,
    impersonates: nullable,
  }),
  action: fc.record({ service: text, name: text, verb: text, error: nullable }),
  target: fc.record({ kind: nullable, name: nullable, namespace: nullable, subresource: nullable, arn: nullable }),
});
const audit = fc.tuple(fc.array(finding, { minLength: 1, maxLength: 3 }), text).map(([findings, recordText]) => ({ findings, recordText }));
const alert = fc.record({ labels: fc.dictionary(name, text, { maxKeys: 5 }), annotations: fc.dictionary(name, text, { maxKeys: 3 }) });
const events: fc.Arbitrary<readonly Delivery[]> = fc
  .array(fc.oneof(audit, alert), { minLength: 1, maxLength: 4 })
  .map((made) =>
    made.map((each, n) =>
      'findings' in each
        ? deliveryWith({ id: `event-${n}`, ...each })
        : alertDeliveryWith({ ...each, fingerprint: String(n) }, { groupKey: String(n % 2) }),
    ),
  );

describe('whatever a log holds', () => {
  const timing = manualTiming();
  const now = () => timing.now();
  const webhook = new FakeWebhook({ now });
  const discord = new FakeDiscord({ token: 'a', now, isLimited: false });
  const pagerDuty = new FakePagerDuty({ routingKey: 'key', now });
  const alertmanager = new FakeAlertmanager({ now });
  const topic = new FakeSns({ topicArn: TOPIC, accessKeyId: 'test', now });
  const fakes = [webhook, discord, pagerDuty, alertmanager, topic];
  let open: () => readonly Sink[];

  beforeAll(async () => {
    const [hook = '', channel = '', pager = '', manager = '', endpoint = ''] = await Promise.all(fakes.map(({ server }) => server.start()));
    const common = { minimumPriority: 'Debug' } as const;
    const http = { timeoutMs: 10_000 };
    const api = sns({ endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
    // opened anew for each run, because a sink remembers what it has sent
    open = () => [
      webhookSink({ ...common, name: 'webhook', url: hook, http }, { timing }),
      discordSink({ ...common, name: 'discord', webhookUrl: `${channel}${FakeDiscord.path('a')}`, timeoutMs: 10_000 }, { timing }),
      pagerDutySink({ ...common, name: 'pagerduty', url: pager, routingKey: 'key', timeoutMs: 10_000 }, { timing }),
      alertmanagerSink({ ...common, name: 'alertmanager', url: manager, http, holdMs: 900_000 }, { timing }),
      snsSink({ ...common, name: 'sns', topicArn: TOPIC, open: async () => ({ ...api, close: () => undefined }) }, { timing }),
    ];
  });
  afterAll(async () => {
    await Promise.all(fakes.map(({ server }) => server.stop()));
  });

  test('every receiver takes it, nobody is pinged, and no secret leaves', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(events, async (deliveries) => {
        webhook.taken.clear();
        for (const { server } of fakes) server.posts.length = 0;
        for (const sink of open()) {
          const results = await sink.deliver(deliveries);
          sink.close();
          expect(
            results.filter(({ kind }) => kind !== 'delivered'),
            sink.name,
          ).toEqual([]);
        }
        expect(discord.nuisances).toEqual([]);
        for (const { server } of fakes) expect(JSON.stringify(server.posts)).not.toContain(SECRET);
      }),
      { numRuns: 40 },
    );
  });
});
