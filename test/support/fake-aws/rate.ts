/** So many requests in any second. */
export class Rate {
  readonly #perSecond: number;
  #taken: number[] = [];

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** False: one too many. */
  take(nowMs: number): boolean {
    this.#taken = this.#taken.filter((ms) => nowMs - ms < 1_000);
    if (this.#taken.length >= this.#perSecond) return false;
    this.#taken.push(nowMs);
    return true;
  }
}
