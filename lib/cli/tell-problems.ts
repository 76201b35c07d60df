import stringWidth from 'string-width';
import { type Excerpt, formatProblem, type Problem } from '../config/problem.ts';
import { visible } from './escape.ts';
import type { Output } from './output.ts';

/** Writes problems one a line, as compilers do, each with its line of the file; both quote the user's own files, which may hold anything. */
export function tellProblems(problems: readonly Problem[], out: Output): void {
  for (const problem of problems) {
    out.write(`${visible(formatProblem(problem))}\n`);
    if (problem.excerpt !== undefined) out.write(withCaret(problem.excerpt));
  }
}

function withCaret({ text, caret }: Excerpt): string {
  const before = shown(text.slice(0, caret));
  return `    ${before}${shown(text.slice(caret))}\n    ${' '.repeat(stringWidth(before))}^\n`;
}

/** A tab is one blank, so that the caret stands under its character. */
function shown(text: string): string {
  return visible(text.replaceAll('\t', ' '));
}
