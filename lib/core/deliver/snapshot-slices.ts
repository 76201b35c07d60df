/**
 * From two snapshots to samples. The writer behaves like a scraper that meets each boundary twice: every series has its value
 * 1 ms before and 1 ms after it, so that `increase(x[5m])` finds a sample at both ends of a window between boundaries and has
 * nothing to extrapolate, and `sum(x) - sum(x offset 5m)` is exact at any time.
 *
 * Each slice holds one time and so at most one sample of a series. A strict receiver refuses the repeat of a request with two
 * samples of a series (the first is older than what it has) but takes the repeat of a slice: same time, same value. Slices are
 * sent in their order, one after the other, so what is in doubt after a lost answer is always one slice.
 */
import type { Sample } from '../model/series.ts';
import { type MetricSnapshot, MINUTE_MS } from './snapshot.ts';

/** Samples of one time. */
export interface Slice {
  /** In ms since 1970. */
  readonly timeMs: number;
  readonly samples: readonly Sample[];
}

/** How far missed boundaries are carried, in minutes: a receiver's head takes about one hour (Prometheus; AMP refuses older samples). */
export const MAX_CARRIED = 50;

/**
 * Where a new series stands at zero, in ms before its first boundary: at the boundary before, so that its first count is an
 * increase, and five minutes and a bit before, so that `x offset 5m` finds it at once and `x - x offset 5m` is no gap.
 */
const ZEROS_BEFORE_MS = [5 * MINUTE_MS + 1, MINUTE_MS - 1] as const;

/** The samples that lead from one snapshot to the next, by time. */
export function slicesOf(previous: MetricSnapshot, current: MetricSnapshot): readonly Slice[] {
  const slices = new Map<number, Sample[]>();
  const add = (timeMs: number, sample: Sample): void => {
    const samples = slices.get(timeMs);
    if (samples === undefined) slices.set(timeMs, [sample]);
    else samples.push(sample);
  };
  const { boundaryMs } = current;
  for (const missedMs of missedBoundaries(previous.boundaryMs, boundaryMs)) {
    for (const series of previous.series.values()) {
      for (const timeMs of around(missedMs)) add(timeMs, { series, value: series.value });
    }
  }
  // with other constant labels everything seems new, but what it counts is old: a zero before it would make it count again
  const isRelabelled = JSON.stringify(previous.constant) !== JSON.stringify(current.constant);
  for (const [key, series] of current.series) {
    const isBorn = series.kind === 'counter' && !isRelabelled && !previous.series.has(key);
    if (isBorn) for (const beforeMs of ZEROS_BEFORE_MS) add(boundaryMs - beforeMs, { series, value: 0 });
    for (const timeMs of around(boundaryMs)) add(timeMs, { series, value: series.value });
  }
  for (const [key, series] of previous.series) {
    if (!current.series.has(key)) add(boundaryMs - 1, { series, value: 'stale' });
  }
  return [...slices].sort(([left], [right]) => left - right).map(([timeMs, samples]) => ({ timeMs, samples }));
}

/** Boundaries between two snapshots at which nobody wrote, as far back as a receiver takes them. */
function missedBoundaries(previousMs: number, currentMs: number): readonly number[] {
  const firstMs = Math.max(previousMs + MINUTE_MS, currentMs - MAX_CARRIED * MINUTE_MS);
  const count = Math.max(0, (currentMs - firstMs) / MINUTE_MS);
  return Array.from({ length: count }, (_, index) => firstMs + index * MINUTE_MS);
}

function around(boundaryMs: number): readonly [number, number] {
  return [boundaryMs - 1, boundaryMs + 1];
}
