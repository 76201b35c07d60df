import { afterEach, describe, expect, test } from 'vitest';
import { acknowledged } from '../../../lib/core/deliver/incident/incident-steps.ts';
import { IncidentBook } from '../../../lib/sinks/slack-book.ts';
import { IncidentHost } from '../../../lib/sinks/slack-hosts.ts';
import { SlackWebhook } from '../../../lib/sinks/slack-webhook.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { textsOf } from '../../support/fake-slack/content.ts';
import { alarm, deed } from '../../support/incidents.ts';
import { slackSink } from '../../support/slack-sink.ts';
import { SlackWorld, type WorldOptions } from '../../support/slack-world.ts';

const worlds: SlackWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.slack.stop();
});

async function open(options: WorldOptions = {}): Promise<SlackWorld> {
  const world = new SlackWorld(options);
  await world.slack.start();
  worlds.push(world);
  return world;
}
const MINUTE = 60_000;
const deeds = (world: SlackWorld, count: number, over: Partial<Parameters<typeof deed>[0]> = {}) =>
  Array.from({ length: count }, (_, n) => deed({ id: `event-${n}`, atMs: world.clock.now() + n * 1_000, resource: `pod-${n}.`, ...over }));

/** As a person does with the menu of a message. */
function deleteMessage(world: SlackWorld, { channel, ts }: { readonly channel: string; readonly ts: string }): void {
  const message = world.slack.workspace.find(channel, ts);
  if (message === undefined) throw new Error('no such message');
  world.slack.workspace.delete(message);
}

describe('one event', () => {
  test('is one message that says it all', async () => {
    const world = await open();
    const all = deeds(world, 1);
    await world.untilTold(all);
    await world.expectTruth(all);
    expect(world.slack.visible()[0]?.replies).toEqual([]);
    expect(world.slack.calls.map(({ method }) => method)).toEqual(['chat.postMessage']);
  });

  test('below the minimum priority is not meant for Slack', async () => {
    const world = await open({ sink: { minimumPriority: 'Error' } });
    const worker = world.worker();
    expect(await world.clock.work(() => worker.deliver(deeds(world, 1)))).toEqual([{ kind: 'delivered', skipped: true }]);
    expect(world.slack.calls).toEqual([]);
  });
});

describe('several events', () => {
  test('are a message with the count and a thread with the details', async () => {
    const world = await open();
    const all = deeds(world, 5);
    await world.untilTold(all.slice(0, 1));
    world.clock.advance(MINUTE);
    await world.untilTold(all);
    await world.expectTruth(all);
    const [parent] = world.slack.visible();
    expect([parent?.edits, parent?.replies.length]).toEqual([1, 1]);
  });

  test('beyond a hundred are told by the count, at little cost', async () => {
    const world = await open();
    const all = deeds(world, 700, {});
    await world.untilTold(all);
    await world.expectTruth(all);
    expect(world.slack.calls.length).toBeLessThan(40);
    const records = await Promise.all([...world.names].map((name) => world.store.incidentRecord(name)));
    for (const record of records) expect(record?.body.length).toBeLessThan(40_000);
  });

  test('are told no second time for 30 days, also when their incident is long over', async () => {
    const world = await open();
    const all = deeds(world, 3);
    await world.untilTold(all);
    for (let day = 1; day < 29; day += 7) {
      world.clock.advance(7 * 24 * 60 * MINUTE);
      await world.untilTold(Array.from({ length: 5 }, (_, n) => deed({ id: `e-${day}-${n}`, atMs: world.clock.now() + n * 20 * MINUTE })));
    }
    const calls = world.slack.calls.length;
    await world.untilTold(all);
    expect(world.slack.calls.length).toBe(calls);
  });

  test('after a silence are a message of their own', async () => {
    const world = await open();
    const all = [...deeds(world, 2), deed({ id: 'later', atMs: world.clock.now() + 20 * MINUTE, resource: 'pod-9.' })];
    await world.untilTold(all);
    await world.expectTruth(all);
    expect(world.slack.visible()).toHaveLength(2);
  });

  test('of many days, as a scan of old files has them, are all told', { timeout: 60_000 }, async () => {
    const world = await open({ sink: { maxIncidentsAMinute: 1_000 } });
    const all = Array.from({ length: 30 }, (_, n) =>
      deed({ id: `e${n}`, atMs: world.clock.now() - n * 60 * MINUTE, resource: `pod-${n}.` }),
    );
    await world.untilTold(all);
    expect(world.slack.visible()).toHaveLength(30);
    const calls = world.slack.calls.length;
    await world.untilTold(all);
    expect(world.slack.calls.length).toBe(calls);
  });
});

