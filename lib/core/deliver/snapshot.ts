/**
 * What the metrics were at a minute boundary. A snapshot is taken once, kept until the receiver has it, and sent again as it
 * is: what is written to Prometheus is a function of two snapshots alone (`snapshot-slices.ts`), never of the moment of sending.
 */
import { type Label, mergeSeries, type SeriesValue } from '../model/series.ts';

/** All series at one boundary, by their id. */
export interface MetricSnapshot {
  /** Whole minutes, in ms since 1970. */
  readonly boundaryMs: number;
  /** Labels that every series has; when they change, all series are other series with the same counts. */
  readonly constant: readonly Label[];
  readonly series: ReadonlyMap<string, SeriesValue>;
}

/** The writer's beat, in ms. */
export const MINUTE_MS = 60_000;

/** The last minute boundary that is not after a moment. */
export function boundaryAt(timeMs: number): number {
  return Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;
}

/**
 * A snapshot of series as they come from the registry.
 *
 * @param constant - Labels of every series; a label of the series itself wins.
 */
export function snapshotOf(boundaryMs: number, values: Iterable<SeriesValue>, constant: readonly Label[] = []): MetricSnapshot {
  return { boundaryMs, constant, series: mergeSeries(values, constant) };
}
