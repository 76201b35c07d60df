import type { DriftwireError } from '../errors.ts';
import type { DeliveryResult } from '../model/delivery-result.ts';

/** When a ledger that did not answer is asked again, in ms: it has tried for seconds itself. */
const AGAIN_MS = 1_000;

/** What becomes of a delivery that the ledger could not count. */
export function ledgerFailure({ retryable, message }: DriftwireError): DeliveryResult {
  return retryable
    ? { kind: 'later', reason: 'unavailable', message, afterMs: AGAIN_MS }
    : { kind: 'refused', reason: 'misconfigured', permanent: false, message };
}