describe('alerts of an Alertmanager', () => {
  test('fire, change and are resolved on one message', async () => {
    const world = await open();
    const startsAtMs = world.clock.now();
    await world.untilTold([alarm({ startsAtMs }), alarm({ startsAtMs, fingerprint: 'f2' })]);
    const over = [
      alarm({ startsAtMs, status: 'resolved', endsAtMs: startsAtMs + 9 }),
      alarm({ startsAtMs, fingerprint: 'f2', status: 'resolved' }),
    ];
    world.clock.advance(600 * MINUTE);
    await world.untilTold(over);
    expect(world.slack.visible()).toHaveLength(1);
    expect(world.slack.visible()[0]?.text).toMatch(/resolved/i);
    expect(world.slack.findings()).toEqual([]);
  });
});

describe('channels', () => {
  test('are chosen by route, cluster and account, and a broken one holds up no other', async () => {
    const channels = [
      { id: 'C0PAGER', name: 'page' },
      { id: 'C0LABXX', name: 'lab', isArchived: true },
    ];
    const routing = { routes: [{ priority: 'Critical' as const, channel: '#page' }], clusters: { lab: '#lab' } };
    const world = await open({ channels });
    const worker = slackSink(world.slack, { timing: world.clock, records: world.store, routing });
    const at = world.clock.now();
    const batch = [
      deed({ id: 'a', atMs: at, priority: 'Alert' }),
      deed({ id: 'b', atMs: at, cluster: 'lab', user: 'bob' }),
      deed({ id: 'c', atMs: at }),
    ];
    expect(await world.clock.work(() => worker.deliver(batch))).toMatchObject([
      { kind: 'delivered' },
      { kind: 'refused', permanent: false, reason: 'misconfigured', message: expect.stringContaining('is_archived: unarchive') },
      { kind: 'delivered' },
    ]);
    expect(['#page', '#lab', '#drift'].map((channel) => world.slack.visible(channel).length)).toEqual([1, 0, 1]);
    expect(await worker.check()).toMatchObject({
      ok: false,
      reason: 'misconfigured',
      message: expect.stringContaining('#lab: is_archived'),
    });
    const calls = world.slack.calls.length;
    expect(await world.clock.work(() => worker.deliver(batch))).toMatchObject([
      { kind: 'delivered' },
      { kind: 'refused' },
      { kind: 'delivered' },
    ]);
    expect(world.slack.calls.length).toBe(calls);
    world.slack.workspace.setChannel({ id: 'C0LABXX', name: 'lab', isArchived: false });
    world.clock.advance(61_000);
    expect(await world.clock.work(() => worker.deliver(batch))).toMatchObject([
      { kind: 'delivered' },
      { kind: 'delivered' },
      { kind: 'delivered' },
    ]);
    worker.close();
  });

  test('that are named are found again after a lost answer', async () => {
    const world = await open();
    const worker = slackSink(world.slack, { timing: world.clock, records: world.store, routing: { channel: '#drift' } });
    world.slack.fail({ kind: 'answer_lost' });
    expect(await world.clock.work(() => worker.deliver(deeds(world, 1)))).toEqual([{ kind: 'delivered' }]);
    expect(world.slack.visible('#drift')).toHaveLength(1);
    expect(world.slack.calls.map(({ method }) => method)).toContain('conversations.list');
    worker.close();
  });
});

