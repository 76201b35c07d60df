import { afterEach } from 'vitest';
import { boundaryAt, MINUTE_MS } from '../../lib/core/deliver/snapshot.ts';
import type { SeriesValue } from '../../lib/core/model/series.ts';
import type { Documents } from '../../lib/core/ports.ts';
import { RemoteWriteSink, type RemoteWriteSinkOptions, type RemoteWriteStatus } from '../../lib/sinks/remote-write.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import { FakeReceiver, type FakeReceiverOptions } from './fake-receiver/receiver.ts';
import { manualTiming } from './timing.ts';

/** The one metric that is written. */
export const X = 'changes_total';
const receivers: FakeReceiver[] = [];
const sinks: RemoteWriteSink[] = [];

afterEach(async () => {
  for (const sink of sinks.splice(0)) sink.close();
  for (const receiver of receivers.splice(0)) await receiver.stop();
});

/** A receiver and a sink of it, with a clock that stands and totals that the test counts; all is closed when the test ends. */
export async function setUp(options: FakeReceiverOptions = {}, over: Partial<RemoteWriteSinkOptions> = {}) {
  const receiver = new FakeReceiver(options);
  receivers.push(receiver);
  const url = await receiver.start();
  const timing = manualTiming();
  const startMs = boundaryAt(timing.now());
  const store = new MemoryStore();
  const lines: string[] = [];
  const statuses: RemoteWriteStatus[] = [];
  const counts = new Map<string, number>();
  let gauges: readonly SeriesValue[] = [];
  const started = (documents: Documents = store, more: Partial<RemoteWriteSinkOptions> = {}) => {
    const sink = new RemoteWriteSink(
      {
        url,
        protocol: '1.0',
        http: { timeoutMs: 5_000 },
        userAgent: 'driftwire/1.0.0',
        instance: 'host',
        labels: {},
        metadata: [{ family: X, type: 'counter', help: 'Changes.', unit: '' }],
        retry: { maxAttempts: 1, baseMs: 0, capMs: 0, totalMs: 0 },
        ...over,
        ...more,
      },
      {
        documents,
        timing,
        log: (level, message, fields) => lines.push(JSON.stringify({ level, message, ...fields })),
        read: async (status) => {
          statuses.push(status);
          return [
            ...[...counts].map(([user, value]) => ({ name: X, kind: 'counter' as const, labels: [['user', user] as const], value })),
            ...gauges,
          ];
        },
      },
    );
    sinks.push(sink);
    return sink;
  };
  const sink = started();
  return {
    receiver,
    sink,
    store,
    lines,
    statuses,
    startMs,
    timing,
    started,
    count: (user: string, by = 1) => counts.set(user, (counts.get(user) ?? 0) + by),
    setGauges: (values: readonly SeriesValue[]) => {
      gauges = values;
    },
    /** The flush of a minute, counted from the start. */
    flush: (minute: number, by: RemoteWriteSink = sink) => {
      timing.advance(Math.max(0, startMs + minute * MINUTE_MS + 5 - timing.now()));
      return by.flush(startMs + minute * MINUTE_MS);
    },
    /** What the receiver says at so many seconds from the start. */
    sumAt: (seconds: number) => [...receiver.storage.at(X, startMs + seconds * 1000).values()].reduce((sum, value) => sum + value, 0),
    timesOf: (user: string) => {
      const [, samples] = [...receiver.storage.series].find(([id]) => id.includes(`"${user}"`)) ?? [];
      return (samples ?? []).map(({ timeMs, value, isStale }) => [timeMs - startMs, isStale ? 'stale' : value]);
    },
  };
}
