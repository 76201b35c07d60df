/** Names that may have been meant. */

/** Longer names are not compared: the cost grows with the product of the lengths. */
const MAX_LENGTH = 100;
/** More than any table of fields or rule file has names; it bounds the time of a file with many errors. */
const MAX_CANDIDATES = 1000;

/** The nearest of the names, if one is near enough to be a slip of the finger. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  if (word === '' || word.length > MAX_LENGTH) return undefined;
  const folded = word.toLowerCase();
  let best: string | undefined;
  // a third of the letters may differ, but of a short word one
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  let count = 0;
  for (const name of names) {
    if (++count > MAX_CANDIDATES) break;
    if (name.length > MAX_LENGTH || name === word) continue;
    const distance = distanceOf(folded, name.toLowerCase(), bestDistance);
    if (distance >= bestDistance) continue;
    best = name;
    bestDistance = distance;
  }
  return best;
}

/** The nearest name as a question; empty when none is near. */
export function didYouMean(word: string, names: Iterable<string>): string {
  const name = nearest(word, names);
  return name === undefined ? '' : `did you mean '${name}'?`;
}

/** Optimal string alignment: insertions, deletions, replacements and neighbours that changed places. A name cut short is one slip. */
function distanceOf(a: string, b: string, bound: number): number {
  if ((a.length > 2 && b.startsWith(a)) || (a.length > 4 && b.endsWith(a))) return 1;
  if (Math.abs(a.length - b.length) >= bound) return bound;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (beforeLast[j - 2] as number) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least >= bound) return bound;
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}
