/**
 * The last step: each sink gets the whole batch on its own, whatever the others do. What one of them already has is no reason to
 * leave out another, so a batch may be repeated until every sink has all of it, and a repeat changes nothing.
 */
import type { Delivery } from '../model/delivery.ts';
import type { DeliveryResult } from '../model/delivery-result.ts';
import type { DeliverOptions, Sink, StopSignal } from '../ports.ts';
import { mapAtOnce } from './map-at-once.ts';
import { pairs } from './pairs.ts';

/** Bounds of one delivery of a batch. */
export interface DeliverStepOptions extends DeliverOptions {
  /** Sinks that work at the same time. */
  readonly maxSinksAtOnce?: number;
}

/** What became of one delivery. */
export interface DeliveryReport {
  readonly delivery: Delivery;
  /**
   * `done`: all sinks have it, acknowledge it. `later`: hand it in again, at the earliest after `afterMs`. `refused`: trying again
   * is no use, but somebody must know (a dead-letter queue, an exit status).
   */
  readonly status: 'done' | 'later' | 'refused';
  /** 0 unless the status is `later`. */
  readonly afterMs: number;
  /** One result for each sink, in the order of the sinks. */
  readonly results: readonly SinkResult[];
}

/** What one sink made of one delivery. */
export interface SinkResult {
  readonly sink: string;
  readonly result: DeliveryResult;
}

/** Four: Loki, the ledger, Slack and a receiver; each further one waits for a place. */
const SINKS_AT_ONCE = 4;

/** When a sink that broke its promise is tried again, in ms. */
const BROKEN_AGAIN_MS = 5_000;

const STOPPED: DeliveryResult = { kind: 'later', reason: 'stopped', message: 'ended before the sink was done', afterMs: 0 };

/**
 * Delivers a batch to all sinks. Never rejects; ends when the signal fires, even if a sink goes on.
 *
 * @returns One report for each delivery, in their order.
 */
export async function deliver(
  deliveries: readonly Delivery[],
  sinks: readonly Sink[],
  options: DeliverStepOptions = {},
): Promise<readonly DeliveryReport[]> {
  const { maxSinksAtOnce = SINKS_AT_ONCE, ...bounds } = options;
  const ofSinks = await mapAtOnce(sinks, maxSinksAtOnce, async (sink) => ({
    sink: sink.name,
    results: await deliverTo(sink, deliveries, bounds),
  }));
  const reports = deliveries.map((delivery) => ({ delivery, results: [] as SinkResult[] }));
  for (const { sink, results } of ofSinks) for (const [report, result] of pairs(reports, results)) report.results.push({ sink, result });
  return reports.map(({ delivery, results }) => ({ delivery, ...statusOf(results.map(({ result }) => result)), results }));
}

/** Delivers a batch to one sink, which is held to its promise: one result for each delivery, and no exception. */
export async function deliverTo(sink: Sink, deliveries: readonly Delivery[], options: DeliverOptions): Promise<readonly DeliveryResult[]> {
  if (deliveries.length === 0) return [];
  const { signal } = options;
  if (signal?.aborted === true) return deliveries.map(() => STOPPED);
  const work = sink.deliver(deliveries, options).then(
    (results) => (results.length === deliveries.length ? results : deliveries.map(() => broken(`${results.length} results`))),
    (cause: unknown) => deliveries.map(() => broken(String(cause))),
  );
  return signal === undefined ? work : orStopped(work, signal, deliveries);
}

/** A delivery that at least one sink must be handed again is not done, whatever the others said. */
function statusOf(results: readonly DeliveryResult[]): Pick<DeliveryReport, 'status' | 'afterMs'> {
  const waits = results.flatMap(waitOf);
  if (waits.length > 0) return { status: 'later', afterMs: Math.max(...waits) };
  return { status: results.some(({ kind }) => kind === 'refused') ? 'refused' : 'done', afterMs: 0 };
}

/** A sink that refuses everything because of how it is set up takes it once somebody has looked. */
function waitOf(result: DeliveryResult): readonly number[] {
  if (result.kind === 'later') return [result.afterMs];
  return result.kind === 'refused' && !result.permanent ? [0] : [];
}

/** A sink that does not listen to the signal goes on, and nobody waits for it. */
async function orStopped(
  work: Promise<readonly DeliveryResult[]>,
  signal: StopSignal,
  deliveries: readonly Delivery[],
): Promise<readonly DeliveryResult[]> {
  const { promise, resolve } = Promise.withResolvers<readonly DeliveryResult[]>();
  const stop = (): void => resolve(deliveries.map(() => STOPPED));
  signal.addEventListener('abort', stop);
  const results = await Promise.race([work, promise]);
  signal.removeEventListener('abort', stop);
  return results;
}

function broken(gave: string): DeliveryResult {
  return { kind: 'later', reason: 'unexpected', message: `the sink gave ${gave}: this is a fault of driftwire`, afterMs: BROKEN_AGAIN_MS };
}
