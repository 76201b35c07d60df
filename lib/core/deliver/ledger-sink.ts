import type { DriftwireError } from '../errors.ts';
import type { Delivery } from '../model/delivery.ts';
import type { DeliveryResult, SinkCheck } from '../model/delivery-result.ts';
import type { CountOutcome, DeliverOptions, Ledger, OnResult, Sink } from '../ports.ts';
import { marksOf } from './ledger.ts';

/** When a ledger that did not answer is asked again, in ms: it has tried for seconds itself. */
const AGAIN_MS = 1_000;

const STOPPED: DeliveryResult = { kind: 'later', reason: 'stopped', message: 'ended before it was counted', afterMs: 0 };

/** The ledger as one of the places that every event goes to. */
export class LedgerSink implements Sink {
  readonly name = 'ledger';
  readonly #ledger: Ledger;
  readonly #onResult: OnResult | undefined;

  constructor(ledger: Ledger, onResult?: OnResult) {
    this.#ledger = ledger;
    this.#onResult = onResult;
  }

  /** An event that was counted before is delivered as well. */
  async deliver(deliveries: readonly Delivery[], { signal }: DeliverOptions = {}): Promise<readonly DeliveryResult[]> {
    const results =
      signal?.aborted === true ? deliveries.map((delivery) => ({ delivery, result: STOPPED })) : await this.#count(deliveries);
    return results.map(({ delivery, result }) => {
      this.#onResult?.(this.name, delivery, result);
      return result;
    });
  }

  async check(): Promise<SinkCheck> {
    const error = await this.#ledger.totals().then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (error === undefined) return { ok: true };
    return { ok: false, reason: 'unavailable', message: String(error) };
  }

  close(): void {
    // The store belongs to whoever opened it.
  }

  async #count(deliveries: readonly Delivery[]): Promise<readonly { readonly delivery: Delivery; readonly result: DeliveryResult }[]> {
    const counted = deliveries.map((delivery) => ({ delivery, marks: marksOf(delivery) }));
    const outcomes = await this.#ledger.count(counted.flatMap(({ marks }) => marks));
    let begin = 0;
    return counted.map(({ delivery, marks }) => {
      const result = resultOf(outcomes.slice(begin, begin + marks.length));
      begin += marks.length;
      return { delivery, result };
    });
  }
}

function resultOf(outcomes: readonly CountOutcome[]): DeliveryResult {
  const failed = outcomes.find((outcome) => outcome.kind === 'failed');
  return failed === undefined ? { kind: 'delivered' } : failure(failed.error);
}

function failure({ retryable, message }: DriftwireError): DeliveryResult {
  return retryable
    ? { kind: 'later', reason: 'unavailable', message, afterMs: AGAIN_MS }
    : { kind: 'refused', reason: 'misconfigured', permanent: false, message };
}
