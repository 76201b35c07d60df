import { describe, expect, test } from 'vitest';
import { LedgerNotes } from '../../../../lib/core/deliver/ledger-notes.ts';
import { DriftwireError } from '../../../../lib/core/errors.ts';
import { MemoryStore } from '../../../../lib/stores/memory.ts';
import { deliveryWith } from '../../../support/deliveries.ts';

const [a, b] = [deliveryWith({ id: 'a' }), deliveryWith({ id: 'b' })];

describe('what a place notes about events', () => {
  test('is since when something is open, from the first time that it was asked', async () => {
    const store = new MemoryStore();
    expect(await new LedgerNotes('loki', store).openSince([a], 1_000)).toEqual([1_000]);
    expect(await new LedgerNotes('loki', store).openSince([b, a], 5_000)).toEqual([5_000, 1_000]);
    expect(await new LedgerNotes('another', store).openSince([a], 9_000)).toEqual([9_000]);
  });

  test('is what was moved, what is there and what was refused, and counts nothing', async () => {
    const store = new MemoryStore();
    const notes = new LedgerNotes('loki', store);
    await notes.move([a]);
    await notes.has([b]);
    await notes.refused([b]);
    const keys = [a, b].flatMap((each) => [notes.movedKey(each), notes.hasKey(each), notes.refusedKey(each), notes.openKey(each)]);
    expect(await store.marked([...keys, a.key])).toEqual(new Set([notes.movedKey(a), notes.hasKey(b), notes.refusedKey(b)]));
    expect(await store.totals()).toEqual([]);
  });

  test('is as good as not asked when it could not be kept', async () => {
    const error = new DriftwireError('DW_STORE_UNAVAILABLE', 'busy', { retryable: true });
    const store = new MemoryStore();
    const broken = new LedgerNotes('loki', {
      count: async (marks) => marks.map(() => ({ kind: 'failed', error })),
      marked: (keys) => store.marked(keys),
      notes: (keys) => store.notes(keys),
    });
    await expect(broken.openSince([a], 1)).rejects.toThrow('busy');
    await expect(broken.move([a])).rejects.toThrow('busy');
    await expect(broken.has([a])).rejects.toThrow('busy');
    await expect(broken.refused([a])).rejects.toThrow('busy');
  });

  test('is not lost when it is forgotten between two questions', async () => {
    const store = new MemoryStore();
    const forgetful = new LedgerNotes('loki', {
      count: (marks) => store.count(marks),
      marked: (keys) => store.marked(keys),
      notes: async () => new Map(),
    });
    expect(await forgetful.openSince([a], 7)).toEqual([7]);
  });
});
