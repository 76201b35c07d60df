/** Issues of rule files as this program tells them to people: one line each, with a place that can be looked at. */
import type { ErrorCode, WarningCode } from './codes.ts';
import type { Context } from './context.ts';
import type { LoadIssue, Where } from './issues.ts';
import type { LoadedFiles } from './load-files.ts';

/** The line of a file in which a problem is. */
export interface Excerpt {
  /** The whole line, or the part of a long one round the place; control characters and all. */
  readonly text: string;
  /** The character of the text under which a caret belongs. */
  readonly caret: number;
}

/** One thing that is wrong in a rule file, or that can hardly be meant. */
export interface RuleProblem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** What it is about, Falco's words, and what to do. */
  readonly message: string;
  readonly code: ErrorCode | WarningCode;
  readonly excerpt: Excerpt;
}

const HALF_LINE = 80;
const NAMED: readonly string[] = ['rule', 'macro', 'list', 'exception'];

/**
 * All problems of loaded files, in the order of the files; what is said twice is told once.
 *
 * Warnings about everything that is loaded (such as macros that nothing uses) are told as they stand after the last file, and
 * not at all where errors keep rules out.
 */
export function problemsOf({ results, fatal }: LoadedFiles): readonly RuleProblem[] {
  const isWhole = results.every(({ errors }) => errors.length === 0);
  const issues = results.flatMap(({ errors, warnings, notes, readWarnings }, index) => {
    const isLast = isWhole && index === results.length - 1;
    return [...errors, ...(isLast ? warnings : warnings.slice(0, readWarnings)), ...notes];
  });
  const all = issues.map(problemOf);
  if (fatal !== undefined) all.push(problemOf({ severity: 'error', code: 'LOAD_ERR_VALIDATE', ...fatal, where: undefined }));
  const seen = new Set<string>();
  return all.filter(({ file, line, column, code, message }) => {
    const key = JSON.stringify([file, line, column, code, message]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function problemOf({ severity, code, message, context, hint, where }: LoadIssue): RuleProblem {
  const { source, at } = where ?? context;
  const words = [message, hint].filter((part) => part !== '').join(message.endsWith('.') ? ' ' : '; ');
  return {
    severity,
    file: source.name,
    ...source.place(at),
    message: `${subjectOf(context)}${words}`,
    code,
    excerpt: excerptOf({ source, at }),
  };
}

/** The names of the rule, macro, list and exception round a place. */
function subjectOf({ locations }: Context): string {
  const names = locations.flatMap(({ itemType, itemName }) =>
    NAMED.includes(itemType) && itemName !== '' ? [`${itemType} '${itemName}'`] : [],
  );
  return names.length === 0 ? '' : `${names.join(', ')}: `;
}

function excerptOf({ source: { text }, at }: Where): Excerpt {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at);
  const start = Math.max(lineStart, at - HALF_LINE);
  const end = Math.min(lineEnd < 0 ? text.length : lineEnd, at + HALF_LINE);
  return { text: text.slice(start, end).replace(/\r$/, ''), caret: at - start };
}
