/** What every sink must do, whatever it is a sink for. Each sink's test calls it with a receiver of its own kind. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Timing } from '../../lib/clients/retry.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import { DELIVERY_REASONS, type DeliveryResult } from '../../lib/core/model/delivery-result.ts';
import type { OnResult, Sink } from '../../lib/core/ports.ts';
import { type ManualTiming, manualTiming } from '../support/timing.ts';

/** What goes wrong with the next requests of a receiver, one each. */
export type ReceiverFault =
  | 'hang'
  | 'reset'
  | 'answer_lost'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** A receiver, and a sink that delivers to it. */
export interface SinkHarness {
  readonly sink: Sink;
  /** Deliveries of distinct events that the receiver takes. */
  deliveries(count: number): readonly Delivery[];
  /** One that the receiver refuses for ever. */
  readonly refused: Delivery;
  /** True for a receiver that cannot see a repeat: what it took while its answer was lost may stand there once more, and says so. */
  readonly isBlindToRepeats?: true;
  /** How often each event is there, by its id. */
  stored(): ReadonlyMap<string, number>;
  fail(...faults: readonly ReceiverFault[]): void;
  /** Deliveries that were tried, and when (the harness' own clock). */
  requests(): readonly { readonly atMs: number }[];
  stop(): Promise<void>;
}

/** What a harness is made with. */
export interface SinkHarnessOptions {
  readonly timing: Timing;
  readonly onResult: OnResult;
  /** To be used as the sink's credential; the receiver asks for `given` instead where they differ. */
  readonly secret: string;
  readonly expectedSecret: string;
  readonly timeoutMs: number;
}

const SECRET = 'correct-horse-battery';

