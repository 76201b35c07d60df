import type { Increment } from '../ports.ts';
import { seriesKey } from './series-key.ts';

/** The same additions with one for each series, in the order in which the series first come. */
export function mergeIncrements(increments: readonly Increment[]): readonly Increment[] {
  const merged = new Map<string, Increment>();
  for (const increment of increments) {
    const key = seriesKey(increment);
    merged.set(key, { ...increment, by: increment.by + (merged.get(key)?.by ?? 0) });
  }
  return [...merged.values()];
}
