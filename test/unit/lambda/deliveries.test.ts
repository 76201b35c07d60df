import { describe, expect, test } from 'vitest';
import { LedgerSink } from '../../../lib/core/deliver/ledger-sink.ts';
import type { AlertState } from '../../../lib/core/model/alert.ts';
import type { Delivery } from '../../../lib/core/model/delivery.ts';
import type { Sink } from '../../../lib/core/ports.ts';
import { AlertsSink, lowestAsked } from '../../../lib/lambda/alerts-sink.ts';
import { DeliveriesWork, type ReceivedMessage } from '../../../lib/lambda/deliveries.ts';
import { Queue } from '../../../lib/lambda/queue.ts';
import { countsMessage, deliveryMessage } from '../../../lib/lambda/queue-message.ts';
import { RepeatsLedger } from '../../../lib/lambda/repeats-ledger.ts';
import { SinkSet } from '../../../lib/lambda/sink-set.ts';
import { Visibility } from '../../../lib/lambda/visibility.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { deliveryWith } from '../../support/deliveries.ts';
import { FakeSqs } from '../../support/fake-sqs.ts';
import { eventsIn, type ToldLine } from '../../support/lambda-parts.ts';
import { later, RecordingSink, refused } from '../../support/recording-sink.ts';
import { manualTiming } from '../../support/timing.ts';

const TOTAL = (metric: string, labels: Readonly<Record<string, string>>) => JSON.stringify([metric, Object.entries(labels).sort()]);

function workOf(sinks: readonly Sink[], over: { readonly make?: () => Promise<readonly Sink[]>; readonly hasAside?: boolean } = {}) {
  const timing = manualTiming({ startMs: Date.UTC(2026, 10, 20, 9, 20, 0) });
  const store = new MemoryStore();
  const repeats = new RepeatsLedger(store);
  const [asideSqs, ownSqs] = [new FakeSqs(), new FakeSqs()];
  const told: ToldLine[] = [];
  const log = (level: ToldLine['level'], message: string, fields?: ToldLine['fields']) => {
    told.push({ level, message, fields });
  };
  let made = 0;
  const work = new DeliveriesWork({
    name: 'deliver',
    sinks: new SinkSet(async () => {
      made++;
      return over.make === undefined ? [...sinks, new LedgerSink(repeats)] : over.make();
    }, timing),
    uncounted: new Set(['ledger']),
    repeats,
    ledger: async () => repeats,
    aside: over.hasAside === false ? undefined : new Queue({ url: 'aside', open: async () => asideSqs, timing }),
    visibility: new Visibility('own', async () => ownSqs, log),
    timing,
    log,
  });
  const totals = async () => new Map((await store.totals()).map(({ metric, labels, value }) => [TOTAL(metric, labels), value]));
  return { work, timing, repeats, asideSqs, ownSqs, told, totals, made: () => made, limits: { deadlineMs: timing.now() + 30_000 } };
}

function message(body: string, at = 0, receives = 1): ReceivedMessage {
  return { messageId: `m${at}`, receiptHandle: `r${at}`, body, attributes: { ApproximateReceiveCount: String(receives) } };
}

const withId = (id: string): Delivery => deliveryWith({ id });
const of = (...deliveries: readonly Delivery[]): readonly ReceivedMessage[] =>
  deliveries.map((delivery, at) => message(deliveryMessage(delivery), at));

const ALERT: AlertState = {
  status: 'firing',
  groupKey: 'g',
  fingerprint: 'f',
  startsAtMs: 0,
  endsAtMs: null,
  labels: {},
  annotations: {},
  generatorUrl: null,
};

