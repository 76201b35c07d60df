import type { Delivery } from '../model/delivery.ts';

/**
 * Age from which an event is late, in ms. Loki's live stream takes what is less than an hour behind its newest entry; that one may lie
 * ten minutes in the future (`creation_grace_period`), and a few minutes are for what is accepted before and delivered after.
 */
export const LATE_AFTER_MS: number = 45 * 60 * 1000;

/**
 * The delivery as it is durably accepted: an event that arrives late is marked, whatever its source. Decide this once and keep it
 * with the delivery, because a repeat must end in the same log stream and the event only grows older.
 *
 * @param nowMs - Time of the acceptance, in ms since 1970.
 */
export function asAccepted(delivery: Delivery, nowMs: number): Delivery {
  const isLate = delivery.ingest === undefined && nowMs - delivery.findings[0].timeMs > LATE_AFTER_MS;
  return isLate ? { ...delivery, ingest: 'backfill' } : delivery;
}
