import { gunzipSync } from 'node:zlib';
import { afterEach } from 'vitest';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { DeliveryResult } from '../../lib/core/model/delivery-result.ts';
import { LokiSink, type LokiSinkOptions } from '../../lib/sinks/loki.ts';
import { type DeliveryChange, deliveryWith } from './deliveries.ts';
import { FakeLoki, type FakeLokiOptions } from './fake-loki/server.ts';
import { type ManualTiming, manualTiming } from './timing.ts';

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

/** A sink and its Loki, with a clock that stands. */
export interface LokiSetup {
  readonly loki: FakeLoki;
  readonly sink: LokiSink;
  readonly timing: ManualTiming;
  readonly url: string;
  /** An event so many ms before now. */
  event(id: string, ageMs?: number, change?: DeliveryChange): Delivery;
}

/** Starts a fake; it is stopped when the test ends. */
export async function lokiSetup(fake: FakeLokiOptions = {}, options: Partial<LokiSinkOptions> = {}): Promise<LokiSetup> {
  const timing = manualTiming();
  const loki = new FakeLoki({ now: () => timing.now(), ...fake });
  const url = await loki.start();
  const sink = new LokiSink({ url, http: { timeoutMs: 5_000 }, ...options }, { timing });
  open.push({
    stop: async () => {
      sink.close();
      await loki.stop();
    },
  });
  const start = timing.now();
  const event = (id: string, ageMs = 0, change: DeliveryChange = {}) =>
    deliveryWith({ id, timeNs: BigInt(start - ageMs) * 1_000_000n, ...change });
  return { loki, sink, timing, url, event };
}

/** Results in short. */
export const kinds = (results: readonly DeliveryResult[]): readonly string[] =>
  results.map((result) => (result.kind === 'delivered' ? 'delivered' : `${result.kind} ${result.reason}`));
/** The events that a Loki has. */
export const ids = (loki: FakeLoki, tenant?: string) =>
  loki
    .stored(tenant)
    .flatMap(({ entries }) => entries.map(({ metadata }) => metadata['event_id']))
    .sort();
/** What was pushed. */
export const bodies = (loki: FakeLoki) => loki.pushes.map(({ body }) => JSON.parse(gunzipSync(body).toString()));
