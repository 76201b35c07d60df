import { expect, test } from 'vitest';
import { Flusher } from '../../../lib/serve/flusher.ts';
import { RemoteWriteSink } from '../../../lib/sinks/remote-write.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { manualTiming } from '../../support/timing.ts';

/** A flusher over a receiver that cannot be reached, on a clock that moves only with its own sleeps. */
async function run(
  minutes: number,
  lateMs = 0,
): Promise<{ readonly slept: readonly number[]; readonly log: readonly string[]; readonly failed: number }> {
  const store = new MemoryStore();
  const ended = new AbortController();
  const log: string[] = [];
  let sleeps = 0;
  const timing = manualTiming({
    startMs: Date.UTC(2026, 10, 20, 9, 0, 12),
    onSleep: () => {
      timing.advance(lateMs);
      if (++sleeps > minutes) ended.abort();
    },
  });
  const sink = new RemoteWriteSink(
    {
      url: 'http://127.0.0.1:1/api/v1/write',
      protocol: '1.0',
      http: { timeoutMs: 1_000 },
      userAgent: 'driftwire/test',
      instance: 'test',
      labels: {},
      metadata: [],
      retry: { maxAttempts: 1, baseMs: 1, capMs: 1, totalMs: 1 },
    },
    { documents: store, log: () => undefined, timing, read: async () => [{ name: 'x_total', kind: 'counter', labels: [], value: 1 }] },
  );
  const teller = (level: string, message: string): void => {
    log.push(`${level}: ${message}`);
  };
  await new Flusher({ sink, ledger: store, log: teller, timing }).run(ended.signal);
  sink.close();
  const failed = (await store.totals()).find(({ labels }) => labels['outcome'] === 'failed')?.value ?? 0;
  return { slept: timing.slept, log, failed };
}

test('the totals are written at each minute boundary, and a receiver that is down is told of once', async () => {
  const { slept, log, failed } = await run(3);
  expect(slept).toEqual([48_000, 60_000, 60_000, 60_000]);
  expect(log).toEqual(['warn: the remote-write receiver does not take samples; snapshots are kept']);
  expect(failed).toBe(3);
});

test('a process that wakes up late writes the last boundary and keeps to the minutes', async () => {
  const { slept } = await run(2, 70_000);
  expect(slept).toEqual([48_000, 50_000, 50_000]);
});

test('a store that cannot keep the totals is told of, and the next minute is tried', async () => {
  const store = new MemoryStore();
  store.replaceDocument = async () => {
    throw new Error('the disk is full');
  };
  const ended = new AbortController();
  const log: string[] = [];
  let sleeps = 0;
  const timing = manualTiming({
    onSleep: () => {
      if (++sleeps > 2) ended.abort();
    },
  });
  const sink = new RemoteWriteSink(
    { url: 'http://127.0.0.1:1/', protocol: '1.0', http: { timeoutMs: 1_000 }, userAgent: 'x/1', instance: 'x', labels: {}, metadata: [] },
    { documents: store, log: () => undefined, timing, read: async () => [] },
  );
  await new Flusher({ sink, ledger: store, log: (level, message) => log.push(`${level}: ${message}`), timing }).run(ended.signal);
  sink.close();
  expect(log).toEqual(Array.from({ length: 2 }, () => 'error: the totals of this minute were not kept: the next minute carries them'));
});
