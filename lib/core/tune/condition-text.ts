/** Texts from a log as values of a condition, whatever they hold. */

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A text in quotes, as a condition and the values of an exception take it. */
export function quotedText(text: string): string {
  return `"${escaped(text)}"`;
}

/**
 * The same as a pattern for `glob` that matches this text alone, and in which no word stands by itself: each character that
 * would end a word is a set of one.
 */
export function quotedGlob(text: string): string {
  // `[\]` would be read as an escape, so a backslash is escaped and not put into a set
  const pattern = text.replace(/[\s(),=*?[\]\\]/g, (found) => (found === '\\' || found === ']' ? `\\${found}` : `[${found}]`));
  return `"${escaped(pattern)}"`;
}

/**
 * Whether the items of a list would be put into a quoted text: lists are replaced before quotes are read, wherever their name
 * stands between blanks, parentheses, commas or equals signs. The quotes themselves end no word.
 */
export function holdsListName(quoted: string, lists: ReadonlySet<string>): boolean {
  return quoted
    .split(/[\s(),=]/)
    .slice(1, -1)
    .some((word) => lists.has(word));
}

/** Falco sees no end of a text behind an escaped backslash, so one at the end is written as a backslash and a blank, which means the same. */
function escaped(text: string): string {
  const body = text.replace(/[\\"\b\f\n\r\t]/g, (found) => ESCAPES[found] as string);
  return body.endsWith('\\') ? `${body.slice(0, -1)} ` : body;
}
