/**
 * Lists are text: their items are put into a condition before it is parsed, wherever the list's name stands between
 * blanks, parentheses, commas or equals signs (Falco's `resolve_list`, whose blanks and commas are kept to the letter).
 */
const BLANKS = ' \t\n\r';
const DELIMITERS = `${BLANKS}(),=`;

/** One name that was replaced; places are those of the text as it was then, with the names before it replaced already. */
export interface Replacement {
  /** First character that was taken out: a blank before the name, or the name. */
  readonly start: number;
  /** Where the name itself stood. */
  readonly nameStart: number;
  readonly end: number;
  /** How long what stands there after is. */
  readonly length: number;
}

/** A text with a list's items in the place of its name. */
export interface Replaced {
  readonly text: string;
  readonly replacements: readonly Replacement[];
}

/** Says that a text with its lists put in would be larger than any condition. */
export class TooLarge extends Error {}

/**
 * Puts one list into a text.
 *
 * @param maxLength - Characters that the text may have afterwards.
 * @throws TooLarge
 */
export function putListIn(text: string, name: string, items: readonly string[], maxLength: number): Replaced {
  const first = nextName(text, name, 0, -1);
  if (first < 0) return { text, replacements: [] };
  const words = wordsOf(items, maxLength);
  const out = new Pieces(maxLength);
  const replacements: Replacement[] = [];
  let taken = 0;
  for (let found = first; found >= 0; ) {
    out.add(text.slice(taken, found));
    const nameStart = out.length;
    let end = found + name.length;
    while (end < text.length && BLANKS.includes(text.charAt(end))) end++;
    out.dropBlanks();
    // An empty list takes the comma before it along, or else the one behind it.
    if (words === '' && !out.dropComma() && text.charAt(end) === ',') end++;
    const start = out.length;
    const put = `${start > 0 ? ' ' : ''}${words} `;
    out.add(put);
    replacements.push({ start, nameStart, end: nameStart + end - found, length: put.length });
    taken = end;
    // Where nothing stands before the items, upstream goes on one character too far.
    found = nextName(text, name, start > 0 ? end : end + 1, end);
  }
  out.add(text.slice(taken));
  return { text: out.toString(), replacements };
}

/** Where a character of a text with a list put in stood before; inside the items, where the name stood. */
export function beforeReplacement(offset: number, replacements: readonly Replacement[]): number {
  let at = offset;
  for (let index = replacements.length - 1; index >= 0; index--) {
    const { start, nameStart, end, length } = replacements[index] as Replacement;
    if (at >= start + length) at += end - start - length;
    else if (at >= start) at = nameStart;
  }
  return at;
}

/** A value as it stands in a condition: in quotes if it has a blank and is not in quotes already. */
export function quoted(item: string): string {
  return item.includes(' ') && !/^["']/.test(item) ? `"${item}"` : item;
}

/** A growing text whose end can be taken back. */
class Pieces {
  length = 0;
  readonly #pieces: string[] = [];
  readonly #maxLength: number;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  add(piece: string): void {
    this.length += piece.length;
    if (this.length > this.#maxLength) throw new TooLarge();
    if (piece !== '') this.#pieces.push(piece);
  }

  dropBlanks(): void {
    for (let last = this.#pieces.pop(); last !== undefined; last = this.#pieces.pop()) {
      let end = last.length;
      while (end > 0 && BLANKS.includes(last.charAt(end - 1))) end--;
      this.length -= last.length - end;
      if (end === 0) continue;
      this.#pieces.push(last.slice(0, end));
      return;
    }
  }

  /** Takes a comma at the end back; says whether there was one. */
  dropComma(): boolean {
    const last = this.#pieces.at(-1);
    if (last?.endsWith(',') !== true) return false;
    this.#pieces[this.#pieces.length - 1] = last.slice(0, -1);
    this.length--;
    return true;
  }

  toString(): string {
    return this.#pieces.join('');
  }
}

/** Items with commas between them; an empty one adds no comma behind it, as upstream looks at what it has so far. */
function wordsOf(items: readonly string[], maxLength: number): string {
  let words = '';
  for (const item of items) {
    words += `${words === '' ? '' : ', '}${quoted(item)}`;
    if (words.length > maxLength) throw new TooLarge();
  }
  return words;
}

/** The next place at which the name stands alone; behind what was put in, a blank stands before it. */
function nextName(text: string, name: string, from: number, putBefore: number): number {
  for (let found = text.indexOf(name, from); found >= 0; found = text.indexOf(name, found + 1)) {
    const end = found + name.length;
    const isBegun = found === 0 || found === putBefore || DELIMITERS.includes(text.charAt(found - 1));
    if (isBegun && (end >= text.length || DELIMITERS.includes(text.charAt(end)))) return found;
  }
  return -1;
}
