import type { CountOutcome, Increment, Ledger, Mark, Total } from '../core/ports.ts';

/** A ledger that remembers which marks it had counted before: that is how a record that was read twice is known. */
export class RepeatsLedger implements Ledger {
  readonly #ledger: Ledger;
  readonly #repeats = new Map<string, number>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async count(marks: readonly Mark[]): Promise<readonly CountOutcome[]> {
    const outcomes = await this.#ledger.count(marks);
    marks.forEach(({ key }, at) => {
      if (outcomes[at]?.kind === 'repeated') this.#repeats.set(key, (this.#repeats.get(key) ?? 0) + 1);
    });
    return outcomes;
  }

  add(increments: readonly Increment[]): Promise<void> {
    return this.#ledger.add(increments);
  }

  raise(levels: readonly Total[]): Promise<void> {
    return this.#ledger.raise(levels);
  }

  totals(): Promise<readonly Total[]> {
    return this.#ledger.totals();
  }

  /** True once for each time that the mark of this key was counted before. */
  takeRepeat(key: string): boolean {
    const left = this.#repeats.get(key) ?? 0;
    this.#repeats.set(key, left - 1);
    return left > 0;
  }

  /** Forgets what is left. */
  forget(): void {
    this.#repeats.clear();
  }
}