/** Declares the tests for one sink. */
export function sinkContract(name: string, makeHarness: (options: SinkHarnessOptions) => Promise<SinkHarness>): void {
  const open: SinkHarness[] = [];
  const told: (readonly [string, string, DeliveryResult['kind']])[] = [];
  let timing: ManualTiming = manualTiming();

  async function harness(over: Partial<SinkHarnessOptions> = {}): Promise<SinkHarness> {
    timing = manualTiming();
    told.length = 0;
    const made = await makeHarness({
      timing,
      onResult: (sink, delivery, result) => told.push([sink, delivery.key, result.kind]),
      secret: SECRET,
      expectedSecret: SECRET,
      timeoutMs: 5_000,
      ...over,
    });
    open.push(made);
    return made;
  }

  afterEach(async () => {
    for (const each of open.splice(0)) {
      each.sink.close();
      await each.stop();
    }
  });

  const kinds = (results: readonly DeliveryResult[]) => results.map(({ kind }) => kind);
  const counts = (made: SinkHarness) => [...made.stored().values()];

  describe(`the sink ${name}`, () => {
    test('does nothing for an empty batch', async () => {
      const made = await harness();
      expect(await made.sink.deliver([])).toEqual([]);
      expect(made.requests()).toEqual([]);
    });

    test('delivers each event once and says so of each', async () => {
      const made = await harness();
      const results = await made.sink.deliver(made.deliveries(5));
      expect(results).toEqual(Array.from({ length: 5 }, () => ({ kind: 'delivered' })));
      expect(counts(made)).toEqual([1, 1, 1, 1, 1]);
    });

    test('changes nothing by a repeat, in the same call, in another one or at the same time', async () => {
      const made = await harness();
      const events = made.deliveries(4);
      await made.sink.deliver([...events, ...events]);
      const results = await Promise.all([
        made.sink.deliver(events.toReversed()),
        made.sink.deliver(events.slice(1)),
        made.sink.deliver(events),
      ]);
      expect(new Set(results.flatMap(kinds))).toEqual(new Set(['delivered']));
      expect(counts(made)).toEqual([1, 1, 1, 1]);
    });

    test('returns what was refused at its place, with the reason, and delivers the rest', async () => {
      const made = await harness();
      const [first, second, third] = made.deliveries(3);
      if (first === undefined || second === undefined || third === undefined) throw new Error('three deliveries');
      const results = await made.sink.deliver([first, made.refused, second, third]);
      expect(kinds(results)).toEqual(['delivered', 'refused', 'delivered', 'delivered']);
      expect(results[1]).toMatchObject({ kind: 'refused', permanent: true });
      expect(DELIVERY_REASONS).toContain(results[1]?.kind === 'refused' ? results[1].reason : undefined);
      expect(counts(made)).toEqual([1, 1, 1]);
    });

    test.each(['reset', 'answer_lost', { status: 500 }, { status: 503 }, { status: 429 }] as const)(
      'gets over %j by itself',
      async (fault) => {
        const made = await harness();
        made.fail(fault);
        expect(kinds(await made.sink.deliver(made.deliveries(3)))).toEqual(['delivered', 'delivered', 'delivered']);
        const times = counts(made);
        expect(times).toHaveLength(3);
        expect(Math.min(...times)).toBeGreaterThanOrEqual(1);
        expect(Math.max(...times)).toBeLessThanOrEqual(made.isBlindToRepeats === true && fault === 'answer_lost' ? 2 : 1);
      },
    );

    test('gives up after a bounded number of tries, and delivers when it is handed the same again', async () => {
      const made = await harness();
      const events = made.deliveries(2);
      made.fail(...Array.from({ length: 20 }, () => ({ status: 503 })));
      const results = await made.sink.deliver(events);
      expect(results).toMatchObject([
        { kind: 'later', reason: 'unavailable' },
        { kind: 'later', reason: 'unavailable' },
      ]);
      expect(made.requests().length).toBeLessThan(12);
      expect(counts(made)).toEqual([]);
      for (let round = 0; round < 10 && counts(made).length === 0; round++) {
        timing.advance(60_000);
        await made.sink.deliver(events);
      }
      expect(counts(made)).toEqual([1, 1]);
    });

    test('waits no longer for an answer than it was told to', async () => {
      const made = await harness({ timeoutMs: 40 });
      made.fail(...Array.from({ length: 20 }, () => 'hang' as const));
      expect(await made.sink.deliver(made.deliveries(1))).toMatchObject([{ kind: 'later', reason: 'timeout' }]);
    });

    test('leaves a receiver alone for as long as it asks, over the end of the call', async () => {
      const made = await harness();
      const events = made.deliveries(2);
      made.fail({ status: 429, headers: { 'retry-after': '120' } });
      const started = timing.now();
      expect(await made.sink.deliver(events)).toMatchObject([{ kind: 'later', afterMs: 120_000 }, { kind: 'later' }]);
      timing.advance(60_000);
      expect(kinds(await made.sink.deliver(events))).toEqual(['later', 'later']);
      expect(made.requests()).toHaveLength(1);
      timing.advance(60_000);
      expect(kinds(await made.sink.deliver(events))).toEqual(['delivered', 'delivered']);
      expect(made.requests()[1]?.atMs).toBeGreaterThanOrEqual(started + 120_000);
    });

    test('waits within the call when the receiver asks for little', async () => {
      const made = await harness();
      made.fail({ status: 503, headers: { 'retry-after': '3' } });
      expect(kinds(await made.sink.deliver(made.deliveries(1)))).toEqual(['delivered']);
      const [first, second] = made.requests();
      expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(3_000);
    });

    test('begins nothing after its time or a signal, and loses nothing by it', async () => {
      const made = await harness();
      const events = made.deliveries(2);
      expect(await made.sink.deliver(events, { deadlineMs: timing.now() })).toMatchObject([
        { kind: 'later', reason: 'stopped' },
        { kind: 'later' },
      ]);
      expect(await made.sink.deliver(events, { signal: AbortSignal.abort() })).toMatchObject([
        { kind: 'later', reason: 'stopped' },
        { kind: 'later' },
      ]);
      expect(made.requests()).toEqual([]);
      expect(kinds(await made.sink.deliver(events, { signal: new AbortController().signal, deadlineMs: timing.now() + 1_000 }))).toEqual([
        'delivered',
        'delivered',
      ]);
    });

    test('refuses loudly, and not for ever, when its credential is wrong, and does not show it', async () => {
      const made = await harness({ expectedSecret: 'another one' });
      const [result] = await made.sink.deliver(made.deliveries(1));
      expect(result).toMatchObject({ kind: 'refused', reason: 'unauthorized', permanent: false });
      const check = await made.sink.check();
      expect(check).toMatchObject({ ok: false, reason: 'unauthorized' });
      for (const text of [JSON.stringify(result), JSON.stringify(check)]) {
        expect(text).not.toContain(SECRET);
        expect(text).not.toContain(Buffer.from(`:${SECRET}`).toString('base64').slice(4, -4));
      }
    });

    test('tells of every result once, for metrics', async () => {
      const made = await harness();
      const events = made.deliveries(3);
      await made.sink.deliver([...events, made.refused]);
      expect(told.map(([, key, kind]) => [key, kind]).sort()).toEqual(
        [...events.map(({ key }) => [key, 'delivered']), [made.refused.key, 'refused']].sort(),
      );
      expect(new Set(told.map(([sink]) => sink))).toEqual(new Set([made.sink.name]));
    });

    test('tests its connection and delivers nothing by it', async () => {
      const made = await harness();
      expect(await made.sink.check()).toMatchObject({ ok: true });
      expect(counts(made)).toEqual([]);
      await made.stop();
      expect(await made.sink.check()).toMatchObject({ ok: false, reason: 'unreachable' });
    });
  });
}
