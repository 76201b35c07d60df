const MAX_LENGTH = 64; // longer words are no slips of the finger, and the work grows with the square

/** The allowed word nearest to a misspelt one, or undefined when none is near enough to be meant. */
export function didYouMean(word: string, allowed: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const plain = (text: string) => text.toLowerCase().replaceAll('-', '_');
  const begun = allowed.find((candidate) => word.length >= 3 && plain(candidate).startsWith(plain(word)));
  if (begun !== undefined) return begun;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of allowed) {
    const distance = editDistance(plain(word), plain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance: insertions, deletions and replacements of one letter. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
