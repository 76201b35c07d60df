import type { Timing } from '../clients/retry.ts';
import type { Sink } from '../core/ports.ts';

/** How long sinks are kept before their secrets are read again, in ms: a token that was exchanged works after that at the latest. */
const FRESH_MS = 15 * 60_000;

/** The sinks of a function, opened when they are first needed and anew when their secrets may have changed. */
export class SinkSet {
  readonly #make: () => Promise<readonly Sink[]>;
  readonly #timing: Pick<Timing, 'now'>;
  #opened: { readonly sinks: readonly Sink[]; readonly atMs: number } | undefined;

  /** @param make - Reads secrets and opens sinks; rejects when that is not possible. */
  constructor(make: () => Promise<readonly Sink[]>, timing: Pick<Timing, 'now'>) {
    this.#make = make;
    this.#timing = timing;
  }

  /** The sinks. Rejects when they cannot be opened; the next call tries again. */
  async open(): Promise<readonly Sink[]> {
    const nowMs = this.#timing.now();
    if (this.#opened !== undefined && nowMs - this.#opened.atMs < FRESH_MS) return this.#opened.sinks;
    const sinks = await this.#make();
    for (const sink of this.#opened?.sinks ?? []) if (!sinks.includes(sink)) sink.close();
    this.#opened = { sinks, atMs: nowMs };
    return sinks;
  }

  /** Says that a secret was refused: it is read anew before the next batch. */
  doubt(): void {
    if (this.#opened !== undefined) this.#opened = { ...this.#opened, atMs: Number.NEGATIVE_INFINITY };
  }
}
