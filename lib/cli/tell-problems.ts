import { formatProblem, type Problem } from '../config/problem.ts';
import { visible } from './escape.ts';
import type { Output } from './output.ts';

/** Writes problems one a line, as compilers do; they quote the user's own files, which may hold anything. */
export function tellProblems(problems: readonly Problem[], out: Output): void {
  for (const problem of problems) out.write(`${visible(formatProblem(problem))}\n`);
}