describe('deliveries from a queue', () => {
  test('what all sinks have is done, and counted once', async () => {
    const loki = new RecordingSink('loki');
    const { work, totals, limits, told, ownSqs } = workOf([loki]);
    expect(await work.run(of(withId('a'), withId('b')), limits)).toEqual(new Set());
    expect([...loki.kept.keys()]).toEqual(['k8s_audit a', 'k8s_audit b']);
    const counted = await totals();
    expect(counted.get(TOTAL('driftwire_records_total', { source: 'k8s_audit', outcome: 'finding' }))).toBe(2);
    expect(counted.get(TOTAL('driftwire_deliveries_total', { sink: 'loki', outcome: 'delivered' }))).toBe(2);
    expect(counted.has(TOTAL('driftwire_deliveries_total', { sink: 'ledger', outcome: 'delivered' }))).toBe(false);
    expect([told, ownSqs.hidden]).toEqual([[], []]);
  });

  test('what one sink wants again comes again when the sink says, and its siblings are done', async () => {
    const loki = new RecordingSink('loki', ({ key }) => (key.endsWith(' b') ? later(120_000) : { kind: 'delivered' }));
    const { work, totals, limits, ownSqs } = workOf([loki]);
    expect(await work.run(of(withId('a'), withId('b')), limits)).toEqual(new Set(['m1']));
    expect(ownSqs.hidden).toEqual([{ receiptHandle: 'r1', seconds: 120 }]);
    // the ledger has it already; the repeat changes nothing there
    expect(await work.run([message(deliveryMessage(withId('b')), 1, 2)], limits)).toEqual(new Set(['m1']));
    const counted = await totals();
    expect(counted.get(TOTAL('driftwire_records_total', { source: 'k8s_audit', outcome: 'finding' }))).toBe(2);
    expect(counted.has(TOTAL('driftwire_records_total', { source: 'k8s_audit', outcome: 'duplicate' }))).toBe(false);
  });

  test.each([
    [1, 15],
    [2, 60],
    [3, 240],
    [4, 900],
    [40, 900],
  ])('after %i deliveries of a message it waits %i s', async (receives, seconds) => {
    const { work, limits, ownSqs } = workOf([new RecordingSink('loki', () => later(1_000))]);
    await work.run([message(deliveryMessage(withId('a')), 0, receives)], limits);
    expect(ownSqs.hidden).toEqual([{ receiptHandle: 'r0', seconds }]);
  });

  test('a wait is never longer than SQS allows', async () => {
    const { work, limits, ownSqs } = workOf([new RecordingSink('loki', () => later(48 * 3_600_000))]);
    await work.run(of(withId('a')), limits);
    expect(ownSqs.hidden[0]?.seconds).toBe(43_000);
  });

  test('what a sink refuses for good goes aside as it came, with the reason, and is done', async () => {
    const { work, totals, limits, asideSqs, told } = workOf([new RecordingSink('loki', () => refused(true))]);
    const messages = of(withId('a'));
    expect(await work.run(messages, limits)).toEqual(new Set());
    expect(asideSqs.kept).toEqual([
      { body: messages[0]?.body, attributes: { function: 'deliver', sink: 'loki', reason: 'too_old', hint: 'no' } },
    ]);
    expect((await totals()).get(TOTAL('driftwire_deliveries_total', { sink: 'loki', outcome: 'refused' }))).toBe(1);
    expect(told.map(({ level }) => level)).toEqual(['error', 'error']);
    expect(JSON.stringify(told)).not.toContain('auditID');
  });

  test('what cannot be set aside comes again', async () => {
    const { work, limits, asideSqs } = workOf([new RecordingSink('loki', () => refused(true))]);
    asideSqs.fault = () => 'refuse';
    expect(await work.run(of(withId('a')), limits)).toEqual(new Set(['m0']));
    const without = workOf([new RecordingSink('loki', () => refused(true))], { hasAside: false });
    expect(await without.work.run(of(withId('a')), without.limits)).toEqual(new Set(['m0']));
  });

  test('a sink that refuses this sender has its secrets read again before the next batch', async () => {
    const { work, limits, made } = workOf([new RecordingSink('loki', () => refused(false))]);
    expect(await work.run(of(withId('a')), limits)).toEqual(new Set(['m0']));
    await work.run(of(withId('a')), limits);
    expect(made()).toBe(2);
  });

  test('sinks are kept between batches, and opened again after a quarter of an hour', async () => {
    const { work, limits, made, timing } = workOf([new RecordingSink('loki')]);
    await work.run(of(withId('a')), limits);
    await work.run(of(withId('b')), limits);
    expect(made()).toBe(1);
    timing.advance(15 * 60_000);
    await work.run(of(withId('c')), { deadlineMs: timing.now() + 30_000 });
    expect(made()).toBe(2);
  });

  test('sinks that cannot be opened have everything come again, and the next batch tries anew', async () => {
    let tries = 0;
    const loki = new RecordingSink('loki');
    const { work, limits, told } = workOf([], {
      make: async () => {
        if (++tries === 1) throw new Error('the SSM parameter /driftwire/loki cannot be read');
        return [loki];
      },
    });
    expect(await work.run(of(withId('a')), limits)).toEqual(new Set(['m0']));
    expect(told.map(({ message }) => message)).toEqual(['nothing could be delivered']);
    expect(await work.run(of(withId('a')), limits)).toEqual(new Set());
  });

  test('a record that was read twice is a duplicate, a message that comes again is not', async () => {
    const { work, totals, limits } = workOf([new RecordingSink('loki')]);
    const body = deliveryMessage(withId('a'));
    await work.run([message(body, 0), message(body, 1)], limits);
    await work.run([message(body, 2), message(body, 3, 2)], limits);
    const counted = await totals();
    expect(counted.get(TOTAL('driftwire_records_total', { source: 'k8s_audit', outcome: 'finding' }))).toBe(1);
    expect(counted.get(TOTAL('driftwire_records_total', { source: 'k8s_audit', outcome: 'duplicate' }))).toBe(2);
  });

  test('an alert goes to those that tell people, and to nobody else', async () => {
    const loki = new RecordingSink('loki');
    const people = Object.assign(new RecordingSink('people'), { takesAlerts: true });
    const { work, totals, limits } = workOf([loki, people]);
    await work.run(of({ ...withId('a'), alert: ALERT }), limits);
    expect([loki.kept.size, people.kept.size]).toEqual([0, 1]);
    expect((await totals()).has(TOTAL('driftwire_records_total', { source: 'k8s_audit', outcome: 'finding' }))).toBe(false);
  });

  test('an event from the future does not make its source look alive until then', async () => {
    const { work, limits, totals, timing } = workOf([new RecordingSink('loki')]);
    await work.run(of(deliveryWith({ id: 'a', timeNs: BigInt(Date.UTC(2099, 0, 1)) * 1_000_000n })), limits);
    const newest = [...(await totals())].filter(([series]) => series.includes('driftwire_last_event_timestamp_seconds'));
    expect(newest.map(([, value]) => value)).toEqual([Math.floor(timing.now() / 1_000)]);
  });

  test('when time is up everything comes again soon, and no sink is blamed', async () => {
    const { work, timing, ownSqs } = workOf([
      new RecordingSink('loki', () => ({ kind: 'later', reason: 'stopped', message: 'stopped', afterMs: 0 })),
    ]);
    expect(await work.run(of(withId('a')), { deadlineMs: timing.now() + 10 })).toEqual(new Set(['m0']));
    expect(ownSqs.hidden).toEqual([{ receiptHandle: 'r0', seconds: 1 }]);
  });

  test('for which time was up again and again waits like any other: a place that does not answer is no reason to use up its deliveries', async () => {
    const stopped = new RecordingSink('loki', () => ({ kind: 'later', reason: 'stopped', message: 'stopped', afterMs: 0 }));
    const { work, limits, ownSqs } = workOf([stopped]);
    for (const receives of [3, 4, 20]) await work.run([message(deliveryMessage(withId('a')), 0, receives)], limits);
    expect(ownSqs.hidden.map(({ seconds }) => seconds)).toEqual([1, 900, 900]);
  });

  test('a message that nobody wrote goes aside, and its siblings are delivered', async () => {
    const loki = new RecordingSink('loki');
    const { work, limits, asideSqs } = workOf([loki]);
    expect(await work.run([message('what?', 0), ...of(withId('a')).map((each) => ({ ...each, messageId: 'm1' }))], limits)).toEqual(
      new Set(),
    );
    expect(asideSqs.kept).toMatchObject([{ body: 'what?', attributes: { code: 'unknown_format' } }]);
    expect(loki.kept.size).toBe(1);
  });

  test('that a message cannot be hidden is told and changes nothing', async () => {
    const { work, limits, ownSqs, told } = workOf([new RecordingSink('loki', () => later(0))]);
    ownSqs.errors.push(new Error('AccessDenied'));
    expect(await work.run(of(withId('a')), limits)).toEqual(new Set(['m0']));
    expect(told.at(-1)).toMatchObject({ level: 'warn' });
  });
});

