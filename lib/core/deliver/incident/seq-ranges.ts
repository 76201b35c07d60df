/** Numbers from 1 as ranges, both ends included, in order and apart from each other. */
export type SeqRanges = readonly (readonly [from: number, to: number])[];

/** True when a number is in one of the ranges. */
export function includesSeq(ranges: SeqRanges, seq: number): boolean {
  return ranges.some(([from, to]) => from <= seq && seq <= to);
}

/** The ranges with more numbers in them. */
export function withSeqs(ranges: SeqRanges, seqs: readonly number[]): SeqRanges {
  const all = [...ranges, ...seqs.map((seq) => [seq, seq] as const)].toSorted(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [from, to] of all) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}
