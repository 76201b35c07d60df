import { ValueScanner } from './scanner.ts';

/**
 * The verbatim text of a member of an object, of which the last counts where a name stands twice, as for `JSON.parse`; empty when there is none.
 *
 * @param text - An object's text that `JSON.parse` accepts.
 * @param name - A member whose value is an object.
 */
export function memberText(text: string, name: string): string {
  const scanner = new ValueScanner(Number.POSITIVE_INFINITY);
  let found = '';
  let here = text.indexOf('{') + 1;
  for (;;) {
    const nameAt = text.indexOf('"', here);
    if (nameAt < 0) return found;
    const nameEnd = endOf(scanner, text, nameAt);
    const valueAt = skipTo(text, nameEnd, /[^\s:]/);
    const valueEnd = '{["'.includes(text.charAt(valueAt)) ? endOf(scanner, text, valueAt) : skipTo(text, valueAt, /[,}]/);
    if (JSON.parse(text.slice(nameAt, nameEnd)) === name) found = text.slice(valueAt, valueEnd);
    here = valueEnd;
  }
}

function endOf(scanner: ValueScanner, text: string, from: number): number {
  scanner.begin();
  let at = from;
  while (scanner.scan(text, at) === 'array') {
    scanner.acceptArray();
    at = scanner.position;
  }
  return scanner.position;
}

function skipTo(text: string, from: number, pattern: RegExp): number {
  let at = from;
  while (at < text.length && !pattern.test(text.charAt(at))) at++;
  return at;
}
