/**
 * Exactly-once numbers from at-least-once input: events are handed in any number of times, in any grouping, by several writers at
 * once, each of which may be killed before or after any step; in the end every total equals the number of distinct events.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deliver, deliverTo } from '../../lib/core/deliver/deliver.ts';
import { deliveryText, parseDelivery } from '../../lib/core/deliver/delivery-text.ts';
import { LedgerSink } from '../../lib/core/deliver/ledger-sink.ts';
import type { Ledger, Sink, Spool, Store, Total } from '../../lib/core/ports.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import type { StoreOptions } from '../../lib/stores/options.ts';
import { SqliteStore } from '../../lib/stores/sqlite.ts';
import { expectTruth, numberedDelivery } from '../support/ledger-truth.ts';
import { RecordingSink } from '../support/recording-sink.ts';
import { record, totalOf } from '../support/store-harness.ts';

const EVENTS = 24;
const BUDGET = { chosenValues: 3, placedValues: 50, series: 500 };

/** Where a writer dies. */
type Death = 'never' | 'before the ledger' | 'after the ledger' | 'before Loki' | 'after Loki' | 'before settling';
const deaths = fc.constantFrom<Death>(
  'never',
  'never',
  'before the ledger',
  'after the ledger',
  'before Loki',
  'after Loki',
  'before settling',
);

/** One thing that happens: several writers at once, or all of them start anew. */
const work = fc.record({ writer: fc.nat(2), death: deaths, events: fc.array(fc.nat(EVENTS - 1), { minLength: 1, maxLength: 12 }) });
const happenings = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.array(work, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
  ),
  { maxLength: 14 },
);

/** Three writers of one store. */
interface Place {
  writers(): readonly Store[];
  restart(): Promise<void>;
  remove(): Promise<void>;
}

const OPTIONS: StoreOptions = { budget: BUDGET };

async function inMemory(): Promise<Place> {
  const store = new MemoryStore(OPTIONS);
  return { writers: () => [store, store, store], restart: async () => undefined, remove: () => store.close() };
}

async function inSqlite(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-ledger-'));
  const open = () => [0, 1, 2].map(() => new SqliteStore(folder, OPTIONS));
  let stores = open();
  const close = () => Promise.all(stores.map((store) => store.close()));
  return {
    writers: () => stores,
    restart: async () => {
      await close();
      stores = open();
    },
    remove: async () => {
      await close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A sink whose process dies before or after it has done its work: in both cases nobody hears of it. */
function mortal(sink: Sink, death: Death, name: string): Sink {
  return {
    name: sink.name,
    check: () => sink.check(),
    close: () => sink.close(),
    deliver: async (deliveries, options) => {
      if (death === `before ${name}`) throw new Error('killed');
      const results = await sink.deliver(deliveries, options);
      if (death === `after ${name}`) throw new Error('killed');
      return results;
    },
  };
}

/** Totals never fall. */
async function expectNoFall(before: readonly Total[], ledger: Ledger): Promise<readonly Total[]> {
  const after = await ledger.totals();
  for (const { value, ...series } of before) expect((await totalOf(ledger, series)) ?? -1).toBeGreaterThanOrEqual(value);
  return after;
}

describe.each([
  { name: 'in memory', open: inMemory, runs: 150 },
  { name: 'in SQLite', open: inSqlite, runs: 25 },
])('a ledger $name', ({ open, runs }) => {
  test('ends with the number of distinct events', { timeout: 180_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (schedule) => {
        const place = await open();
        const loki = new RecordingSink('loki');
        const handedIn = new Set<number>();
        let totals: readonly Total[] = [];
        const deliverAs = async (writer: number, death: Death, numbers: readonly number[]) => {
          for (const number of numbers) handedIn.add(number);
          const store = place.writers()[writer];
          if (store === undefined) throw new Error('no such writer');
          const sinks = [mortal(loki, death, 'Loki'), mortal(new LedgerSink(store), death, 'the ledger')];
          return deliver(numbers.map(numberedDelivery), sinks);
        };
        for (const happening of schedule) {
          if (happening === 'restart') await place.restart();
          else await Promise.all(happening.map(({ writer, death, events }) => deliverAs(writer, death, events)));
          const [first] = place.writers();
          if (first !== undefined) totals = await expectNoFall(totals, first);
        }
        const reports = await deliverAs(0, 'never', [...handedIn].toReversed());
        expect(reports.every(({ status }) => status === 'done')).toBe(true);
        expect(loki.kept.size).toBe(handedIn.size);
        const [first] = place.writers();
        if (first !== undefined) await expectTruth(first, handedIn, { users: BUDGET.chosenValues });
        await place.remove();
      }),
      { numRuns: runs },
    );
  });

  test('behind a spool: what was accepted is everywhere once, and the spool is empty', { timeout: 180_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (schedule) => {
        const place = await open();
        const loki = new RecordingSink('loki');
        const accepted = new Set<number>();
        let posts = 0;
        const run = async (writer: number, death: Death, numbers: readonly number[]) => {
          const store = place.writers()[writer];
          if (store === undefined) throw new Error('no such writer');
          const entries = numbers.map(numberedDelivery).map((each) => ({
            key: each.key,
            body: deliveryText(each),
            onRepeat: [record('duplicate')],
          }));
          await store.accept({ entries, sinks: ['loki', 'ledger'], cursors: [], increments: [], levels: [] });
          posts += numbers.length;
          for (const number of numbers) accepted.add(number);
          for (const [sink, name] of [[loki, 'Loki'] as const, [new LedgerSink(store), 'the ledger'] as const]) {
            await drain(store, mortal(sink, death, name), 7, death);
          }
        };
        for (const happening of schedule) {
          if (happening === 'restart') await place.restart();
          else await Promise.all(happening.map(({ writer, death, events }) => run(writer, death, events)));
        }
        const [store] = place.writers();
        if (store === undefined) throw new Error('no store');
        for (const sink of [loki, new LedgerSink(store)]) {
          while ((await drain(store, sink, 100, 'never')) > 0);
        }
        expect(loki.kept.size).toBe(accepted.size);
        expect(await store.usage()).toMatchObject({ entries: 0, usedBytes: 0 });
        expect((await totalOf(store, record('duplicate'))) ?? 0).toBe(posts - accepted.size);
        await expectTruth(store, accepted, { users: BUDGET.chosenValues });
        await place.remove();
      }),
      { numRuns: runs },
    );
  });
});

/** Hands what waits to a sink and notes what it has, unless the process dies; gives how much there was. */
async function drain(spool: Spool, sink: Sink, maxEntries: number, death: Death): Promise<number> {
  const entries = await spool.pending(sink.name, { maxEntries, maxBytes: 1e9 });
  const deliveries = entries.flatMap(({ body }) => parseDelivery(body) ?? []);
  expect(deliveries).toHaveLength(entries.length);
  const results = await deliverTo(sink, deliveries, {});
  if (death === 'before settling') return 0;
  const settled = entries.filter((_, at) => results[at]?.kind === 'delivered').map(({ seq }) => ({ seq, kind: 'delivered' }) as const);
  await spool.settle(sink.name, settled, []);
  return entries.length;
}
