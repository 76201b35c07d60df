import type { Delivery } from '../model/delivery.ts';
import type { DeliveryResult, SinkCheck } from '../model/delivery-result.ts';
import type { DeliverOptions, Ledger, OnResult, Sink } from '../ports.ts';
import { Counting } from './counting.ts';
import { ledgerFailure } from './ledger-failure.ts';
import { pairs } from './pairs.ts';

const STOPPED: DeliveryResult = { kind: 'later', reason: 'stopped', message: 'ended before it was counted', afterMs: 0 };

/** The ledger as one of the places that every event goes to. */
export class LedgerSink implements Sink {
  readonly name = 'ledger';
  readonly #ledger: Ledger;
  readonly #onResult: OnResult | undefined;
  readonly #counting: Counting;

  /** @param counting - Shared with the sinks that must know what was counted first. */
  constructor(ledger: Ledger, onResult?: OnResult, counting: Counting = new Counting(ledger)) {
    this.#ledger = ledger;
    this.#onResult = onResult;
    this.#counting = counting;
  }

  /** An event that was counted before is delivered as well. */
  async deliver(deliveries: readonly Delivery[], { signal }: DeliverOptions = {}): Promise<readonly DeliveryResult[]> {
    const results = signal?.aborted === true ? deliveries.map(() => STOPPED) : await this.#count(deliveries);
    for (const [delivery, result] of pairs(deliveries, results)) this.#onResult?.(this.name, delivery, result);
    return results;
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

  async #count(deliveries: readonly Delivery[]): Promise<readonly DeliveryResult[]> {
    const counted = await this.#counting.of(deliveries);
    return deliveries.map((delivery) => {
      const outcome = counted.get(delivery);
      return outcome?.kind === 'failed' ? ledgerFailure(outcome.error) : { kind: 'delivered' };
    });
  }
}
