/** A rule file's text and the places in it: in characters for people, in UTF-8 bytes as Falco counts them. */

import { byteString, textOfBytes } from '../bytes.ts';

/** A place as Falco's results give it: all from 0, in UTF-8 bytes. */
export interface Mark {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

const BYTE_ORDER_MARK = '\uFEFF';
/** Falco shows at most so many bytes of a line. */
const SNIPPET_WIDTH = 160;

/** Length of a text in UTF-8; a lone surrogate counts as the three bytes of the character that replaces it. */
export function utf8Length(text: string, from = 0, to: number = text.length): number {
  let bytes = to - from;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // each half of a surrogate pair is two of the four bytes
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** The text of a named file, with a table of its lines. */
export class SourceText {
  readonly name: string;
  /** Without a byte order mark. */
  readonly text: string;
  readonly #starts: readonly number[];
  /** Bytes before each line. */
  readonly #bytes: readonly number[];

  constructor(name: string, content: string) {
    this.name = name;
    this.text = content.startsWith(BYTE_ORDER_MARK) ? content.slice(1) : content;
    const starts = [0];
    const bytes = [0];
    let [start, count] = [0, 0];
    for (let end = this.text.indexOf('\n'); end >= 0; end = this.text.indexOf('\n', start)) {
      count += utf8Length(this.text, start, end + 1);
      start = end + 1;
      bytes.push(count);
      starts.push(start);
    }
    this.#starts = starts;
    this.#bytes = bytes;
  }

  /** Place of a character as Falco gives it. */
  mark(at: number): Mark {
    const { line, start } = this.#lineOf(at);
    const column = utf8Length(this.text, start, at);
    return { line, column, offset: (this.#bytes[line] as number) + column };
  }

  /** Place of a character as people count: lines and columns from 1, in characters. */
  place(at: number): { readonly line: number; readonly column: number } {
    const { line, start } = this.#lineOf(at);
    return { line: line + 1, column: at - start + 1 };
  }

  #lineOf(at: number): { readonly line: number; readonly start: number } {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) <= at) low = middle;
      else high = middle;
    }
    return { line: low, start: this.#starts[low] as number };
  }
}

/**
 * The line round a place, with a caret under it, as Falco writes it: a long line is cut to 160 bytes round the place; a place on
 * a line break or behind the end is moved back to the last byte before it. The caret counts bytes, so behind a letter that is
 * not ASCII it stands too far right, as Falco's does.
 *
 * @param inside - Which byte of the character the place is.
 */
export function snippetOf(content: string, at: number, inside = 0): string {
  let place = Math.min(at, content.length);
  while (place > 0 && (place >= content.length || content[place] === '\n')) place--;
  const first = Math.max(0, place - SNIPPET_WIDTH);
  const bytes = byteString(content.slice(first, place + SNIPPET_WIDTH));
  const before = byteString(content.slice(first, place)).length;
  const position = before + (place === at ? inside : utf8Length(content, place, place + 1) - 1);
  const half = SNIPPET_WIDTH / 2;
  const lineStart = bytes.lastIndexOf('\n', position) + 1;
  const lineEnd = bytes.indexOf('\n', position);
  const start = Math.max(lineStart, position - half);
  const last = lineEnd < 0 ? bytes.length - 1 : lineEnd - 1;
  const end = Math.min(last, position + half);
  let line = bytes.slice(start, end + 1);
  if (line === '') return '<No context available>\n';
  if (position - start >= half) line = `...${line.slice(3)}`;
  if (end - position >= half) line = `${line.slice(0, -3)}...`;
  return `${textOfBytes(line)}\n${' '.repeat(position - start)}^\n`;
}
