/**
 * A receiver as a sink: what all receivers have in common. Calls are worked off one after the other, so that what a receiver asks
 * of the sender holds for all; a receiver that is down or wants to wait is asked a bounded number of times and left alone after that.
 */
import { DEFAULT_RETRY, type RetryPolicy, SYSTEM_TIMING, type Timing } from '../clients/retry.ts';
import { isWanted } from '../core/deliver/receivers/is-wanted.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { DeliveryResult, SinkCheck } from '../core/model/delivery-result.ts';
import type { Priority } from '../core/model/finding.ts';
import type { DeliverOptions, Documents, OnResult, Sink } from '../core/ports.ts';
import { ReceiverMemory } from './receiver-memory.ts';
import type { ReceiverProtocol } from './receiver-protocol.ts';
import { ReceiverRun } from './receiver-run.ts';
import { SinkGate } from './sink-gate.ts';
import { MuteBook } from './slack-mutes.ts';

/** What is the same for every kind of receiver. */
export interface ReceiverOptions {
  /** As metrics and messages name it. */
  readonly name: string;
  readonly minimumPriority: Priority;
  readonly retry?: RetryPolicy | undefined;
}

/** What a receiver is given from outside. */
export interface ReceiverParts {
  readonly timing?: Timing | undefined;
  readonly onResult?: OnResult | undefined;
  /** Keeps what was sent over the end of the process, where the receiver itself cannot see a repeat. */
  readonly documents?: Documents | undefined;
}

/** The sink of one receiver. */
export class ReceiverSink<B> implements Sink {
  readonly name: string;
  readonly takesAlerts: boolean;
  readonly #options: ReceiverOptions;
  readonly #protocol: ReceiverProtocol<B>;
  readonly #memory: ReceiverMemory | undefined;
  readonly #mutes: MuteBook | undefined;
  readonly #gate: SinkGate;
  readonly #timing: Timing;
  readonly #onResult: OnResult | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param remembers - True where the receiver cannot see a repeat itself.
   * @param obeysMutes - True for a channel that people read as they read Slack: what they mute there is not told here.
   */
  constructor(
    options: ReceiverOptions,
    { timing = SYSTEM_TIMING, onResult, documents }: ReceiverParts,
    protocol: ReceiverProtocol<B>,
    remembers: boolean,
    obeysMutes = false,
  ) {
    this.name = options.name;
    this.takesAlerts = protocol.takesAlerts;
    this.#options = options;
    this.#protocol = protocol;
    this.#memory = remembers ? new ReceiverMemory(options.name, documents) : undefined;
    this.#mutes = obeysMutes && documents !== undefined ? new MuteBook(documents) : undefined;
    this.#gate = new SinkGate(timing);
    this.#timing = timing;
    this.#onResult = onResult;
  }

  deliver(deliveries: readonly Delivery[], options: DeliverOptions = {}): Promise<readonly DeliveryResult[]> {
    const results = this.#last.then(() => this.#deliver(deliveries, options));
    // a call that failed for a fault of this program must not take the next ones with it
    this.#last = results.catch(() => undefined);
    return results;
  }

  async check(options: DeliverOptions = {}): Promise<SinkCheck> {
    const waitMs = this.#gate.notBeforeMs - this.#timing.now();
    if (waitMs > 0) {
      return { ok: false, reason: 'paused', message: `${this.name} has asked to be left alone for another ${Math.ceil(waitMs / 1000)} s` };
    }
    const { signal, release } = abortSignalOf(options);
    const result = await this.#protocol.check({ signal, timeoutMs: timeLeft(options, this.#timing) });
    release();
    return result;
  }

  close(): void {
    this.#protocol.close();
  }

  async #deliver(deliveries: readonly Delivery[], options: DeliverOptions): Promise<readonly DeliveryResult[]> {
    const { signal, release } = abortSignalOf(options);
    const run = new ReceiverRun(deliveries, {
      name: this.name,
      protocol: this.#protocol,
      isWanted: (delivery) =>
        isWanted(delivery, { minimumPriority: this.#options.minimumPriority, takesAlerts: this.#protocol.takesAlerts }),
      memory: this.#memory,
      mutes: this.#mutes,
      gate: this.#gate,
      timing: this.#timing,
      retry: this.#options.retry ?? DEFAULT_RETRY,
      deadlineMs: options.deadlineMs ?? Number.POSITIVE_INFINITY,
      signal,
      onSettled: (delivery, result) => this.#onResult?.(this.name, delivery, result),
    });
    const results = await run.results();
    release();
    return results;
  }
}

function timeLeft({ deadlineMs }: DeliverOptions, timing: Timing): number {
  return (deadlineMs ?? Number.POSITIVE_INFINITY) - timing.now();
}

/** Node's own kind of signal for the caller's, and what to call when it is no longer needed. */
function abortSignalOf({ signal }: DeliverOptions): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort);
  return { signal: controller.signal, release: () => signal?.removeEventListener('abort', abort) };
}
