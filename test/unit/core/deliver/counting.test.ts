import { describe, expect, test } from 'vitest';
import { Counting } from '../../../../lib/core/deliver/counting.ts';
import { DriftwireError } from '../../../../lib/core/errors.ts';
import type { CountOutcome, Mark } from '../../../../lib/core/ports.ts';
import { MemoryStore } from '../../../../lib/stores/memory.ts';
import { deliveryWith } from '../../../support/deliveries.ts';

const [a, b] = [deliveryWith({ id: 'a' }), deliveryWith({ id: 'b' })];
const BUSY = new DriftwireError('DW_STORE_UNAVAILABLE', 'busy', { retryable: true });

/** A ledger that remembers what it was asked, and answers what the test says. */
function ledgerOf(answer: (marks: readonly Mark[], call: number) => Promise<readonly CountOutcome[]>) {
  const calls: (readonly string[])[] = [];
  return {
    calls,
    count: async (marks: readonly Mark[]) => {
      calls.push(marks.map(({ key }) => key));
      return answer(marks, calls.length);
    },
  };
}

describe('counting deliveries', () => {
  test('asks the ledger once for all who must know, also while it has not answered yet', async () => {
    const ledger = ledgerOf(async (marks) => marks.map(() => ({ kind: 'counted' })));
    const counting = new Counting(ledger);
    const [first, second] = await Promise.all([counting.of([a, b]), counting.of([b, a, a])]);
    expect([...first, ...second].map(([, { kind }]) => kind)).toEqual(Array(4).fill('counted'));
    await counting.of([a]);
    expect(ledger.calls).toEqual([[a.key, a.requestKey, b.key, b.requestKey]]);
    expect(await counting.of([])).toEqual(new Map());
  });

  test('knows an event that was counted before, by whichever of its copies', async () => {
    const store = new MemoryStore();
    await new Counting(store).of([a]);
    const again = { ...a };
    expect(await new Counting(store).of([again, b])).toEqual(
      new Map([
        [again, { kind: 'repeated' }],
        [b, { kind: 'counted' }],
      ]),
    );
  });

  test('notes with the mark of the event, and no other, which copy was first and who keeps it', async () => {
    const store = new MemoryStore();
    const [kept, loose] = [new Counting(store, { holds: 'kept' }), new Counting(store, { holds: 'loose' })];
    await kept.of([a]);
    await loose.of([{ ...a, ingest: 'backfill' }, b]);
    expect(await store.notes([a.key, a.requestKey, b.key])).toEqual(
      new Map([
        [a.key, kept.noteOf(a)],
        [b.key, loose.noteOf(b)],
      ]),
    );
    expect([kept.noteOf(a), loose.noteOf(b)].map((note) => note?.split(' ')[0])).toEqual(['kept', 'loose']);
  });

  test('notes nothing where no place asks which copy was first', async () => {
    const store = new MemoryStore();
    const counting = new Counting(store);
    await counting.of([a]);
    expect([counting.noteOf(a), await store.notes([a.key])]).toEqual([undefined, new Map()]);
  });

  test('counts anew what the ledger did not count, one of its marks or all', async () => {
    const ledger = ledgerOf(async (marks, call) =>
      marks.map(({ key }): CountOutcome => (call === 1 && key === a.requestKey ? { kind: 'failed', error: BUSY } : { kind: 'counted' })),
    );
    const counting = new Counting(ledger);
    expect((await counting.of([a, b])).get(a)).toEqual({ kind: 'failed', error: BUSY });
    expect((await counting.of([a, b])).get(a)).toEqual({ kind: 'counted' });
    expect(ledger.calls.map((keys) => keys.length)).toEqual([4, 2]);
  });

  test('counts anew after a ledger that gave no answer', async () => {
    const ledger = ledgerOf((marks, call) =>
      call === 1 ? Promise.reject(new Error('gone')) : Promise.resolve(marks.map(() => ({ kind: 'repeated' }))),
    );
    const counting = new Counting(ledger);
    await expect(counting.of([a])).rejects.toThrow('gone');
    expect(await counting.of([a])).toEqual(new Map([[a, { kind: 'repeated' }]]));
  });
});
