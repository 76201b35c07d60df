import type { Timing } from '../clients/retry.ts';

/** Nothing that tells an event is left of a record in a shorter line. */
const LEAST_LINE_BYTES = 256;
/** Entries whose fate is open; beyond it the oldest are forgotten, and are put off anew. */
const MAX_OPEN = 10_000;

/** What one sender knows of its Loki, and of entries whose fate is open, from one call to the next. */
export class LokiMemory {
  readonly #timing: Timing;
  readonly #open = new Map<string, number>();
  #maxLineBytes: number;

  constructor(timing: Timing, maxLineBytes: number) {
    this.#timing = timing;
    this.#maxLineBytes = maxLineBytes;
  }

  /** Bound of a line: the configured one, or a lower one that Loki has named. */
  get maxLineBytes(): number {
    return this.#maxLineBytes;
  }

  /** Takes note of a limit that Loki has named; false when it is none that helps. */
  learnLineLimit(bytes: number | undefined): boolean {
    if (bytes === undefined || bytes >= this.#maxLineBytes || bytes < LEAST_LINE_BYTES) return false;
    this.#maxLineBytes = bytes;
    return true;
  }

  /** True while the fate of this event is open. */
  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  /** Since when the fate of this event has been open, in ms since 1970; it is from now on. */
  openSinceMs(key: string): number {
    const since = this.#open.get(key);
    if (since !== undefined) return since;
    const now = this.#timing.now();
    this.#open.set(key, now);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MAX_OPEN && oldest !== undefined) this.#open.delete(oldest);
    return now;
  }

  /** The fate of this event is known. */
  settled(key: string): void {
    this.#open.delete(key);
  }
}
