/**
 * One event, several ways: whoever brings it, in whatever text and however late, it stands in Loki once. Crashes fall between any two steps of
 * the function that delivers; what lies in its queue comes again.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asAccepted } from '../../lib/core/deliver/accepted.ts';
import { Counting } from '../../lib/core/deliver/counting.ts';
import { deliver } from '../../lib/core/deliver/deliver.ts';
import { deliveryText, parseDelivery } from '../../lib/core/deliver/delivery-text.ts';
import { FirstCopySink } from '../../lib/core/deliver/first-copy-sink.ts';
import { LedgerSink } from '../../lib/core/deliver/ledger-sink.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { Mark } from '../../lib/core/ports.ts';
import { LokiSink } from '../../lib/sinks/loki.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import { deliveryWith } from '../support/deliveries.ts';
import type { Fault } from '../support/fake-loki/faults.ts';
import { FakeLoki } from '../support/fake-loki/server.ts';
import { manualTiming } from '../support/timing.ts';

const MINUTE_MS = 60_000;

/** By which way an event comes: from the bus, as an object of the trail, from a log group, by asking again, from a file that somebody scans. */
type Way = 'bus' | 'object' | 'log' | 'asked' | 'scan';

interface Copy {
  readonly event: number;
  readonly way: Way;
  /** How its text differs; the same number is the same text. */
  readonly text: number;
}

/** What happens, one after the other. */
type Happening =
  /** Messages of the queue are worked off together; `dies` says after how many steps the function is killed. */
  | { readonly kind: 'work'; readonly messages: readonly number[]; readonly dies: number }
  | { readonly kind: 'time'; readonly minutes: number; readonly rests: boolean };

/** In a deployed system everything lies in a queue, and each way has texts of its own. */
const deployed: fc.Arbitrary<readonly Copy[]> = fc.array(
  fc.record({ event: fc.nat(3), way: fc.constantFrom<Way>('bus', 'object', 'log', 'asked'), text: fc.nat(1) }),
  { minLength: 1, maxLength: 12 },
);
/** On one machine the spool takes an event once; beside it, the file that is followed is scanned. */
const embedded: fc.Arbitrary<readonly Copy[]> = fc
  .array(fc.record({ event: fc.nat(3), way: fc.constantFrom<Way>('log', 'scan'), text: fc.constant(0) }), { minLength: 1, maxLength: 10 })
  .map((copies) =>
    copies.filter(
      (each, at) => each.way === 'scan' || copies.findIndex(({ event, way }) => event === each.event && way === each.way) === at,
    ),
  );
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('work' as const),
      messages: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
      dies: fc.nat(9),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('time' as const), minutes: fc.constantFrom(1, 10, 50, 70, 170, 400), rests: fc.boolean() }),
  },
);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fault>({ kind: 'none' }) },
  fc.constantFrom<Fault>(
    { kind: 'reset' },
    { kind: 'answer_lost' },
    { kind: 'status', status: 503 },
    { kind: 'stored_status', status: 500 },
  ),
);

/** A killed function: whatever it was about to do does not happen, and nobody hears of it. */
class Killed extends Error {}

/** Dies after so many steps. */
class Life {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  step(): void {
    if (this.#left-- <= 0) throw new Killed();
  }
}

/** The store as a function that may be killed before or after each request sees it. */
function mortalStore(store: MemoryStore, life: Life) {
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    life.step();
    const answer = await work();
    life.step();
    return answer;
  };
  return {
    count: (marks: readonly Mark[]) => through(() => store.count(marks)),
    marked: (keys: readonly string[]) => through(() => store.marked(keys)),
    notes: (keys: readonly string[]) => through(() => store.notes(keys)),
    add: (...args: Parameters<MemoryStore['add']>) => through(() => store.add(...args)),
    raise: (...args: Parameters<MemoryStore['raise']>) => through(() => store.raise(...args)),
    totals: () => through(() => store.totals()),
  };
}

/** When an event happens: the last one so late that it pushes the window of Loki's live stream over the others. */
function timeOf(event: number, startMs: number): number {
  return startMs + (event === 3 ? 80 : -7 * event) * MINUTE_MS;
}

function deliveryOf({ event, way, text }: Copy, startMs: number): Delivery {
  const timeMs = timeOf(event, startMs);
  const id = `event-${event}`;
  const members = way === 'bus' || way === 'asked' ? { auditID: id, text } : { text, auditID: id };
  const made = deliveryWith({
    id,
    timeNs: BigInt(timeMs) * 1_000_000n,
    recordText: JSON.stringify(members),
    ...(way === 'object' || way === 'asked' || way === 'scan' ? { ingest: 'backfill' as const } : {}),
  });
  return asAccepted(way === 'asked' ? { ...made, missed: true } : made, Math.max(startMs, timeMs));
}