describe('counts from a queue', () => {
  const counts = (by: number, value = 1_790_000_000) =>
    countsMessage({
      increments: [{ metric: 'driftwire_records_total', labels: { source: 'k8s_audit', outcome: 'dropped' }, by }],
      levels: [{ metric: 'driftwire_last_event_timestamp_seconds', labels: { source: 'k8s_audit' }, value }],
    });

  test('are added up, and levels raised', async () => {
    const { work, totals, limits, made } = workOf([]);
    expect(await work.run([message(counts(3), 0), message(counts(4, 1_790_000_060), 1), message(counts(5, 1), 2)], limits)).toEqual(
      new Set(),
    );
    const counted = await totals();
    expect(counted.get(TOTAL('driftwire_records_total', { source: 'k8s_audit', outcome: 'dropped' }))).toBe(12);
    expect(counted.get(TOTAL('driftwire_last_event_timestamp_seconds', { source: 'k8s_audit' }))).toBe(1_790_000_060);
    expect(made()).toBe(0);
  });

  test('of one message are added once, however often it is delivered', async () => {
    const { work, totals, limits } = workOf([]);
    const body = counts(3);
    await work.run([message(body, 0)], limits);
    await work.run([message(body, 0, 2), message(counts(4), 1)], limits);
    expect((await totals()).get(TOTAL('driftwire_records_total', { source: 'k8s_audit', outcome: 'dropped' }))).toBe(7);
  });

  test('come again when the ledger does not take them', async () => {
    const { work, limits, told } = workOf([]);
    const bad = countsMessage({ increments: [{ metric: '', labels: {}, by: 1 }], levels: [] });
    expect(await work.run([message(bad, 0)], limits)).toEqual(new Set(['m0']));
    expect(told.map(({ level }) => level)).toEqual(['error']);
  });

  test('of a ledger that does not answer hold up nobody: what is done is named, and they come again', async () => {
    const { work, timing, ownSqs, told, repeats } = workOf([], { make: async () => [new RecordingSink('loki')] });
    repeats.count = () => new Promise(() => undefined);
    const batch = [message(deliveryMessage(withId('a')), 0), message(counts(1), 1)];
    const began = performance.now();
    for (const leftMs of [-900, 200]) expect(await work.run(batch, { deadlineMs: timing.now() + leftMs })).toEqual(new Set(['m1']));
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(ownSqs.hidden.map(({ receiptHandle }) => receiptHandle)).toEqual(['r1', 'r1']);
    expect(told.filter(({ level }) => level === 'error')).toHaveLength(2);
  });

  test('more than a ledger takes at once is added in parts', async () => {
    const { work, totals, limits } = workOf([]);
    await work.run([message(counts(2 ** 31), 0), message(counts(2 ** 31), 1), message(counts(1), 2)], limits);
    expect((await totals()).get(TOTAL('driftwire_records_total', { source: 'k8s_audit', outcome: 'dropped' }))).toBe(2 ** 32 + 1);
  });
});

