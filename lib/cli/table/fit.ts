import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter();

/** Cuts text to a width in terminal columns; what was cut shows as `…`. */
export function cutTo(text: string, width: number): string {
  if (width <= 0) return '';
  if (stringWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = stringWidth(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return `${kept}…`;
}

/** Cuts text in its middle: of a path or an ARN the end tells more than what stands before it. */
export function cutMiddle(text: string, width: number): string {
  if (width < 8 || stringWidth(text) <= width) return cutTo(text, width);
  const front = Math.floor((width - 1) / 3);
  const letters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  return `${taken(letters, front)}…${taken(letters.reverse(), width - 1 - front, true)}`;
}

/** As many letters as fit; `isReversed` says that they come last first. */
function taken(letters: readonly string[], width: number, isReversed = false): string {
  let kept = '';
  let used = 0;
  for (const letter of letters) {
    used += stringWidth(letter);
    if (used > width) break;
    kept = isReversed ? letter + kept : kept + letter;
  }
  return kept;
}

/** Cuts or fills text to exactly this width in terminal columns. */
export function pad(text: string, width: number): string {
  const fitted = cutTo(text, width);
  return fitted + ' '.repeat(Math.max(0, width - stringWidth(fitted)));
}

/** Puts pieces on as few lines of at most this width as their order allows, `·` between them; a longer piece is cut. */
export function pack(pieces: readonly string[], width: number): readonly string[] {
  return packed(pieces, ' · ', width);
}

/** Breaks text into lines of at most this width at blanks; a word that is wider than a line is cut. */
export function wrap(text: string, width: number): readonly string[] {
  return packed(text.split(' '), ' ', width);
}

function packed(pieces: readonly string[], between: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const piece of pieces) {
    const longer = line === undefined ? piece : line + between + piece;
    if (stringWidth(longer) <= width) line = longer;
    else {
      if (line !== undefined) lines.push(line);
      line = cutTo(piece, width);
    }
  }
  return line === undefined ? lines : [...lines, line];
}

/**
 * Shares out a width among columns: each gets what it wants if all fit; else the widest give way first, so that a short
 * column is never cut because of a long one.
 */
export function shareWidths(wanted: readonly number[], total: number): readonly number[] {
  const widths = [...wanted];
  let excess = widths.reduce((sum, width) => sum + width, 0) - total;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= 1) break;
    const next = Math.max(1, ...widths.filter((width) => width < widest));
    const atTop = widths.filter((width) => width === widest).length;
    const step = Math.min(widest - next, Math.ceil(excess / atTop)) || 1;
    for (let index = 0; index < widths.length && excess > 0; index++) {
      if (widths[index] !== widest) continue;
      const cut = Math.min(step, excess);
      widths[index] = widest - cut;
      excess -= cut;
    }
  }
  return widths;
}
