import { mergeIncrements } from '../core/deliver/merge-increments.ts';
import type { Increment } from '../core/ports.ts';

/** Largest increment a ledger takes. */
const MAX_INCREMENT = 2 ** 31;

/** The same additions, one for each series as long as a ledger takes it: the delays of a few old events in ms are more than that. */
export function boundedIncrements(increments: readonly Increment[]): readonly Increment[] {
  return mergeIncrements(increments).flatMap((increment) => {
    const parts: Increment[] = [];
    let left = increment.by;
    do {
      const by = Math.min(left, MAX_INCREMENT);
      parts.push({ ...increment, by });
      left -= by;
    } while (left > 0);
    return parts;
  });
}
