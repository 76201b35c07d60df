import type { Place } from '../loader/model.ts';

const BLANK = /\s/;

/**
 * The place in a file of a character of a condition's text. YAML folds lines and leaves out indentation, but keeps every
 * other character of a plain or block scalar, so both are walked side by side past their blanks. Where they part (an escape
 * in a quoted scalar, a condition put together from several files) the beginning of the condition is given.
 */
export function placeInText(fileText: string, begin: Place, text: string, offset: number): Place {
  const lines = fileText.split('\n');
  let line = begin.line - 1;
  let column = begin.column - 1;
  for (let at = 0; line < lines.length; line++, column = 0) {
    for (const row = lines[line] as string; column < row.length; column++) {
      if (BLANK.test(row[column] as string)) continue;
      while (at < offset && BLANK.test(text[at] as string)) at++;
      if (at >= offset) return { file: begin.file, line: line + 1, column: column + 1 };
      if (row[column] !== text[at]) return begin;
      at++;
    }
  }
  return begin;
}