describe('a revoked token', () => {
  test('lets everything wait until there is another', async () => {
    const world = await open();
    const worker = slackSink(world.slack, { timing: world.clock, records: world.store });
    world.slack.setTokenState('token_revoked');
    const all = [...deeds(world, 2), deed({ id: 'x', user: 'bob', atMs: world.clock.now(), resource: 'pod-7.' })];
    const results = await world.clock.work(() => worker.deliver(all));
    expect(results).toMatchObject([0, 1, 2].map(() => ({ kind: 'refused', permanent: false, reason: 'unauthorized' })));
    expect(world.slack.calls).toHaveLength(1);
    expect(await worker.check()).toMatchObject({ ok: false, reason: 'unauthorized', message: expect.stringContaining('token_revoked') });
    world.slack.setTokenState(undefined);
    world.clock.advance(61_000);
    await world.untilTold(all);
    await world.expectTruth(all);
    worker.close();
  });
});

describe('a message that Slack finds fault with', () => {
  test('is told as plain text', async () => {
    const faultOf = ({ args }: { readonly args: Readonly<Record<string, unknown>> }) =>
      String(args['blocks'] ?? '[]') === '[]' ? undefined : ({ kind: 'error', error: 'msg_blocks_too_long' } as const);
    const world = await open({ faultOf });
    const all = deeds(world, 3);
    await world.untilTold(all);
    expect(world.slack.visible()[0]?.text).toContain('3');
    expect(world.slack.visible()[0]?.replies).toHaveLength(1);
  });

  test('for ever is refused as a whole, and its details alone are left to the count', async () => {
    const world = await open({
      faultOf: ({ args }) => (args['thread_ts'] === undefined ? undefined : { kind: 'error', error: 'invalid_blocks' }),
    });
    await world.untilTold(deeds(world, 3));
    expect(world.slack.visible()[0]?.replies).toEqual([]);
    const refusing = await open({ faultOf: () => ({ kind: 'error', error: 'invalid_blocks' }) });
    const worker = refusing.worker();
    const results = await refusing.clock.work(() => worker.deliver(deeds(refusing, 2)));
    expect(results).toMatchObject([0, 1].map(() => ({ kind: 'refused', permanent: true, reason: 'invalid' })));
  });

  test('when it is edited stays as it was', async () => {
    const world = await open({
      faultOf: ({ method }) => (method === 'chat.update' ? { kind: 'error', error: 'msg_too_long' } : undefined),
    });
    await world.untilTold(deeds(world, 1));
    await world.untilTold(deeds(world, 3));
    expect(world.slack.visible()).toHaveLength(1);
    expect(world.slack.visible()[0]?.replies).toHaveLength(1);
  });
});

describe('a message that somebody deleted', () => {
  test('is posted anew with the next event, with the whole count', async () => {
    const world = await open();
    const all = deeds(world, 3);
    await world.untilTold(all.slice(0, 1));
    const [first] = world.slack.visible();
    if (first === undefined) throw new Error('no message');
    deleteMessage(world, first);
    await world.untilTold(all);
    const [parent] = world.slack.visible();
    expect(world.slack.visible()).toHaveLength(1);
    expect(textsOf(parent ?? { blocks: [], attachments: [] }).join(' ')).toContain('3');
  });
});

describe('an edit that Slack carries out after a later one', () => {
  test('does not leave the old number', async () => {
    // the third write is the edit of the first worker: message, details, edit
    const world = await open({ rates: false, lates: [undefined, undefined, 12_000] });
    const all = deeds(world, 3);
    await world.untilTold(all.slice(0, 1));
    await Promise.all([world.hand(all.slice(0, 2)), world.clock.work(() => world.clock.sleep(6_000)).then(() => world.hand(all))]);
    await world.untilTold(all);
    await world.expectTruth(all);
    expect(world.slack.visible()[0]?.edits).toBeGreaterThanOrEqual(3);
  });
});

