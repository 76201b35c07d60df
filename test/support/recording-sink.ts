import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { DeliveryResult } from '../../lib/core/model/delivery-result.ts';
import type { DeliverOptions, Sink } from '../../lib/core/ports.ts';

/** A sink that remembers what it has, by key, and answers what a test says. */
export class RecordingSink implements Sink {
  readonly name: string;
  readonly kept = new Map<string, Delivery>();
  readonly calls: (readonly string[])[] = [];
  readonly #answer: (delivery: Delivery, options: DeliverOptions) => DeliveryResult | Promise<DeliveryResult>;

  constructor(
    name: string,
    answer: (delivery: Delivery, options: DeliverOptions) => DeliveryResult | Promise<DeliveryResult> = () => DELIVERED,
  ) {
    this.name = name;
    this.#answer = answer;
  }

  async deliver(deliveries: readonly Delivery[], options: DeliverOptions = {}): Promise<readonly DeliveryResult[]> {
    this.calls.push(deliveries.map(({ key }) => key));
    return Promise.all(
      deliveries.map(async (delivery) => {
        const result = await this.#answer(delivery, options);
        if (result.kind === 'delivered') this.kept.set(delivery.key, delivery);
        return result;
      }),
    );
  }

  async check(): Promise<{ readonly ok: true }> {
    return { ok: true };
  }

  close(): void {
    // It holds nothing.
  }
}

/** The sink has it. */
export const DELIVERED: DeliveryResult = { kind: 'delivered' };

/** The sink cannot now. */
export function later(afterMs: number): DeliveryResult {
  return { kind: 'later', reason: 'unavailable', message: 'down', afterMs };
}

/** The sink says no. */
export function refused(permanent: boolean): DeliveryResult {
  return { kind: 'refused', reason: permanent ? 'too_old' : 'unauthorized', permanent, message: 'no' };
}
