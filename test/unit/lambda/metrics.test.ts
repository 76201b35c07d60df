import { afterEach, describe, expect, test } from 'vitest';
import { MetricsWork } from '../../../lib/lambda/metrics.ts';
import { RemoteWriteSink } from '../../../lib/sinks/remote-write.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { Metrics } from '../../../lib/telemetry/metrics.ts';
import { FakeReceiver } from '../../support/fake-receiver/receiver.ts';
import { manualTiming } from '../../support/timing.ts';

const MINUTE_MS = 60_000;
const DROPPED = { metric: 'driftwire_records_total', labels: { source: 'k8s_audit', outcome: 'dropped' } };

const receivers: FakeReceiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.stop();
});

async function setUp() {
  const receiver = new FakeReceiver();
  receivers.push(receiver);
  const url = await receiver.start();
  const timing = manualTiming({ startMs: Date.UTC(2026, 10, 20, 9, 20, 3) });
  const store = new MemoryStore();
  let opened = 0;
  const state = { isLocked: false };
  const newWork = (make?: () => Promise<never>) =>
    new MetricsWork({
      store,
      metrics: new Metrics({
        sinks: ['loki', 'remote_write'],
        rules: [],
        labels: { env: 'test' },
        build: { version: '1.0.0', configHash: 'c0ffee', rulesHash: 'beef' },
        isProcessShown: false,
      }),
      open:
        make ??
        (async () => {
          if (state.isLocked) throw new Error('the SSM parameter /x cannot be read');
          opened++;
          return (parts) =>
            new RemoteWriteSink(
              {
                url,
                protocol: '1.0',
                http: { timeoutMs: 5_000 },
                userAgent: 'driftwire/1.0.0',
                instance: 'table',
                labels: { env: 'test' },
                metadata: [],
                retry: { maxAttempts: 1, baseMs: 0, capMs: 0, totalMs: 0 },
              },
              parts,
            );
        }),
      timing,
      log: () => undefined,
    });
  const limits = () => ({ deadlineMs: timing.now() + 50_000 });
  const nextMinute = () => timing.advance(MINUTE_MS);
  /** Names of the series that were written at all. */
  const written = () =>
    new Set(receiver.seen.flatMap(({ request }) => request.series.map(({ labels }) => new Map(labels).get('__name__'))));
  const total = async (labels: Readonly<Record<string, string>>) =>
    (await store.totals()).find(
      ({ metric, labels: own }) => metric === 'driftwire_deliveries_total' && JSON.stringify(own) === JSON.stringify(labels),
    )?.value;
  return { receiver, timing, store, newWork, limits, nextMinute, written, total, state, opened: () => opened };
}

describe('the totals, every minute', () => {
  test('are written with the hash of the configuration and nothing of this process', async () => {
    const { newWork, store, limits, nextMinute, receiver, written, total } = await setUp();
    const work = newWork();
    await store.add([{ ...DROPPED, by: 3 }]);
    await work.run(limits());
    nextMinute();
    await store.add([{ ...DROPPED, by: 4 }]);
    await work.run(limits());
    expect(receiver.faults).toEqual([]);
    expect(written()).toContain('driftwire_records_total');
    expect(written()).toContain('driftwire_flush_timestamp_seconds');
    expect([...written()].filter((name) => name?.startsWith('process_') || name?.startsWith('nodejs_'))).toEqual([]);
    const build = receiver.seen
      .flatMap(({ request }) => request.series)
      .find(({ labels }) => new Map(labels).get('__name__') === 'driftwire_build_info');
    expect(new Map(build?.labels).get('config_hash')).toBe('c0ffee');
    expect(await total({ outcome: 'delivered', sink: 'remote_write' })).toBe(2);
  });

  test('are written once a minute, however many functions run', async () => {
    const { newWork, limits, receiver, total } = await setUp();
    const [one, other] = [newWork(), newWork()];
    await Promise.all([one.run(limits()), other.run(limits())]);
    await one.run(limits());
    expect(receiver.faults).toEqual([]);
    expect(await total({ outcome: 'delivered', sink: 'remote_write' })).toBe(1);
  });

  test('that the receiver does not take are a failure of the function, and the next minute carries them', async () => {
    const { newWork, store, limits, nextMinute, receiver, total } = await setUp();
    const work = newWork();
    await work.run(limits());
    nextMinute();
    await store.add([{ ...DROPPED, by: 5 }]);
    receiver.fault = () => ({ kind: 'status', status: 503, headers: {}, body: 'down' });
    await expect(work.run(limits())).rejects.toThrow(/does not take samples: .*1 snapshots are kept/);
    receiver.fault = undefined;
    nextMinute();
    await work.run(limits());
    expect(await total({ outcome: 'failed', sink: 'remote_write' })).toBe(1);
    expect(await total({ outcome: 'delivered', sink: 'remote_write' })).toBe(2);
  });

  test('that the receiver forbids have the secret read again', async () => {
    const { newWork, limits, nextMinute, receiver, opened } = await setUp();
    const work = newWork();
    await work.run(limits());
    nextMinute();
    receiver.fault = () => ({ kind: 'status', status: 401, headers: {}, body: 'no' });
    await expect(work.run(limits())).rejects.toThrow('unauthorized');
    receiver.fault = undefined;
    nextMinute();
    await work.run(limits());
    expect(opened()).toBe(2);
  });

  test('are written with a secret that is a quarter of an hour old at most', async () => {
    const { newWork, limits, timing, opened } = await setUp();
    const work = newWork();
    await work.run(limits());
    timing.advance(14 * MINUTE_MS);
    await work.run(limits());
    expect(opened()).toBe(1);
    timing.advance(MINUTE_MS);
    await work.run(limits());
    expect(opened()).toBe(2);
  });

  test('go on with the known secret while it cannot be read anew', async () => {
    const { newWork, limits, timing, receiver, state } = await setUp();
    const work = newWork();
    await work.run(limits());
    const before = receiver.seen.length;
    state.isLocked = true;
    timing.advance(15 * MINUTE_MS);
    await work.run(limits());
    expect(receiver.seen.length).toBeGreaterThan(before);
  });

  test('fail with what stands in the way of the secret', async () => {
    const { newWork, limits } = await setUp();
    const work = newWork(() => Promise.reject(new Error('the SSM parameter /x cannot be read')));
    await expect(work.run(limits())).rejects.toThrow('the SSM parameter /x cannot be read');
  });
});
