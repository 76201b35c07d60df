import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TOKEN } from '../../support/deployed/config.ts';
import { madeUpDay } from '../../support/deployed/made-up-day.ts';
import { sumOf } from '../../support/deployed/totals.ts';
import type { DeployedWorld } from '../../support/deployed/world.ts';
import { textsOf } from '../../support/fake-slack/content.ts';
import { buttonsOf, signed } from '../../support/fake-slack/interactions.ts';

const ALERTS = readFileSync(new URL('../../fixtures/alertmanager/firing.json', import.meta.url), 'utf8');
const ACKNOWLEDGE = 'driftwire_ack';
const TEN_MINUTES_MS = 600_000;

/** The public address, as Slack, an Alertmanager, Falco, an API server and strangers use it. */
export function testWebhook(world: () => DeployedWorld): void {
  const post = async (path: string, body: string, headers: Readonly<Record<string, string>>): Promise<number> => {
    const answer = await fetch(`${world().host.url('webhook')}${path}`, { method: 'POST', body, headers });
    await answer.arrayBuffer();
    return answer.status;
  };
  const json = { 'content-type': 'application/json' };
  const known = { ...json, authorization: `Bearer ${TOKEN}` };
  const unknown = { ...json, authorization: 'Bearer wrong' };

  test('gets nothing done for strangers, and counts them', { timeout: 60_000 }, async () => {
    const { host, slack, loki, expectation } = world();
    const list = eventList(madeUpDay('posted').kubernetes.slice(0, 5));
    const calls = slack.calls.length;
    for (const path of ['/ingest/kubernetes', '/ingest/falco', '/ingest/cloudtrail', '/alertmanager']) {
      expect(await post(path, list, unknown), path).toBe(401);
    }
    const { headers, body } = slack.press(anyMessage(world()), ACKNOWLEDGE);
    expect(await post('/slack/actions', body, { ...headers, 'x-slack-signature': `v0=${'0'.repeat(64)}` })).toBe(401);
    expect(await post('/slack/actions', `${body}&more=1`, headers)).toBe(401);
    // signed by Slack, and posted again when it is old
    expect(await post('/slack/actions', body, signed(body, slack.signingSecret, Date.now() - TEN_MINUTES_MS).headers)).toBe(401);
    expect(await post('/ingest/kubernetes', 'x'.repeat(7 * 1024 * 1024), known)).toBe(413);
    expect(await post('/nothing', list, known)).toBe(404);
    // a flood takes what concurrency it has, and no more
    const flood = await Promise.all(Array.from({ length: 20 }, () => post('/ingest/kubernetes', list, unknown)));
    expect(flood.filter((status) => status !== 401 && status !== 429)).toEqual([]);
    expect(flood).toContain(401);
    await host.settled(60_000);
    expect(slack.calls.length).toBe(calls);
    // counts go along with what is taken next by the same process
    expect(await post('/ingest/kubernetes', '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[]}', known)).toBeLessThan(500);
    await host.settled(60_000);
    expect(expectation.entryFaults(loki)).toEqual([]);
  });

  test('takes events of an API server and of Falco, and what is posted twice once', { timeout: 120_000 }, async () => {
    const { host, expectation, taps } = world();
    const { kubernetes, aws } = madeUpDay('posted');
    const list = eventList(kubernetes.filter(({ cluster }) => cluster === 'demo'));
    const falco = falcoEvent();
    const trail = `{"Records":[${aws.map(({ text }) => text).join(',')}]}`;
    const before = expectation.deliveries.size;
    await expectation.add(list, {}, 'demo');
    await expectation.add(falco);
    await expectation.add(trail);
    expect(expectation.deliveries.size - before).toBeGreaterThan(10);
    // it dies when the queue has everything and the sender knows nothing of it, who posts it again
    world().killAfter('webhook', 'aws', /SQS\.SendMessage/);
    expect(await post('/ingest/kubernetes?cluster=demo', list, known)).toBe(502);
    expect(taps.aws.traps).toBe(0);
    for (const again of [1, 2]) {
      expect(await post('/ingest/kubernetes?cluster=demo', list, known), `${again}`).toBe(200);
      expect(await post('/ingest/falco', falco, known), `${again}`).toBe(200);
      expect(await post('/ingest/cloudtrail', trail, known), `${again}`).toBe(200);
    }
    await host.settled(90_000);
    const totals = await world().expectAllTold();
    // those that were refused before, counted by the processes that took something since
    expect(sumOf(totals, 'driftwire_rejected_posts_total', { reason: 'unauthorized' })).toBeGreaterThan(0);
  });

  test('tells of alerts, and of the button that somebody presses', { timeout: 120_000 }, async () => {
    const { host, slack, loki, expectation } = world();
    expect([await post('/alertmanager', ALERTS, known), await post('/alertmanager', ALERTS, known)]).toEqual([200, 200]);
    const message = anyMessage(world());
    const { headers, body } = slack.press(message, ACKNOWLEDGE, { user: 'U0ALICE', userName: 'alice' });
    // Slack sends it again when it thinks that nobody was there
    expect([await post('/slack/actions', body, headers), await post('/slack/actions', body, headers)]).toEqual([200, 200]);
    expect(await post('/slack/actions', ...pressOf(slack.press(message, ACKNOWLEDGE, { user: 'U0EVE', userName: 'eve' })))).toBe(200);
    await host.settled(90_000);
    const shown = slack.visible().find(({ ts, channel }) => ts === message.ts && channel === message.channel);
    expect(textsOf(shown ?? message).join('\n')).toContain('Acknowledged by alice');
    expect(slack.workspace.ephemerals.filter(({ user }) => user === 'U0EVE')).toHaveLength(1);
    const alerts = slack.visible().filter((each) => textsOf(each).join('\n').includes('PodCrashLooping'));
    expect(alerts).toHaveLength(1);
    expect(textsOf(alerts[0] ?? message).join('\n')).toContain('*2* updates');
    // they are no events: Loki has none of them
    expect(expectation.entryFaults(loki)).toEqual([]);
  });
}

function pressOf({ headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string }) {
  return [body, headers] as const;
}

function anyMessage({ slack }: DeployedWorld) {
  const found = slack.visible().find((message) => buttonsOf(message).some(({ action_id: id }) => id === ACKNOWLEDGE));
  if (found === undefined) throw new Error('no message has a button');
  return found;
}

/** A body as the webhook backend of an API server posts it. */
function eventList(records: readonly { readonly text: string }[]): string {
  return `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${records.map(({ text }) => text).join(',')}]}\n`;
}

/** An event as Falco's HTTP output posts it. */
function falcoEvent(): string {
  const time = new Date(Math.floor(Date.now() / 1_000) * 1_000).toISOString().replace('Z', '123456Z');
  return JSON.stringify({
    uuid: '2f3a1c7e-7a52-4b54-8a4e-0d6f4d1f9a10',
    hostname: 'node-1',
    output: `${time}: Notice A shell was spawned in a container (user=root container=web)`,
    priority: 'Notice',
    rule: 'Terminal shell in container',
    source: 'syscall',
    tags: ['container', 'shell'],
    time,
    output_fields: { 'container.id': '3ad7b26ded6d', 'evt.time': Date.parse(time) * 1_000_000, 'proc.name': 'bash', 'user.name': 'root' },
  });
}