/** A world with one Loki and one table. */
class World {
  readonly timing = manualTiming();
  readonly store = new MemoryStore({ nowMs: () => this.timing.now() });
  readonly loki: FakeLoki;
  #url = '';

  constructor(faults: readonly Fault[]) {
    this.loki = new FakeLoki({ now: () => this.timing.now(), faults });
  }

  async start(): Promise<void> {
    this.#url = await this.loki.start();
  }

  /** One invocation: a function that was started anew, or `scan --push`. @returns the places of what is to come again. */
  async work(texts: readonly string[], holds: 'kept' | 'loose', steps: number): Promise<readonly number[]> {
    const life = new Life(steps);
    const store = mortalStore(this.store, life);
    const loki = new LokiSink({ url: this.#url, http: { timeoutMs: 5_000 } }, { timing: this.timing });
    const deliveries = texts.flatMap((text) => parseDelivery(text) ?? []);
    const counting = new Counting(store, { holds });
    const pushing = {
      name: 'loki',
      check: () => loki.check(),
      close: () => loki.close(),
      deliver: async (...args: Parameters<LokiSink['deliver']>) => {
        life.step();
        const results = await loki.deliver(...args);
        life.step();
        return results;
      },
    };
    const reports = await deliver(deliveries, [new FirstCopySink(pushing, counting, store), new LedgerSink(store, undefined, counting)]);
    loki.close();
    return reports.flatMap(({ status }, at) => (status === 'done' ? [] : [at]));
  }
}

/** Plays what happens to some copies, then lets the queue empty itself. @returns the ids of the entries in Loki. */
async function entriesAfter(
  copies: readonly Copy[],
  happenings: readonly Happening[],
  faults: readonly Fault[],
): Promise<readonly string[]> {
  const world = new World(faults);
  await world.start();
  try {
    const startMs = world.timing.now();
    const texts = copies.map((each) => deliveryText(deliveryOf(each, startMs)));
    const isScanned = (at: number): boolean => copies[at]?.way === 'scan';
    const done = new Set<number>();
    const work = async (chosen: readonly number[], steps: number): Promise<void> => {
      const happened = chosen.filter((at) => timeOf(copies[at]?.event ?? 0, startMs) <= world.timing.now());
      for (const holds of ['kept', 'loose'] as const) {
        const batch = happened.filter((at) => isScanned(at) === (holds === 'loose'));
        const again =
          batch.length === 0
            ? []
            : await world.work(
                batch.map((at) => texts[at] ?? ''),
                holds,
                steps,
              );
        batch.forEach((at, place) => {
          if (!again.includes(place)) done.add(at);
        });
      }
    };
    for (const each of happenings) {
      if (each.kind === 'work') {
        await work(
          each.messages.map((at) => at % copies.length),
          each.dies,
        );
        continue;
      }
      world.timing.advance(each.minutes * MINUTE_MS);
      // a chunk to which nothing is added is written after half an hour
      if (each.minutes > 30) world.loki.flush();
      if (each.rests) world.loki.rest();
    }
    // what lies in a queue or a spool comes again until it is done; nobody need scan again
    for (let round = 0; round < 16; round++) {
      await work(
        copies.flatMap((_, at) => (done.has(at) || isScanned(at) ? [] : [at])),
        Number.POSITIVE_INFINITY,
      );
      world.timing.advance(31 * MINUTE_MS);
      world.loki.flush();
    }
    return world.loki.stored().flatMap(({ entries }) => entries.map(({ metadata }) => metadata['event_id'] ?? ''));
  } finally {
    await world.loki.stop();
  }
}

describe.each([
  ['several ways to one queue', deployed],
  ['a machine that follows a file which is scanned as well', embedded],
] as const)('with %s, in any order, with crashes between any two steps', (_, copies) => {
  test('an event is one entry in the end', { timeout: 120_000 }, async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(
        copies,
        fc.array(happening, { maxLength: 14 }),
        fc.array(fault, { maxLength: 12 }),
        async (chosen, happenings, faults) => {
          const ids = await entriesAfter(chosen, happenings, faults);
          expect(ids.toSorted(), 'none twice').toEqual([...new Set(ids)].toSorted());
          for (const { event, way } of chosen) if (way !== 'scan') expect(ids, 'none missing').toContain(`event-${event}`);
          seen += ids.length;
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 100) },
    );
    expect(seen).toBeGreaterThan(100);
  });
});
