/**
 * A machine that loses power leaves SQLite's log cut at some byte. Whatever the byte, the store opens with a beginning of what was
 * committed, marks and totals in step; and when the events are handed in again, every total is right.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deliver } from '../../lib/core/deliver/deliver.ts';
import { deliveryText } from '../../lib/core/deliver/delivery-text.ts';
import { LedgerSink } from '../../lib/core/deliver/ledger-sink.ts';
import { SqliteStore } from '../../lib/stores/sqlite.ts';
import { expectTruth, numberedDelivery } from '../support/ledger-truth.ts';
import { record, totalOf } from '../support/store-harness.ts';

const OPTIONS = { budget: { chosenValues: 3, placedValues: 50, series: 500 } };
const EVENTS = 30;

test('a log cut at any byte leaves a store that is whole', { timeout: 180_000 }, async () => {
  const base = mkdtempSync(join(tmpdir(), 'driftwire-log-'));
  const original = new SqliteStore(join(base, 'original'), OPTIONS);
  const numbers = Array.from({ length: EVENTS }, (_, number) => number);
  for (const number of numbers) {
    const delivery = numberedDelivery(number);
    const entries = [{ key: delivery.key, body: deliveryText(delivery), onRepeat: [] }];
    // The position moves with the entries, and with it the number of what was read.
    const cursors = [{ name: 'audit.log', value: String(number + 1) }];
    await original.accept({ entries, sinks: ['loki'], cursors, increments: [record('dropped')], levels: [] });
    await deliver([delivery], [new LedgerSink(original)]);
  }
  const log = join(base, 'original', 'driftwire.db-wal');
  const logBytes = statSync(log).size;
  expect(logBytes).toBeGreaterThan(100_000);

  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(logBytes), fc.boolean(), async (cut, isTorn) => {
      const folder = join(base, `cut ${runs++}`);
      mkdirSync(folder);
      copyFileSync(join(base, 'original', 'driftwire.db'), join(folder, 'driftwire.db'));
      copyFileSync(log, join(folder, 'driftwire.db-wal'));
      truncateSync(join(folder, 'driftwire.db-wal'), cut);
      // A disk may also write a last block of rubbish.
      if (isTorn) writeFileSync(join(folder, 'driftwire.db-wal'), Buffer.alloc(512, 0xa5), { flag: 'a' });
      const store = new SqliteStore(folder, OPTIONS);
      const position = Number((await store.cursor('audit.log')) ?? 0);
      expect((await totalOf(store, record('dropped'))) ?? 0).toBe(position);
      expect((await store.usage()).entries).toBe(position);
      expect(await store.pending('loki', { maxEntries: 100, maxBytes: 1e9 })).toHaveLength(position);
      const counted = (await totalOf(store, record('finding'))) ?? 0;
      expect(counted === position || counted === position - 1).toBe(true);
      await deliver(numbers.map(numberedDelivery), [new LedgerSink(store)]);
      await expectTruth(store, numbers, { users: 3 });
      await store.close();
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 60 },
  );
  await original.close();
  rmSync(base, { recursive: true });
});
