import type { Increment, Total } from '../ports.ts';

/**
 * Upper bounds of the delay from an event to a sink, in seconds: a webhook takes a second, CloudTrail minutes, a backfill days.
 * A bound may be added; one that is taken away leaves its counts to the next one.
 */
export const DELAY_BUCKETS: readonly number[] = [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 21_600, 86_400];

/** The histogram these numbers become. */
export const DELAY_METRIC = 'driftwire_delivery_delay_seconds';

/** Names in the ledger, whose totals are whole numbers: one bucket an observation, and the sum in ms. */
const BUCKET = 'driftwire_delivery_delay_seconds_bucket';
const SUM_MS = 'driftwire_delivery_delay_milliseconds';

/** Largest increment a ledger takes. */
const MAX_MS = 2 ** 31;

/** What one delivery adds to the ledger. An event of the future (a clock is wrong) counts as no delay. */
export function delayIncrements(sink: string, delayMs: number): readonly Increment[] {
  const ms = Math.min(Math.max(0, Math.round(delayMs)), MAX_MS);
  const bound = DELAY_BUCKETS.find((seconds) => ms <= seconds * 1000);
  return [
    { metric: BUCKET, labels: { sink, le: bound === undefined ? '+Inf' : String(bound) }, by: 1 },
    { metric: SUM_MS, labels: { sink }, by: ms },
  ];
}

/** The delays of one sink, as a histogram has them. */
export interface DelayHistogram {
  readonly sink: string;
  /** How many were at most so many seconds, by each bound; without the last, unbounded one, which is `count`. */
  readonly buckets: readonly (readonly [seconds: number, count: number])[];
  readonly sumSeconds: number;
  readonly count: number;
}

/**
 * The histograms that the ledger's totals hold.
 *
 * @param sinks - Sinks that have a histogram even if nothing was delivered to them.
 */
export function delayHistograms(totals: readonly Total[], sinks: readonly string[]): readonly DelayHistogram[] {
  const own = totals.filter(({ metric }) => metric === BUCKET || metric === SUM_MS);
  const names = new Set([...sinks, ...own.flatMap(({ labels }) => labels['sink'] ?? [])]);
  return [...names].map((sink) => {
    const ofSink = own.filter(({ labels }) => labels['sink'] === sink);
    const inBuckets = ofSink.filter(({ metric }) => metric === BUCKET);
    const upTo = (seconds: number): number => sum(inBuckets.filter(({ labels }) => Number(labels['le']) <= seconds));
    return {
      sink,
      buckets: DELAY_BUCKETS.map((seconds) => [seconds, upTo(seconds)] as const),
      sumSeconds: sum(ofSink.filter(({ metric }) => metric === SUM_MS)) / 1000,
      count: sum(inBuckets),
    };
  });
}

function sum(totals: readonly Total[]): number {
  return totals.reduce((all, { value }) => all + value, 0);
}
