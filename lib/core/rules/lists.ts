/**
 * Lists are text: their items are put into a condition before it is parsed, wherever the list's name stands between
 * blanks, parentheses, commas or equals signs (Falco's `resolve_list`, whose blanks and commas are kept to the letter).
 */
const BLANKS = ' \t\n\r';
const DELIMITERS = `${BLANKS}(),=`;

/** One name that was replaced: its place in the text before, and how long what stands there after is. */
export interface Replacement {
  /** First character that was taken out: a blank before the name, or the name. */
  readonly start: number;
  /** Where the name itself stood. */
  readonly nameStart: number;
  readonly end: number;
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
  let result = text;
  let words: string | undefined;
  const replacements: Replacement[] = [];
  for (let found = result.indexOf(name); found >= 0; ) {
    let start = found;
    if (isDelimited(result, found, found + name.length)) {
      words ??= wordsOf(items, maxLength);
      let end = found + name.length;
      while (start > 0 && BLANKS.includes(result.charAt(start - 1))) start--;
      while (end < result.length && BLANKS.includes(result.charAt(end))) end++;
      // An empty list takes the comma before it along, or else the one behind it.
      if (words === '' && start > 0 && result.charAt(start - 1) === ',') start--;
      else if (words === '' && result.charAt(end) === ',') end++;
      const put = `${start > 0 ? ' ' : ''}${words} `;
      if (result.length + put.length > maxLength) throw new TooLarge();
      result = result.slice(0, start) + put + result.slice(end);
      replacements.push({ start, nameStart: found, end, length: put.length });
      start += words.length + 1;
    }
    found = result.indexOf(name, start + 1);
  }
  return { text: result, replacements };
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

function wordsOf(items: readonly string[], maxLength: number): string {
  let words = '';
  for (const item of items) {
    // An empty item adds no comma behind it, as upstream looks at what it has so far.
    words += `${words === '' ? '' : ', '}${quoted(item)}`;
    if (words.length > maxLength) throw new TooLarge();
  }
  return words;
}

function isDelimited(text: string, start: number, end: number): boolean {
  return (start === 0 || DELIMITERS.includes(text.charAt(start - 1))) && (end >= text.length || DELIMITERS.includes(text.charAt(end)));
}
