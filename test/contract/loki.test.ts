import { LokiSink } from '../../lib/sinks/loki.ts';
import { deliveryWith } from '../support/deliveries.ts';
import { FakeLoki } from '../support/fake-loki/server.ts';
import { type SinkHarness, type SinkHarnessOptions, sinkContract } from './sink.ts';

async function harness({ timing, onResult, secret, expectedSecret, timeoutMs }: SinkHarnessOptions): Promise<SinkHarness> {
  const basic = (password: string) => `Basic ${Buffer.from(`reader:${password}`).toString('base64')}`;
  const loki = new FakeLoki({ now: () => timing.now(), authorization: basic(expectedSecret) });
  const url = await loki.start();
  const sink = new LokiSink(
    {
      url,
      http: { timeoutMs, auth: { kind: 'basic', username: 'reader', password: secret } },
      retry: { maxAttempts: 5, baseMs: 200, capMs: 5_000, totalMs: 30_000 },
    },
    { timing, onResult },
  );
  const nowNs = BigInt(timing.now()) * 1_000_000n;
  let isStopped = false;
  return {
    sink,
    deliveries: (count) =>
      Array.from({ length: count }, (_, n) => deliveryWith({ id: `event-${n}`, timeNs: nowNs - BigInt(n) * 1_000_000_000n })),
    refused: deliveryWith({ id: 'ancient', timeNs: nowNs - 30n * 86_400_000_000_000n }),
    stored: () => {
      const counts = new Map<string, number>();
      for (const { metadata } of loki.stored().flatMap(({ entries }) => entries)) {
        const id = metadata['event_id'] ?? '';
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      return counts;
    },
    fail: (...faults) =>
      loki.fail(...faults.map((fault) => (typeof fault === 'string' ? { kind: fault } : { kind: 'status' as const, ...fault }))),
    requests: () => loki.pushes,
    stop: async () => {
      if (!isStopped) await loki.stop();
      isStopped = true;
    },
  };
}

sinkContract('loki', harness);
