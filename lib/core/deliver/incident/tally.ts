import type { Counted } from './incident-view.ts';

/** How often names occurred: a bounded number of names exactly, all others together. */
export interface Tally {
  readonly names: readonly Counted[];
  /** Occurrences of names that came when there was no more room. */
  readonly others: number;
}

/** Names that are counted one by one. More than are shown, so that one that becomes frequent late is still found. */
const MAX_NAMES = 20;
/** Names that a message shows. */
const MAX_SHOWN = 10;

/** Nothing counted yet. */
export const EMPTY_TALLY: Tally = { names: [], others: 0 };

/** The tally after one more occurrence of a name. */
export function tallied(tally: Tally, name: string): Tally {
  if (tally.names.some((each) => each.name === name)) {
    return { ...tally, names: tally.names.map((each) => (each.name === name ? { name, count: each.count + 1 } : each)) };
  }
  if (tally.names.length < MAX_NAMES) return { ...tally, names: [...tally.names, { name, count: 1 }] };
  return { ...tally, others: tally.others + 1 };
}

/** What a message shows of a tally: the most frequent names, and how many occurrences are left out. */
export function topOf(tally: Tally): { readonly top: readonly Counted[]; readonly others: number } {
  const sorted = tally.names.toSorted((a, b) => b.count - a.count);
  const rest = sorted.slice(MAX_SHOWN).reduce((sum, { count }) => sum + count, 0);
  return { top: sorted.slice(0, MAX_SHOWN), others: tally.others + rest };
}