describe('the alerts queue as a sink', () => {
  function sinkOf(minimum: 'Warning' | 'Debug' = 'Debug') {
    const sqs = new FakeSqs();
    const timing = manualTiming();
    return { sqs, sink: new AlertsSink(new Queue({ url: 'alerts', open: async () => sqs, timing }), minimum, timing) };
  }

  test('gets the delivery as it is', async () => {
    const { sink, sqs } = sinkOf();
    expect(await sink.deliver([withId('a'), withId('b')])).toEqual([{ kind: 'delivered' }, { kind: 'delivered' }]);
    expect(eventsIn(sqs)).toEqual(['a', 'b']);
    expect(await sink.check()).toEqual({ ok: true });
    sink.close();
  });

  test('is not sent what nobody behind it asks for', async () => {
    const { sink, sqs } = sinkOf('Warning');
    const low = deliveryWith({ id: 'low', findings: [{ priority: 'Notice' }] });
    const mixed = deliveryWith({ id: 'mixed', findings: [{ priority: 'Notice' }, { priority: 'Critical' }] });
    expect(await sink.deliver([low, mixed])).toEqual([{ kind: 'delivered' }, { kind: 'delivered' }]);
    expect(eventsIn(sqs)).toEqual(['mixed']);
  });

  test('says which deliveries it could not take', async () => {
    const { sink, sqs } = sinkOf();
    sqs.fault = (body) => (body.includes('"k8s_audit b"') ? 'refuse' : undefined);
    expect((await sink.deliver([withId('a'), withId('b')])).map(({ kind }) => kind)).toEqual(['delivered', 'later']);
  });

  test.each([
    [{ slack: undefined, receivers: [] }, undefined],
    [{ slack: { minimum_priority: 'warning' }, receivers: [] }, 'Warning'],
    [{ slack: { minimum_priority: 'warning' }, receivers: [{ minimum_priority: 'notice' }, { minimum_priority: 'alert' }] }, 'Notice'],
  ] as const)('the lowest priority of %j is %s', (config, lowest) => {
    expect(lowestAsked(config as never)).toBe(lowest);
  });
});
