/** The fakes of the receivers refuse what the real ones refuse: a sink that passes beside them has been looked at. */
import { afterEach, describe, expect, test } from 'vitest';
import { findingsDocument } from '../../lib/core/deliver/receivers/finding-document.ts';
import { deliveryWith } from '../support/deliveries.ts';
import { type Alertmanager, AMTOOL, startAlertmanager } from '../support/export/alertmanager.ts';
import { FakeAlertmanager } from '../support/receivers/fake-alertmanager.ts';
import { FakeDiscord } from '../support/receivers/fake-discord.ts';
import { FakePagerDuty } from '../support/receivers/fake-pagerduty.ts';
import type { FakeServer } from '../support/receivers/fake-server.ts';
import { FakeSns } from '../support/receivers/fake-sns.ts';
import { FakeWebhook } from '../support/receivers/fake-webhook.ts';
import { realPart } from '../support/require.ts';

const open: FakeServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});

async function posterTo(server: FakeServer, path = ''): Promise<(body: unknown, headers?: Record<string, string>) => Promise<number>> {
  open.push(server);
  const url = `${await server.start()}${path}`;
  return async (body, headers = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url, { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } });
    await response.text();
    return response.status;
  };
}

describe('the fake webhook', () => {
  const finding = findingsDocument(deliveryWith(), 1_000_000);
  const key = { 'idempotency-key': '0'.repeat(28) };

  test('takes findings once and under their own key', async () => {
    const fake = new FakeWebhook();
    const post = await posterTo(fake.server);
    expect(await post(finding)).toBe(400);
    expect(await post(finding, key)).toBe(201);
    expect(await post(finding, key)).toBe(200);
    expect(await post(finding.replace('alice', 'mallory'), key)).toBe(422);
    expect(fake.taken.size).toBe(1);
  });

  test.each([['{}'], ['[]'], ['[{}]'], ['no'], [finding.replace('"reason"', '"because"')]])('refuses %s', async (body) => {
    const post = await posterTo(new FakeWebhook().server);
    expect(await post(body, key)).toBe(400);
  });

  test('asks for its token', async () => {
    const post = await posterTo(new FakeWebhook({ token: 'secret' }).server);
    expect(await post(finding, key)).toBe(401);
    expect(await post(finding, { ...key, authorization: 'Bearer secret' })).toBe(201);
  });
});

describe('the fake Discord', () => {
  const embed = { title: 't', description: 'd', color: 1, timestamp: '2026-11-20T09:00:00.000Z', footer: { text: 'f · id 1' } };
  const quiet = { allowed_mentions: { parse: [] } };

  test.each([
    [{ content: 'x'.repeat(2_001) }],
    [{}],
    [{ embeds: [] }],
    [{ embeds: Array.from({ length: 11 }, () => embed) }],
    [{ embeds: [{ ...embed, title: 'x'.repeat(257) }] }],
    [{ embeds: [{ ...embed, description: 'x'.repeat(4_097) }] }],
    [{ embeds: Array.from({ length: 3 }, () => ({ ...embed, description: 'x'.repeat(2_001) })) }],
    [{ embeds: [{ ...embed, color: -1 }] }],
    [{ embeds: [{ ...embed, timestamp: 'today' }] }],
    [{ embeds: [{ ...embed, footer: { text: 'x'.repeat(2_049) } }] }],
    [{ content: 'moderated' }],
  ])('refuses a message like %j', async (message) => {
    const fake = new FakeDiscord({ token: 'a' });
    expect(await (await posterTo(fake.server, FakeDiscord.path('a')))({ ...quiet, ...message })).toBe(400);
  });

  test('knows its token, tells of its limit, and refuses what comes all the same', async () => {
    const fake = new FakeDiscord({ token: 'a', now: () => 0 });
    const post = await posterTo(fake.server, FakeDiscord.path('a'));
    expect(await Promise.all(Array.from({ length: 5 }, () => post({ ...quiet, embeds: [embed] })))).toEqual([204, 204, 204, 204, 204]);
    expect(await post({ ...quiet, embeds: [embed] })).toBe(429);
    expect(fake.nuisances).toEqual(['posted into a rate limit']);
    expect([...fake.counts()]).toEqual([['1', 5]]);
    expect(await (await posterTo(new FakeDiscord({ token: 'b' }).server, FakeDiscord.path('a')))({ embeds: [embed] })).toBe(401);
  });

  test.each([
    [{ embeds: [embed] }, 'mentions are allowed'],
    [{ ...quiet, content: '@everyone' }, '@everyone'],
    [{ ...quiet, embeds: [{ ...embed, description: 'hi <@123>' }] }, '<@'],
    [{ ...quiet, embeds: [{ ...embed, title: 'https://evil' }] }, 'https://'],
    [{ ...quiet, embeds: [{ ...embed, title: '\u202e' }] }, '\u202e'],
  ])('notes that %j would disturb people', async (message, nuisance) => {
    const fake = new FakeDiscord({ token: 'a' });
    await (await posterTo(fake.server, FakeDiscord.path('a')))(message);
    expect(fake.nuisances).toContain(nuisance);
  });
});

