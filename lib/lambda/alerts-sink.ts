import type { Timing } from '../clients/retry.ts';
import type { Config } from '../config/schema.ts';
import { priorityOf } from '../config/to-policy.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { DeliveryResult, SinkCheck } from '../core/model/delivery-result.ts';
import { PRIORITIES, type Priority } from '../core/model/finding.ts';
import type { DeliverOptions, Sink } from '../core/ports.ts';
import type { Queue } from './queue.ts';
import { deliveryMessage } from './queue-message.ts';

/** How long sending may go on when the caller sets no bound, in ms. */
const SEND_MS = 10_000;

/** The alerts queue as one of the places that every event goes to: whoever tells people may be slow, and holds up nobody. */
export class AlertsSink implements Sink {
  readonly name = 'alerts';
  readonly takesAlerts = true;
  readonly #queue: Queue;
  readonly #minimum: Priority;
  readonly #timing: Pick<Timing, 'now'>;

  /** @param minimum - What is below it is of no interest to anybody behind the queue, and is not sent. */
  constructor(queue: Queue, minimum: Priority, timing: Pick<Timing, 'now'>) {
    this.#queue = queue;
    this.#minimum = minimum;
    this.#timing = timing;
  }

  async deliver(deliveries: readonly Delivery[], { deadlineMs }: DeliverOptions = {}): Promise<readonly DeliveryResult[]> {
    const told = deliveries.filter((delivery) => this.#isTold(delivery));
    const limits = { deadlineMs: deadlineMs ?? this.#timing.now() + SEND_MS };
    const answers = await this.#queue.send(
      told.map((delivery) => ({ body: deliveryMessage(delivery) })),
      limits,
    );
    const results = new Map(
      told.map((delivery, at): readonly [Delivery, DeliveryResult] => {
        const answer = answers[at];
        return answer?.ok === true
          ? [delivery, { kind: 'delivered' }]
          : [delivery, { kind: 'later', reason: 'unavailable', message: answer?.message ?? 'no answer', afterMs: 0 }];
      }),
    );
    return deliveries.map((delivery) => results.get(delivery) ?? { kind: 'delivered' });
  }

  /** The queue belongs to this system; there is nothing to test that sending does not. */
  async check(): Promise<SinkCheck> {
    return { ok: true };
  }

  close(): void {
    // The client belongs to the queue.
  }

  #isTold({ findings, alert }: Delivery): boolean {
    const lowest = PRIORITIES.indexOf(this.#minimum);
    return alert !== undefined || findings.some(({ finding }) => PRIORITIES.indexOf(finding.priority) <= lowest);
  }
}

/** The lowest priority that Slack or a receiver asks for; undefined when there is neither. */
export function lowestAsked({ slack, receivers }: Pick<Config, 'slack' | 'receivers'>): Priority | undefined {
  const asked = [...(slack === undefined ? [] : [slack]), ...receivers].map((place) =>
    PRIORITIES.indexOf(priorityOf(place.minimum_priority)),
  );
  return PRIORITIES[Math.max(...asked)];
}