describe('more new incidents than a minute may have', () => {
  test('are a digest with a line for each person, which stays true', async () => {
    const world = await open({ sink: { maxIncidentsAMinute: 2 } });
    const people = Array.from({ length: 12 }, (_, n) =>
      deed({ id: `e${n}`, user: `user-${n}`, atMs: world.clock.now(), resource: `pod-${n}.` }),
    );
    await world.untilTold(people);
    await world.expectTruth(people);
    expect(world.slack.visible()).toHaveLength(3);
    const more = people.map((_, n) => deed({ id: `f${n}`, user: `user-${n}`, atMs: world.clock.now(), resource: `pod-${n + 20}.` }));
    await world.untilTold(more);
    await world.expectTruth([...people, ...more]);
    expect(world.slack.visible()).toHaveLength(3);
  });

  test('whose digest somebody deleted are told in another', async () => {
    const world = await open({ sink: { maxIncidentsAMinute: 1 } });
    const people = Array.from({ length: 4 }, (_, n) =>
      deed({ id: `e${n}`, user: `user-${n}`, atMs: world.clock.now(), resource: `pod-${n}.` }),
    );
    await world.untilTold(people);
    const digest = world.slack.visible().at(-1);
    if (digest === undefined) throw new Error('no digest');
    for (const reply of digest.replies) deleteMessage(world, reply);
    deleteMessage(world, digest);
    const more = people.map((_, n) => deed({ id: `f${n}`, user: `user-${n}`, atMs: world.clock.now(), resource: `pod-${n + 20}.` }));
    await world.untilTold(more);
    await world.expectTruth([...people, ...more]);
  });
});

test('a page of a digest that somebody deleted stays away', async () => {
  const world = await open({ sink: { maxIncidentsAMinute: 1 } });
  const people = Array.from({ length: 4 }, (_, n) =>
    deed({ id: `e${n}`, user: `user-${n}`, atMs: world.clock.now(), resource: `pod-${n}.` }),
  );
  await world.untilTold(people);
  const [page] = world.slack.visible().at(-1)?.replies ?? [];
  if (page === undefined) throw new Error('no page');
  deleteMessage(world, page);
  await world.untilTold(
    people.map((_, n) => deed({ id: `f${n}`, user: `user-${n}`, atMs: world.clock.now(), resource: `pod-${n + 20}.` })),
  );
  expect(world.slack.visible().map(({ replies }) => replies.length)).toEqual([1, 0]);
});

describe('what people say about an incident', () => {
  test('is shown on its message at once', async () => {
    const world = await open();
    await world.untilTold(deeds(world, 1));
    const [incident] = await world.incidents();
    if (incident === undefined) throw new Error('no incident');
    await new IncidentHost(new IncidentBook(world.store), incident).change((each) => acknowledged(each, 'dana', world.clock.now()));
    const worker = world.worker();
    await world.clock.work(() => worker.refresh(incident.marker));
    expect(world.slack.visible()[0]?.text).toContain('dana');
    await world.clock.work(() => worker.refresh('gone-1-1'));
    worker.close();
  });
});

describe('with an incoming webhook', () => {
  test('each incident is one message and no more, and too many are one together', async () => {
    const world = await open({ sink: { maxIncidentsAMinute: 2 } });
    const poster = new SlackWebhook({ url: world.slack.webhookUrl, timeoutMs: 2_000, nowMs: () => world.clock.now() });
    const render = { links: {}, hasButtons: false, hasThreads: false };
    const sink = slackSink(world.slack, { timing: world.clock, records: world.store, poster, maxIncidentsAMinute: 2, render });
    const people = Array.from({ length: 5 }, (_, n) => deed({ id: `e${n}`, user: `user-${n}`, atMs: world.clock.now() }));
    world.slack.fail({ kind: 'status', status: 500 });
    const kinds = async () => (await world.clock.work(() => sink.deliver(people))).map(({ kind }) => kind);
    expect(await kinds()).toEqual(people.map(() => 'delivered'));
    expect(world.slack.visible()).toHaveLength(3);
    expect(await kinds()).toEqual(people.map(() => 'delivered'));
    expect(world.slack.visible()).toHaveLength(3);
    expect(await sink.check()).toEqual({ ok: true });
    world.slack.setWebhookState({ status: 404, text: 'no_service' });
    expect(await sink.check()).toMatchObject({
      ok: false,
      reason: 'unauthorized',
      message: expect.stringContaining('no_service: the webhook was removed'),
    });
    sink.close();
  });
});

describe('a store that cannot be used', () => {
  test('lets everything wait, and says so', async () => {
    const world = await open();
    const records = new MemoryStore();
    await records.close();
    const sink = slackSink(world.slack, { timing: world.clock, records });
    expect(await world.clock.work(() => sink.deliver(deeds(world, 1)))).toMatchObject([
      { kind: 'refused', permanent: false, message: 'the store is closed' },
    ]);
    sink.close();
  });
});
