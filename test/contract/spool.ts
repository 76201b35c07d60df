/** What every store does that keeps deliveries until all sinks have them. */
import { describe, expect, test } from 'vitest';
import type { Store } from '../../lib/core/ports.ts';
import { change, mark, record, type StoreHarness, totalOf } from '../support/store-harness.ts';

const NO_BOUND = { maxEntries: 1_000, maxBytes: 1e9 };

/** The contract of a spool. */
export function spoolContract(name: string, harness: StoreHarness<Store>): void {
  const repeat = [record('duplicate')];
  const entry = (key: string, body = `body of ${key}`) => ({ key, body, onRepeat: repeat });
  const nothing = { entries: [], sinks: [], cursors: [], increments: [], levels: [] };
  const batch = (...keys: readonly string[]) => ({ ...nothing, entries: keys.map((key) => entry(key)), sinks: ['loki', 'ledger'] });
  const keysOf = async (store: Store, sink: string) => (await store.pending(sink, NO_BOUND)).map(({ key }) => key);
  const seqOf = async (store: Store, key: string) => (await store.pending('loki', NO_BOUND)).find((each) => each.key === key)?.seq ?? -1;

  describe(`${name} as a spool`, () => {
    test('keeps what it accepted until each sink has it', async () => {
      const store = await harness.open({ nowMs: () => 1_000 });
      expect(await store.accept(batch('a', 'b'))).toEqual({ kind: 'accepted', entries: 2, repeated: 0 });
      const [first, second] = await store.pending('loki', NO_BOUND);
      expect([first, second]).toMatchObject([
        { key: 'a', body: 'body of a', acceptedMs: 1_000 },
        { key: 'b', body: 'body of b', acceptedMs: 1_000 },
      ]);
      const delivered = { seq: first?.seq ?? 0, kind: 'delivered' } as const;
      await store.settle('loki', [delivered], [record('finding')]);
      expect(await keysOf(store, 'loki')).toEqual(['b']);
      expect(await keysOf(store, 'ledger')).toEqual(['a', 'b']);
      expect(await store.usage()).toMatchObject({ entries: 2, sinks: { loki: { entries: 1 }, ledger: { entries: 2, oldestMs: 1_000 } } });
      await store.settle('ledger', [delivered], []);
      expect(await store.usage()).toMatchObject({ entries: 1 });
      expect(await totalOf(store, record('finding'))).toBe(1);
    });

    test('accepts a key once, also after every sink has had it, and counts the repeats', async () => {
      const store = await harness.open();
      await store.accept(batch('a', 'b'));
      for (const sink of ['loki', 'ledger']) {
        const settled = (await store.pending(sink, NO_BOUND)).map(({ seq }) => ({ seq, kind: 'delivered' }) as const);
        await store.settle(sink, settled, []);
      }
      expect(await store.accept(batch('b', 'c', 'a', 'c'))).toEqual({ kind: 'accepted', entries: 1, repeated: 3 });
      expect(await keysOf(store, 'loki')).toEqual(['c']);
      expect(await totalOf(store, record('duplicate'))).toBe(3);
      expect((await store.usage()).entries).toBe(1);
    });

    test('is no ledger: what was only counted is accepted', async () => {
      const store = await harness.open();
      await store.count([mark('a', change('alice'))]);
      expect(await store.accept(batch('a'))).toEqual({ kind: 'accepted', entries: 1, repeated: 0 });
      expect(await store.count([mark('a', change('alice')), mark('b', change('alice'))])).toEqual([
        { kind: 'repeated' },
        { kind: 'counted' },
      ]);
    });

    test('commits positions and counts together with the entries', async () => {
      const store = await harness.open();
      const level = { metric: 'driftwire_last_event_timestamp_seconds', labels: { source: 'k8s_audit' }, value: 7 };
      await store.accept({ ...batch('a'), cursors: [{ name: 'audit.log', value: '{"offset":10}' }], increments: [record('dropped', 9)] });
      await store.accept({
        ...nothing,
        cursors: [
          { name: 'audit.log', value: '{"offset":20}' },
          { name: 'other.log', value: '' },
        ],
        levels: [level],
      });
      const again = await harness.share(store);
      expect(await again.cursor('audit.log')).toBe('{"offset":20}');
      expect(await again.cursor('other.log')).toBe('');
      expect(await again.cursor('none.log')).toBeUndefined();
      expect(await totalOf(again, record('dropped'))).toBe(9);
      expect(await totalOf(again, level)).toBe(7);
    });

    test('at its limit commits nothing at all and says so', async () => {
      const store = await harness.open({ spoolLimitBytes: 1_000 });
      await store.accept({ ...nothing, sinks: ['loki'], entries: [entry('a', 'x'.repeat(600))] });
      const { usedBytes } = await store.usage();
      const full = await store.accept({
        ...nothing,
        sinks: ['loki'],
        entries: [entry('a'), entry('b', 'x'.repeat(600))],
        cursors: [{ name: 'audit.log', value: '5' }],
        increments: [record('dropped')],
      });
      expect(full).toEqual({ kind: 'full', usedBytes, limitBytes: 1_000 });
      expect(await store.cursor('audit.log')).toBeUndefined();
      expect((await store.totals()).filter(({ value }) => value > 0)).toEqual([]);
      expect(await keysOf(store, 'loki')).toEqual(['a']);
      // What takes no room is taken: repeats, and records that are dropped.
      expect(await store.accept({ ...batch('a'), increments: [record('dropped')] })).toMatchObject({ kind: 'accepted', repeated: 1 });
      const [kept] = await store.pending('loki', NO_BOUND);
      await store.settle('loki', [{ seq: kept?.seq ?? 0, kind: 'delivered' }], []);
      expect(await store.usage()).toEqual({ entries: 0, usedBytes: 0, limitBytes: 1_000, sinks: {} });
      expect(await store.accept({ ...nothing, sinks: ['loki'], entries: [entry('b', 'x'.repeat(600))] })).toMatchObject({ entries: 1 });
    });

    test('takes an entry larger than its limit when nothing else waits: it would be refused for ever', async () => {
      const store = await harness.open({ spoolLimitBytes: 1_000 });
      const huge = { ...nothing, sinks: ['loki'], entries: [entry('huge', 'x'.repeat(5_000))] };
      expect(await store.accept(huge)).toMatchObject({ entries: 1 });
      expect(await store.accept(batch('small'))).toMatchObject({ kind: 'full' });
    });

    test('hands out the oldest first, in bounds, and at least one', async () => {
      const store = await harness.open();
      await store.accept({ ...batch(), entries: ['a', 'b', 'c', 'd'].map((key) => entry(key, 'x'.repeat(1_000))) });
      const keys = async (bound: { maxEntries: number; maxBytes: number; afterSeq?: number }) =>
        (await store.pending('loki', bound)).map(({ key }) => key);
      expect(await keys({ maxEntries: 2, maxBytes: 1e9 })).toEqual(['a', 'b']);
      expect(await keys({ maxEntries: 9, maxBytes: 3_900 })).toEqual(['a', 'b', 'c']);
      expect(await keys({ maxEntries: 9, maxBytes: 10 })).toEqual(['a']);
      expect(await keys({ maxEntries: 9, maxBytes: 1e9, afterSeq: await seqOf(store, 'b') })).toEqual(['c', 'd']);
      expect(await store.pending('nobody', NO_BOUND)).toEqual([]);
    });

    test('a sink that will never take an entry gives it up: it is kept to be looked at, and holds up nothing', async () => {
      const store = await harness.open({ nowMs: () => 5_000 });
      await store.accept(batch('a', 'b'));
      const seq = await seqOf(store, 'a');
      await store.settle('loki', [{ seq, kind: 'refused', reason: 'entry too far behind' }], []);
      await store.settle('loki', [{ seq, kind: 'refused', reason: 'said twice' }], []);
      expect(await keysOf(store, 'loki')).toEqual(['b']);
      expect(await keysOf(store, 'ledger')).toEqual(['a', 'b']);
      const refusal = { seq, sink: 'loki', key: 'a', reason: 'entry too far behind', body: 'body of a', refusedMs: 5_000 };
      expect(await store.refusals(10)).toEqual([refusal]);
      await store.settle('ledger', [{ seq: await seqOf(store, 'b'), kind: 'refused', reason: 'x' }], []);
      expect((await store.refusals(1)).map(({ key }) => key)).toEqual(['b']);
      expect((await store.refusals(10)).map(({ key }) => key)).toEqual(['b', 'a']);
    });

    test('keeps no more refused entries than anybody looks at', { timeout: 60_000 }, async () => {
      const store = await harness.open();
      await store.accept({ ...nothing, sinks: ['loki'], entries: Array.from({ length: 1_005 }, (_, at) => entry(`k${at}`)) });
      const all = await store.pending('loki', { maxEntries: 2_000, maxBytes: 1e9 });
      await store.settle(
        'loki',
        all.map(({ seq }) => ({ seq, kind: 'refused', reason: 'x' })),
        [],
      );
      const refusals = await store.refusals(2_000);
      expect([refusals.length, refusals[0]?.key]).toEqual([1_000, 'k1004']);
    });

    test('lets go of what is due to sinks that are gone, and tells how much', async () => {
      const store = await harness.open();
      await store.accept(batch('a', 'b'));
      expect(await store.keepSinks(['loki', 'slack', 'ledger'])).toBe(0);
      expect(await store.keepSinks(['loki', 'slack'])).toBe(2);
      expect(await keysOf(store, 'ledger')).toEqual([]);
      expect(await store.keepSinks([])).toBe(2);
      expect(await store.usage()).toMatchObject({ entries: 0, usedBytes: 0 });
    });

    test('keeps nothing for no sink, and still knows the key', async () => {
      const store = await harness.open();
      expect(await store.accept({ ...nothing, entries: [entry('a')] })).toMatchObject({ entries: 1 });
      expect(await store.usage()).toMatchObject({ entries: 0, usedBytes: 0 });
      expect(await store.accept(batch('a'))).toMatchObject({ entries: 0, repeated: 1 });
    });

    test('gives no number twice: a late settlement meets nobody else', async () => {
      const store = await harness.open();
      await store.accept({ ...nothing, sinks: ['loki'], entries: [entry('a')] });
      const seq = await seqOf(store, 'a');
      await store.settle('loki', [{ seq, kind: 'delivered' }], []);
      await store.accept({ ...nothing, sinks: ['loki'], entries: [entry('b')] });
      await store.settle('loki', [{ seq, kind: 'delivered' }], []);
      expect(await keysOf(store, 'loki')).toEqual(['b']);
    });

    test('keeps texts as they are', async () => {
      const store = await harness.open();
      const bodies = ['', 'a\u0000b', '😀 é', '{"a":"\\ud800"}', 'x'.repeat(300_000)];
      await store.accept({ ...batch(), entries: bodies.map((body, at) => entry(`k ${at}\u0000`, body)) });
      const pending = await store.pending('loki', NO_BOUND);
      expect(pending.map(({ body }) => body)).toEqual(bodies);
      expect(pending.map(({ key }) => key)).toEqual(bodies.map((_, at) => `k ${at}\u0000`));
    });

    test('refuses counts that would be inexact, and keeps nothing of the batch', async () => {
      const store = await harness.open();
      await expect(store.accept({ ...batch('a'), increments: [record('dropped', 0.5)] })).rejects.toThrow('cannot be added');
      await expect(store.settle('loki', [], [record('dropped', -1)])).rejects.toThrow('cannot be added');
      expect(await store.usage()).toMatchObject({ entries: 0 });
    });
  });
}
