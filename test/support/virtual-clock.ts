import type { Timing } from '../../lib/clients/retry.ts';

/**
 * A clock for several workers at once. It moves only when all of them sleep, and then to the first that wakes: however slow the
 * machine is, an answer takes no time, and nobody oversleeps.
 */
export class VirtualClock implements Timing {
  #nowMs: number;
  #awake = 0;
  readonly #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  readonly #chance: () => number;

  constructor(startMs: number = Date.UTC(2026, 10, 20, 9), chance: () => number = () => 0.5) {
    this.#nowMs = startMs;
    this.#chance = chance;
  }

  now(): number {
    return this.#nowMs;
  }

  random(): number {
    return this.#chance();
  }

  /** Moves on while nobody works. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }

  /** Does some work as one of the workers. */
  async work<T>(work: () => Promise<T>): Promise<T> {
    this.#awake++;
    try {
      return await work();
    } finally {
      this.#awake--;
      this.#next();
    }
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#sleepers.push({ atMs: this.#nowMs + Math.max(0, ms), wake: resolve });
      this.#awake--;
      this.#next();
    });
  }

  #next(): void {
    if (this.#awake > 0 || this.#sleepers.length === 0) return;
    const at = this.#sleepers.reduce((best, each, index) => (each.atMs < (this.#sleepers[best]?.atMs ?? 0) ? index : best), 0);
    const [first] = this.#sleepers.splice(at, 1);
    if (first === undefined) return;
    this.#nowMs = Math.max(this.#nowMs, first.atMs);
    this.#awake++;
    first.wake();
  }
}
