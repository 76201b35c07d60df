import { DriftwireError } from '../core/errors.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { DeliveryResult, SinkCheck } from '../core/model/delivery-result.ts';
import type { Log } from '../core/model/log.ts';
import type { Sink } from '../core/ports.ts';

export interface PlaceOptions {
  /** As its sink is called. */
  readonly name: string;
  /** Whether people are told there. */
  readonly takesAlerts: boolean;
  /** Reads its secrets and opens it. */
  readonly open: () => Promise<readonly Sink[]>;
  readonly log: Log;
}

/**
 * One place that a function delivers to. It is opened apart from all others, because a secret that somebody has removed must close no other
 * place: while Loki's cannot be read, people are told and the ledger counts.
 */
export class Place {
  readonly #options: PlaceOptions;
  #known: readonly Sink[] | undefined;

  constructor(options: PlaceOptions) {
    this.#options = options;
  }

  /** Its sinks, with secrets that were just read; while these cannot be read, with the known ones, or one that takes nothing. Never rejects for what its configuration names. */
  async sinks(): Promise<readonly Sink[]> {
    const { open, log, name } = this.#options;
    try {
      this.#known = await open();
      return this.#known;
    } catch (cause) {
      if (!(cause instanceof DriftwireError) || cause.code !== 'DW_CONFIG_INVALID') throw cause;
      if (this.#known === undefined) return [new ClosedSink(this.#options, cause.message)];
      log('warn', 'secrets cannot be read anew, and the known ones go on being used', { sink: name, error: cause });
      return this.#known;
    }
  }
}

/** Takes nothing until somebody has looked: what is handed in comes again. */
class ClosedSink implements Sink {
  readonly name: string;
  readonly takesAlerts: boolean;
  readonly #message: string;

  constructor({ name, takesAlerts }: Pick<PlaceOptions, 'name' | 'takesAlerts'>, message: string) {
    this.name = name;
    this.takesAlerts = takesAlerts;
    this.#message = message;
  }

  async deliver(deliveries: readonly Delivery[]): Promise<readonly DeliveryResult[]> {
    // With this reason it is opened anew before the next batch.
    return deliveries.map(() => ({ kind: 'refused', reason: 'unauthorized', permanent: false, message: this.#message }));
  }

  async check(): Promise<SinkCheck> {
    return { ok: false, reason: 'unauthorized', message: this.#message };
  }

  close(): void {
    // Nothing is open.
  }
}
