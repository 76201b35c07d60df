/** From a reading function to the findings queue: deliveries message by message, and counts where they cost least. */
import type { Timing } from '../clients/retry.ts';
import { asAccepted } from '../core/deliver/accepted.ts';
import type { IntakeBatch } from '../core/intake.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { Log } from '../core/model/log.ts';
import type { HeldCounts } from './counts.ts';
import type { Queue, SendLimits } from './queue.ts';
import { countsMessage, deliveryMessage } from './queue-message.ts';

export interface FindingsOutboxOptions {
  readonly queue: Queue;
  readonly counts: HeldCounts;
  readonly timing: Pick<Timing, 'now'>;
  readonly log: Log;
}

/** What waits to be sent, with the unit (message, stream record, payload) that is to be acknowledged once it is. */
interface Waiting {
  readonly unit: string;
  readonly body: string;
}

/** What is gathered before it is sent, in UTF-16 units: a few batches, so that an object of any size needs little memory. */
const GATHERED_CHARS = 4 * 1024 * 1024;

/** Takes what batches came to, for the time of one invocation. */
export class FindingsOutbox {
  readonly #options: FindingsOutboxOptions;
  readonly #failed = new Map<string, string>();
  #waiting: Waiting[] = [];
  #chars = 0;

  constructor(options: FindingsOutboxOptions) {
    this.#options = options;
  }

  /** Units of which something could not be sent, with the reason: they must come again. */
  get failedUnits(): ReadonlyMap<string, string> {
    return this.#failed;
  }

  /** Takes what a unit, or a part of one, came to. An event that is late is marked so now, once. */
  add(unit: string, { deliveries, increments, levels }: Pick<IntakeBatch, 'deliveries' | 'increments' | 'levels'>): void {
    const nowMs = this.#options.timing.now();
    this.#options.counts.add({ increments, levels }, nowMs);
    for (const delivery of deliveries) this.#put(unit, delivery, nowMs);
  }

  /** Sends what has gathered if it is much; to be called between two pieces of an input. */
  async between(limits: SendLimits): Promise<void> {
    if (this.#chars >= GATHERED_CHARS) await this.#send(limits);
  }

  /**
   * Sends the rest. Counts go along when something is sent anyway or the client is there already, and otherwise when they have waited for a
   * minute: a function that has found nothing loads no SDK for them.
   */
  async finish(limits: SendLimits): Promise<void> {
    await this.#send(limits);
    const { queue, counts, timing, log } = this.#options;
    if (!queue.isOpen && !counts.isDue(timing.now())) return;
    const held = counts.take();
    if (held === undefined) return;
    const [answer] = await queue.send([{ body: countsMessage(held) }], limits);
    if (answer?.ok === true) return;
    // Kept for the next time: sending them is no reason to have the records again.
    counts.add(held, timing.now());
    log('warn', 'counts of records wait: the findings queue could not be written to', { said: answer?.message });
  }

  #put(unit: string, delivery: Delivery, nowMs: number): void {
    const body = deliveryMessage(asAccepted(delivery, nowMs));
    this.#waiting.push({ unit, body });
    this.#chars += body.length;
  }

  async #send(limits: SendLimits): Promise<void> {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#chars = 0;
    const answers = await this.#options.queue.send(waiting, limits);
    waiting.forEach(({ unit }, at) => {
      const answer = answers[at];
      if (answer?.ok !== true) this.#failed.set(unit, answer?.message ?? 'no answer');
    });
  }
}