describe('the fake PagerDuty', () => {
  const payload = { summary: 's', source: 'x', severity: 'critical', timestamp: '2026-11-20T09:00:00.000Z' };
  const event = { routing_key: 'key', event_action: 'trigger', dedup_key: 'd', payload };

  test.each([
    [{ ...event, routing_key: 'other' }],
    [{ ...event, event_action: 'open' }],
    [{ ...event, dedup_key: 'd'.repeat(256) }],
    [{ routing_key: 'key', event_action: 'resolve' }],
    [{ ...event, payload: { ...payload, summary: 's'.repeat(1_025) } }],
    [{ ...event, payload: { ...payload, source: '' } }],
    [{ ...event, payload: { ...payload, severity: 'high' } }],
    [{ ...event, payload: { ...payload, timestamp: 'x' } }],
    [{ ...event, links: [{ text: 'no address' }] }],
  ])('refuses %j', async (body) => {
    expect(await (await posterTo(new FakePagerDuty({ routingKey: 'key' }).server, '/v2/enqueue'))(body)).toBe(400);
  });

  test('makes one incident of a key, ends it, and makes nothing of an end alone', async () => {
    const fake = new FakePagerDuty({ routingKey: 'key' });
    const post = await posterTo(fake.server, '/v2/enqueue');
    for (const body of [event, event, { ...event, event_action: 'resolve' }, { ...event, dedup_key: 'e', event_action: 'resolve' }]) {
      expect(await post(body)).toBe(202);
    }
    expect([...fake.incidents].map(([key, { status, events }]) => [key, status, events.length])).toEqual([['d', 'resolved', 2]]);
    expect(await post(`{"x":"${'x'.repeat(512 * 1024)}"}`)).toBe(413);
  });
});

describe('the fake SNS', () => {
  const topicArn = 'arn:aws:sns:eu-west-1:111122223333:drift';
  const credential = { authorization: 'AWS4-HMAC-SHA256 Credential=AKID/20261120/eu-west-1/sns/aws4_request' };
  const batch = (entries: readonly Record<string, string>[], over: Record<string, string> = {}) =>
    new URLSearchParams({
      Action: 'PublishBatch',
      TopicArn: topicArn,
      ...Object.fromEntries(
        entries.flatMap((entry, index) =>
          Object.entries(entry).map(([name, value]) => [`PublishBatchRequestEntries.member.${index + 1}.${name}`, value]),
        ),
      ),
      ...over,
    }).toString();
  const entry = (id: string) => ({ Id: id, Subject: 'Subject', Message: '{}' });

  test.each([
    [batch([]), 400],
    [batch(Array.from({ length: 11 }, (_, n) => entry(String(n)))), 400],
    [batch([entry('a'), entry('a')]), 400],
    [batch([{ ...entry('a'), Message: 'x'.repeat(262_145) }]), 400],
    [batch([entry('a')], { TopicArn: 'other' }), 404],
    [batch([entry('a')]), 200],
  ])('answers a batch (%#) with its status', async (body, status) => {
    expect(await (await posterTo(new FakeSns({ topicArn, accessKeyId: 'AKID' }).server))(body, credential)).toBe(status);
  });

  test('refuses entries one by one, and strangers', async () => {
    const fake = new FakeSns({ topicArn, accessKeyId: 'AKID' });
    const post = await posterTo(fake.server);
    const bad = [{ Subject: 'line\nbreak' }, { Subject: 'x'.repeat(100) }, { Subject: 'Zoë' }, { Message: '' }, { MessageGroupId: 'g' }];
    await post(batch([entry('good'), ...bad.map((each, n) => ({ ...entry(String(n)), ...each }))]), credential);
    expect(fake.published).toHaveLength(1);
    expect(await post(batch([entry('a')]), { authorization: 'Credential=OTHER/x' })).toBe(403);
  });
});

describe.runIf(realPart('alertmanager', AMTOOL))('the fake Alertmanager', () => {
  test('answers as a real one does', { timeout: 60_000 }, async () => {
    const config = 'global: {}\nroute: { receiver: none }\nreceivers: [{ name: none }]\n';
    const real: Alertmanager = await startAlertmanager([{ path: 'alertmanager.yml', text: config }]);
    const fake = new FakeAlertmanager();
    const toFake = await posterTo(fake.server, '/api/v2/alerts');
    const toReal = async (body: unknown) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const response = await fetch(`http://${real.address}/api/v2/alerts`, {
        method: 'POST',
        body: text,
        headers: { 'content-type': 'application/json' },
      });
      await response.text();
      return response.status;
    };
    try {
      const now = Date.now();
      const at = (ms: number) => new Date(now + ms).toISOString();
      const alert = (change: object) => [
        { labels: { alertname: 'A' }, annotations: {}, startsAt: at(-1_000), endsAt: at(60_000), ...change },
      ];
      const cases: readonly (readonly [unknown, number])[] = [
        [alert({}), 200],
        [alert({}), 200],
        [[...alert({ labels: { alertname: 'B' } }), ...alert({ labels: {} })], 400],
        [alert({ labels: { 'bad-name': 'x' } }), 400],
        [alert({ labels: { alertname: 'C' }, annotations: { 'bad name': 'x' } }), 400],
        [alert({ labels: { alertname: 'D' }, startsAt: at(60_000), endsAt: at(0) }), 400],
        [alert({ labels: { alertname: 'E' }, startsAt: at(-120_000), endsAt: at(-60_000) }), 200],
        ['{}', 400],
        ['no', 400],
        ['[]', 200],
      ];
      for (const [body, status] of cases) {
        const label = JSON.stringify(body);
        expect(await toReal(body), `the real one: ${label}`).toBe(status);
        expect(await toFake(body), `the fake: ${label}`).toBe(status);
      }
      const firing = [...fake.alerts.values()].filter(({ endsAtMs }) => endsAtMs > Date.now()).map(({ labels }) => labels['alertname']);
      expect((await real.alerts()).map(({ labels }) => labels['alertname']).sort()).toEqual(firing.sort());
    } finally {
      await real.stop();
    }
  });
});
