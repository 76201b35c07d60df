/** Patterns and list names in quoted values of a condition, whatever the texts of a log hold. */
import { quotedText } from '../rules/print.ts';

/**
 * A text in quotes as a pattern for `glob` that matches this text alone, and in which no name of a list stands: each ASCII character that
 * would end a word is a set of one, and so is the first letter. (Patterns are compared byte by byte, so nothing else can be in a set.)
 */
export function quotedGlob(text: string): string {
  const pattern = text.replace(/^[A-Za-z0-9]|[ \t\n\r(),=*?[\]\\]/g, (found) =>
    found === '\\' || found === ']' ? `\\${found}` : `[${found}]`,
  );
  return quotedText(pattern);
}

/** What ends a word for Falco where it looks for names of lists. */
const DELIMITERS = ' \t\n\r(),=';

/**
 * Whether the items of a list would be put into a quoted text: lists are replaced before quotes are read, wherever their name
 * stands between blanks, parentheses, commas or equals signs.
 */
export function holdsListName(quoted: string, lists: ReadonlySet<string>): boolean {
  const text = ` ${quoted} `;
  return [...lists].some((name) => {
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      if (DELIMITERS.includes(text.charAt(at - 1)) && DELIMITERS.includes(text.charAt(at + name.length))) return true;
    }
    return false;
  });
}
