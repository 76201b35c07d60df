/** Why a sink did not take a delivery; a closed set, because metrics and alerts rely on it. */
export const DELIVERY_REASONS = [
  'too_old', // older than the receiver takes
  'too_new', // further in the future than the receiver takes
  'too_far_behind', // too far behind the newest entry of its stream
  'too_large', // larger than the receiver takes, even alone
  'invalid', // the receiver finds fault with it
  'rate_limited', // more than the receiver takes in a time
  'stream_limit', // the receiver makes no more streams
  'unavailable', // the receiver says that it cannot at the moment
  'timeout', // no answer in time
  'unreachable', // no connection, or it broke
  'unauthorized', // credentials or tenant are missing, wrong or not enough
  'misconfigured', // not the address of such a receiver, or no trusted certificate
  'blocked', // the receiver's operator has stopped ingestion
  'unexpected', // an answer that the protocol does not know
  'paused', // the receiver asked to wait, and the wait is not over
  'queued', // waits for its turn, because the receiver takes so many at a time; nothing has failed
  'stopped', // the caller's time was up
] as const;
export type DeliveryReason = (typeof DELIVERY_REASONS)[number];

/** What became of one delivery at one sink. */
export type DeliveryResult =
  /**
   * The sink has it, now or from an earlier time. Skipped: it is not meant for this sink (below its minimum priority) and counts as
   * nothing; or people have muted it, which is counted.
   */
  | { readonly kind: 'delivered'; readonly skipped?: true | 'muted' }
  /**
   * The sink said no. Permanent: to this event, and it will say so again. Not permanent: to this sender as it is set up;
   * somebody must look, and after that the same delivery is taken.
   */
  | { readonly kind: 'refused'; readonly reason: DeliveryReason; readonly permanent: boolean; readonly message: string }
  /** Nobody knows, or not now: hand it in again, at the earliest after `afterMs`. */
  | { readonly kind: 'later'; readonly reason: DeliveryReason; readonly message: string; readonly afterMs: number };

/** What a test of the connection found; nothing was delivered. `note`: what such a test cannot tell of this receiver. */
export type SinkCheck =
  | { readonly ok: true; readonly note?: string }
  | { readonly ok: false; readonly reason: DeliveryReason; readonly message: string };
