import type { OpenReader } from './read-input.ts';
import { openReader } from './reader.ts';

/** A longer line is passed over: nobody who asks for lines looks for anything in it. */
const MAX_LINE_CHARS = 1024 * 1024;

/** One line of an input, without its line feed. */
export interface InputLine {
  readonly input: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * Opens the reader that parses everything and tells of each line of the inflated text beside that, for what is in an input and
 * is no audit record. A line comes before what is in it, unless a chunk ends between the two.
 */
export function tapLines(onLine: (line: InputLine) => void): OpenReader {
  return (input, receiver, limits, context) => {
    const reader = openReader(input, receiver, limits, context);
    const utf8 = new TextDecoder('utf-8');
    let line = context?.firstLine ?? 1;
    let rest = '';
    let isTooLong = false;
    const take = (text: string): void => {
      if (!isTooLong && rest.length + text.length <= MAX_LINE_CHARS) rest += text;
      else {
        isTooLong = true;
        rest = '';
      }
    };
    const end = (): void => {
      if (rest !== '') onLine({ input, line, text: rest });
      line++;
      rest = '';
      isTooLong = false;
    };
    const push = (text: string): void => {
      const [first = '', ...others] = text.split('\n');
      take(first);
      for (const other of others) {
        end();
        take(other);
      }
    };
    return {
      push: (chunk) => {
        push(utf8.decode(chunk, { stream: true }));
        reader.push(chunk);
      },
      end: () => {
        push(utf8.decode());
        end();
        return reader.end();
      },
    };
  };
}
