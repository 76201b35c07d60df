import { describe, expect, test } from 'vitest';
import { deliveryText } from '../../../../lib/core/deliver/delivery-text.ts';
import { drainRound } from '../../../../lib/core/deliver/drain.ts';
import type { Spool } from '../../../../lib/core/ports.ts';
import { MemoryStore } from '../../../../lib/stores/memory.ts';
import { deliveryWith } from '../../../support/deliveries.ts';
import { later, RecordingSink, refused } from '../../../support/recording-sink.ts';
import { record, totalOf } from '../../../support/store-harness.ts';

const BOUND = { maxEntries: 10, maxBytes: 1e9 };
const nothing = { entries: [], sinks: ['loki'], cursors: [], increments: [], levels: [] };

async function spoolWith(...ids: readonly string[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  const deliveries = ids.map((id) => deliveryWith({ id }));
  await store.accept({ ...nothing, entries: deliveries.map((each) => ({ key: each.key, body: deliveryText(each), onRepeat: [] })) });
  return store;
}

async function left(spool: Spool): Promise<readonly string[]> {
  return (await spool.pending('loki', BOUND)).map(({ key }) => key.replace('k8s_audit ', ''));
}

describe('a round of draining', () => {
  test('hands the oldest to the sink and settles what it has', async () => {
    const spool = await spoolWith('a', 'b', 'c');
    const sink = new RecordingSink('loki');
    const round = await drainRound(spool, sink, { ...BOUND, maxEntries: 2 });
    expect(round).toMatchObject({ taken: 2, settled: 2, waitMs: 0, trouble: undefined });
    expect(sink.kept.get('k8s_audit a')).toEqual(deliveryWith({ id: 'a' }));
    expect(await left(spool)).toEqual(['c']);
  });

  test('leaves what the sink could not take, and the next one goes on behind it', async () => {
    const spool = await spoolWith('a', 'b', 'c');
    const sink = new RecordingSink('loki', ({ key }) => (key.endsWith(' b') ? { kind: 'delivered' } : later(2_000)));
    const first = await drainRound(spool, sink, { ...BOUND, maxEntries: 2 });
    expect(first).toMatchObject({ taken: 2, settled: 1, waitMs: 2_000, trouble: { reason: 'unavailable' } });
    const second = await drainRound(spool, sink, { ...BOUND, afterSeq: first.lastSeq });
    expect(second).toMatchObject({ taken: 1, settled: 0 });
    const end = await drainRound(spool, sink, { ...BOUND, afterSeq: second.lastSeq });
    expect(end).toEqual({ taken: 0, settled: 0, lastSeq: second.lastSeq, waitMs: 0, trouble: undefined });
    expect(await left(spool)).toEqual(['a', 'c']);
  });

  test('gives up what the sink will never take, and keeps it to be looked at', async () => {
    const spool = await spoolWith('a');
    expect(await drainRound(spool, new RecordingSink('loki', () => refused(true)), BOUND)).toMatchObject({ settled: 1, waitMs: 0 });
    expect(await spool.refusals(9)).toMatchObject([{ key: 'k8s_audit a', reason: 'too_old: no' }]);
    expect((await spool.usage()).entries).toBe(0);
  });

  test('asks again in a minute where somebody must look first', async () => {
    const spool = await spoolWith('a');
    const round = await drainRound(spool, new RecordingSink('loki', () => refused(false)), BOUND);
    expect(round).toMatchObject({ settled: 0, waitMs: 60_000, trouble: { reason: 'unauthorized' } });
    expect(await left(spool)).toEqual(['a']);
  });

  test('counts results with what it settles', async () => {
    const spool = await spoolWith('a', 'b');
    const sink = new RecordingSink('loki', ({ key }) => (key.endsWith(' a') ? { kind: 'delivered' } : later(1)));
    const countResult = (name: string, _: unknown, { kind }: { readonly kind: string }) => [record(`${name} ${kind}`)];
    await drainRound(spool, sink, { ...BOUND, countResult });
    await drainRound(spool, sink, { ...BOUND, countResult });
    expect(await totalOf(spool, record('loki delivered'))).toBe(1);
    expect(await totalOf(spool, record('loki later'))).toBe(2);
  });

  test('lets nothing unreadable hold up the rest', async () => {
    const spool = await spoolWith('a');
    await spool.accept({ ...nothing, entries: [{ key: 'strange', body: '{"version":99}', onRepeat: [] }] });
    const sink = new RecordingSink('loki');
    expect(await drainRound(spool, sink, BOUND)).toMatchObject({ taken: 2, settled: 2 });
    expect(sink.calls).toEqual([['k8s_audit a']]);
    expect(await spool.refusals(9)).toMatchObject([{ key: 'strange', body: '{"version":99}' }]);
  });

  test('of nothing asks nobody', async () => {
    const sink = new RecordingSink('loki');
    expect(await drainRound(new MemoryStore(), sink, BOUND)).toEqual({
      taken: 0,
      settled: 0,
      lastSeq: 0,
      waitMs: 0,
      trouble: undefined,
    });
    expect(sink.calls).toEqual([]);
  });
});
