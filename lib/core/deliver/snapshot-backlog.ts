/**
 * The snapshots that the receiver does not have yet, behind the last one it has. While it is down each minute's snapshot joins
 * the end, so that afterwards every window is right and not only the totals; the oldest is always sent first.
 */
import type { MetricSnapshot } from './snapshot.ts';

/** What is kept between two flushes. */
export interface Backlog {
  /** Tells this ledger's series from another's; chosen once, because a changed label begins all series anew. */
  readonly instance: string;
  /** What the receiver has, or what counts as such at the beginning. */
  readonly settled: MetricSnapshot;
  /** What it does not have, or may not have, oldest first. */
  readonly pending: readonly MetricSnapshot[];
}

/**
 * Snapshots that wait, at most: beyond the hour that receivers look back, a minute more says nothing that the next one does not.
 */
export const MAX_PENDING = 75;

/** The backlog with one more snapshot. */
export function withSnapshot(backlog: Backlog, snapshot: MetricSnapshot): Backlog {
  const all = [...backlog.pending, snapshot];
  // The first may have been stored in part and its values may not be denied; the second was never sent, and what it counted is in the third.
  return { ...backlog, pending: all.length <= MAX_PENDING ? all : [...all.slice(0, 1), ...all.slice(2)] };
}

/** The backlog when the receiver has its oldest snapshot. */
export function withSettled(backlog: Backlog): Backlog {
  const [first, ...rest] = backlog.pending;
  return first === undefined ? backlog : { ...backlog, settled: first, pending: rest };
}
