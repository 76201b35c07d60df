import { parseDelivery } from '../core/deliver/delivery-text.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Acceptance, AcceptOutcome, Spool } from '../core/ports.ts';
import type { Counts } from './counts.ts';
import type { Queue, SendLimits } from './queue.ts';
import { deliveryMessage } from './queue-message.ts';

/**
 * A queue in the place of a spool: what it accepted lies in SQS. What is posted again is sent again; that it is a repeat is seen where it is
 * counted, and nobody is told twice.
 */
export class QueueAcceptor implements Pick<Spool, 'accept'> {
  readonly #queue: Pick<Queue, 'send'>;
  readonly #limits: SendLimits;
  readonly #onCounts: (counts: Counts) => void;

  /** @param onCounts - Takes what was read and is not kept, once everything that is to be kept is. */
  constructor(queue: Pick<Queue, 'send'>, limits: SendLimits, onCounts: (counts: Counts) => void) {
    this.#queue = queue;
    this.#limits = limits;
    this.#onCounts = onCounts;
  }

  /** @throws {DriftwireError} `DW_STORE_UNAVAILABLE`, retryable, when SQS has not taken every message; some of them it may have. */
  async accept({ entries, increments, levels }: Acceptance): Promise<AcceptOutcome> {
    const messages = entries.map(({ body }) => ({ body: messageOf(body) }));
    const answers = await this.#queue.send(messages, this.#limits);
    const refused = messages.map((_, at) => answers[at]).filter((answer) => answer?.ok !== true);
    if (refused.length > 0) {
      const [first] = refused;
      const said = first === undefined || first.ok ? 'no answer' : first.message;
      const message = `the queue has not taken ${refused.length} of ${messages.length} messages (${said})`;
      throw new DriftwireError('DW_STORE_UNAVAILABLE', message, { retryable: true });
    }
    this.#onCounts({ increments, levels });
    return { kind: 'accepted', entries: entries.length, repeated: 0 };
  }
}

/** The bounds of a message are not those of a spool. */
function messageOf(text: string): string {
  const delivery = parseDelivery(text);
  if (delivery === undefined) throw new DriftwireError('DW_INTERNAL', 'an entry that was just written is no delivery');
  return deliveryMessage(delivery);
}
