import { mergeIncrements } from '../core/deliver/merge-increments.ts';
import { notAfter } from '../core/deliver/not-after.ts';
import type { Increment, Total } from '../core/ports.ts';

/** What was read and is not a finding: records dropped and failed, and the time of the newest event of each source. */
export interface Counts {
  readonly increments: readonly Increment[];
  readonly levels: readonly Total[];
}

/** Increments that one message holds; the closed label sets come to about 90 series. */
const MAX_SERIES = 500;

/** How long counts wait for something that is sent anyway, in ms. */
const HOLD_MS = 60_000;

/**
 * Counts on their way to the ledger. They cost no call of their own where that can be helped: they go with findings, or at the end of
 * a minute; an environment that ends before takes with it what it held, which are only counts of records that made no finding.
 */
export class HeldCounts {
  #increments: readonly Increment[] = [];
  #levels: readonly Total[] = [];
  #sinceMs: number | undefined;

  /** Adds what a batch came to. */
  add({ increments, levels }: Counts, nowMs: number): void {
    if (increments.length === 0 && levels.length === 0) return;
    this.#increments = mergeIncrements([...this.#increments, ...increments]);
    this.#levels = mergeLevels([...this.#levels, ...levels.map((level) => notAfter(level, nowMs))]);
    if (this.#increments.length > 0) this.#sinceMs ??= nowMs;
  }

  /** Whether counts have waited long enough. */
  isDue(nowMs: number): boolean {
    return this.#sinceMs !== undefined && (nowMs - this.#sinceMs >= HOLD_MS || this.#increments.length > MAX_SERIES);
  }

  /** Hands over what is held; undefined for nothing. The times of events alone are worth no message: those of findings travel with them. */
  take(): Counts | undefined {
    if (this.#increments.length === 0) return undefined;
    const counts = { increments: this.#increments, levels: this.#levels };
    this.#increments = [];
    this.#levels = [];
    this.#sinceMs = undefined;
    return counts;
  }
}

/** Of several levels of a series the highest. */
export function mergeLevels(levels: readonly Total[]): readonly Total[] {
  const highest = new Map<string, Total>();
  for (const level of levels) {
    const key = JSON.stringify([level.metric, level.labels]);
    const before = highest.get(key);
    if (before === undefined || before.value < level.value) highest.set(key, level);
  }
  return [...highest.values()];
}
