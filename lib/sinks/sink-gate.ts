import type { Timing } from '../clients/retry.ts';
import type { DeliveryResult } from '../core/model/delivery-result.ts';

/** How long nothing is tried after an answer that only a person can change, in ms. */
const BARRED_MS = 60_000;

/** When a sender may ask its receiver again, from one call to the next. */
export class SinkGate {
  readonly #timing: Timing;
  #notBeforeMs = 0;
  #barred: { readonly untilMs: number; readonly result: DeliveryResult } | undefined;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /** Nothing is sent before this time (ms since 1970). */
  get notBeforeMs(): number {
    return this.#notBeforeMs;
  }

  /** The answer that holds for everything at the moment. */
  get barred(): DeliveryResult | undefined {
    return this.#barred !== undefined && this.#timing.now() < this.#barred.untilMs ? this.#barred.result : undefined;
  }

  /** Sends nothing for so many ms. */
  pause(ms: number): void {
    this.#notBeforeMs = Math.max(this.#notBeforeMs, this.#timing.now() + ms);
  }

  /** Answers everything with this result for a minute. */
  bar(result: DeliveryResult): void {
    this.#barred = { untilMs: this.#timing.now() + BARRED_MS, result };
  }
}
