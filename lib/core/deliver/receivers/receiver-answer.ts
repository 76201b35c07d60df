import type { DeliveryReason } from '../../model/delivery-result.ts';

/** What a receiver's answer means for what was sent to it. */
export type ReceiverVerdict =
  | { readonly kind: 'taken' }
  /** Never, as it is. */
  | { readonly kind: 'refused'; readonly reason: DeliveryReason }
  /** Not now. */
  | { readonly kind: 'wait'; readonly reason: DeliveryReason }
  /** Nothing will pass until somebody changes something. */
  | { readonly kind: 'barred'; readonly reason: DeliveryReason };

/** Statuses that speak of the sender or of the address, and not of what was sent. */
const MISCONFIGURED: ReadonlySet<number> = new Set([404, 405, 406, 410, 415, 421, 501, 505]);

/** What a status of HTTP means where the receiver has no meaning of its own for it. */
export function judgeReceiver(status: number): ReceiverVerdict {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status === 401 || status === 402 || status === 403 || status === 407) return { kind: 'barred', reason: 'unauthorized' };
  if (MISCONFIGURED.has(status) || (status >= 300 && status < 400)) return { kind: 'barred', reason: 'misconfigured' };
  if (status === 408 || status === 425) return { kind: 'wait', reason: 'timeout' };
  if (status === 429) return { kind: 'wait', reason: 'rate_limited' };
  if (status === 413) return { kind: 'refused', reason: 'too_large' };
  if (status >= 400 && status < 500) return { kind: 'refused', reason: 'invalid' };
  return status >= 500 ? { kind: 'wait', reason: 'unavailable' } : { kind: 'barred', reason: 'unexpected' };
}
