import { beforeEach, describe, expect, test } from 'vitest';
import { deliveryText } from '../../../lib/core/deliver/delivery-text.ts';
import type { DeliveryResult } from '../../../lib/core/model/delivery-result.ts';
import { Outbox } from '../../../lib/serve/outbox.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { deliveryWith } from '../../support/deliveries.ts';
import { DELIVERED, later, RecordingSink, refused } from '../../support/recording-sink.ts';
import { type ManualTiming, manualTiming } from '../../support/timing.ts';

let store: MemoryStore;
let logged: string[];
let ended: AbortController;
let timing: ManualTiming;

beforeEach(() => {
  store = new MemoryStore();
  logged = [];
  ended = new AbortController();
  let sleeps = 0;
  timing = manualTiming({
    onSleep: () => {
      if (++sleeps >= 20) ended.abort();
    },
  });
});

async function accept(...ids: readonly string[]): Promise<void> {
  const entries = ids.map((id) => {
    const delivery = deliveryWith({ id });
    return { key: delivery.key, body: deliveryText(delivery), onRepeat: [] };
  });
  await store.accept({ entries, sinks: ['loki'], cursors: [], increments: [], levels: [] });
}

/** Runs until the sink has nothing left or twenty waits have passed. */
async function run(answer: (id: string) => DeliveryResult): Promise<RecordingSink> {
  const sink = new RecordingSink('loki', ({ findings }) => answer(findings[0].finding.id));
  const log = (level: string, message: string): void => {
    logged.push(`${level}: ${message}`);
  };
  await new Outbox({ sink, spool: store, isCounted: true, log, timing }).run(ended.signal);
  return sink;
}

const waiting = async (): Promise<number> => (await store.usage()).entries;
const ids = (sink: RecordingSink): readonly string[] => sink.calls.flat().map((key) => key.replace('k8s_audit ', ''));
async function counts(): Promise<Record<string, number>> {
  const totals = (await store.totals()).filter(({ metric }) => metric === 'driftwire_deliveries_total');
  return Object.fromEntries(totals.map(({ labels, value }) => [labels['outcome'] ?? '', value]));
}

describe('what waits for a sink', () => {
  test('is handed over in the order in which it was accepted, and is gone then', async () => {
    await accept('a', 'b', 'c');
    const sink = await run(() => DELIVERED);
    expect(ids(sink)).toEqual(['a', 'b', 'c']);
    expect(await waiting()).toBe(0);
    expect(await counts()).toEqual({ delivered: 3 });
    expect(logged).toEqual([]);
  });

  test('stays until the sink takes it; the sink is asked after the time it names, and is said to be down once', async () => {
    await accept('a');
    let tries = 0;
    const sink = await run(() => (++tries < 4 ? later(7_000) : DELIVERED));
    expect(sink.kept.size).toBe(1);
    expect(timing.slept.slice(0, 3)).toEqual([7_000, 7_000, 7_000]);
    expect(logged).toEqual(['warn: the sink is asked again later', 'info: the sink takes deliveries again']);
    expect(await counts()).toEqual({ failed: 3, delivered: 1 });
  });

  test('does not hold up what comes behind it', async () => {
    await accept('a', 'b', 'c');
    let tries = 0;
    const sink = await run((id) => (id === 'a' && ++tries < 3 ? later(1_000) : DELIVERED));
    expect(ids(sink)).toEqual(['a', 'b', 'c', 'a', 'a']);
    expect(await waiting()).toBe(0);
  });

  test('is let go when the sink will never take it, and kept to be looked at', async () => {
    await accept('a', 'b');
    await run((id) => (id === 'a' ? refused(true) : DELIVERED));
    expect(await waiting()).toBe(0);
    expect((await store.refusals(10)).map(({ key, reason }) => [key, reason])).toEqual([['k8s_audit a', 'too_old: no']]);
    expect(await counts()).toEqual({ refused: 1, delivered: 1 });
  });

  test('waits while the sink refuses the sender, loudly', async () => {
    await accept('a');
    await run(() => refused(false));
    expect(await waiting()).toBe(1);
    expect(logged).toEqual(['error: the sink refuses this sender; the findings wait']);
    expect(timing.slept[0]).toBe(60_000);
  });

  test('that no version wrote is refused and does not stand in the way', async () => {
    await store.accept({
      entries: [{ key: 'x', body: 'nonsense', onRepeat: [] }],
      sinks: ['loki'],
      cursors: [],
      increments: [],
      levels: [],
    });
    await accept('a');
    const sink = await run(() => DELIVERED);
    expect(ids(sink)).toEqual(['a']);
    expect((await store.refusals(10)).map(({ key }) => key)).toEqual(['x']);
  });

  test('is not lost while the store cannot be read', async () => {
    await accept('a');
    const pending = store.pending.bind(store);
    let tries = 0;
    store.pending = async (...args) => {
      if (++tries < 3) throw new Error('busy');
      return pending(...args);
    };
    const sink = await run(() => DELIVERED);
    expect(ids(sink)).toEqual(['a']);
    expect(logged[0]).toBe('error: deliveries wait: the store cannot be used at the moment');
  });
});

test('an outbox that is told of something new does not wait for its time', { timeout: 10_000 }, async () => {
  const sink = new RecordingSink('loki');
  const patient = {
    ...timing,
    sleep: (_ms: number, signal?: AbortSignal) => new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
  };
  const outbox = new Outbox({ sink, spool: store, isCounted: true, log: () => undefined, timing: patient });
  const running = outbox.run(ended.signal);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await accept('a');
  outbox.wake();
  await expect.poll(() => sink.kept.size).toBe(1);
  ended.abort();
  await running;
});
