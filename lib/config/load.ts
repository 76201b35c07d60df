/**
 * Text of `driftwire.yaml` to `Config`, with every problem at once: somebody who fixes a file wants the whole list.
 * Nothing here reads files or the environment.
 */
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { explainIssue } from './explain-issue.ts';
import { type Place, placeOf } from './positions.ts';
import { formatPath, type Problem } from './problem.ts';
import { type Config, configSchema } from './schema.ts';
import { NUMBER_ACCOUNT_ID } from './schema-values.ts';
import { warningsOf } from './warnings.ts';

/** Largest configuration file, in characters; real ones have a few thousand. */
export const MAX_CONFIG_CHARS = 1_000_000;

/** How often aliases may be expanded in all: a nested "billion laughs" ends here. */
const MAX_ALIASES = 1000;

/** What came of a configuration file: a configuration when there is no error, and all problems in the order of the file. */
export interface LoadedConfig {
  readonly config: Config | undefined;
  readonly problems: readonly Problem[];
  /** Where something stands in the file, for problems that only others can see (a rule condition that does not compile). */
  readonly placeOf: (path: readonly PropertyKey[]) => Place;
}

/** What came of a file that could not be looked into. */
export function unusableConfig(file: string, message: string): LoadedConfig {
  const place = { line: 1, column: 1 };
  return { config: undefined, problems: [{ severity: 'error', file, ...place, path: '', message }], placeOf: () => place };
}

/** Reads the text of a configuration file; `file` is the name to use in messages. */
export function parseConfig(text: string, file: string): LoadedConfig {
  const fail = (message: string): LoadedConfig => unusableConfig(file, message);
  if (text.length > MAX_CONFIG_CHARS) return fail(`too large: ${text.length} characters, at most ${MAX_CONFIG_CHARS} are read`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, uniqueKeys: true });
  const place = (path: readonly PropertyKey[]) => placeOf(document, lines, path, false);
  if (document.errors.length > 0) return { config: undefined, problems: syntaxProblems(document, lines, file, text), placeOf: place };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
  } catch (cause) {
    // the only errors toJS has: an alias without anchor, and more aliases than allowed
    return fail(cause instanceof ReferenceError ? 'too many aliases, or one that refers to nothing: write the values out' : String(cause));
  }
  return validate(value, document, lines, file);
}

function validate(value: unknown, document: Document, lines: LineCounter, file: string): LoadedConfig {
  const at = (severity: Problem['severity'], path: readonly PropertyKey[], atKey: boolean, message: string): Problem => ({
    severity,
    file,
    ...placeOf(document, lines, path, atKey),
    path: formatPath(path),
    message,
  });
  const result = configSchema.safeParse(value, { reportInput: true });
  const keys = badKeys(document).map(({ path, message }) => at('error', path, true, message));
  const named = new Set(keys.map((problem) => problem.path));
  const issues = firstOfEachScalar(result.error?.issues ?? []).flatMap(explainIssue);
  const told = issues.map((issue) => at('error', issue.path, issue.atKey, issue.message));
  const errors = [...keys, ...told.filter((problem) => !named.has(problem.path))];
  const warnings = warningsOf(value).map((warning) => at('warning', warning.path, false, warning.message));
  const problems = [...errors, ...warnings].sort((left, right) => left.line - right.line || left.column - right.column);
  return { config: errors.length === 0 ? result.data : undefined, problems, placeOf: (path) => placeOf(document, lines, path, false) };
}

function syntaxProblems(document: Document, lines: LineCounter, file: string, text: string): readonly Problem[] {
  return document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const message = syntaxMessage(error.code, error.message) + commentHint(text.split('\n').slice(0, line));
    return { severity: 'error', file, line, column: col, path: '', message };
  });
}

/** Names of channels begin as comments do, and then the rest of the line is missing: the most common way to write what is no YAML here. */
function commentHint(before: readonly string[]): string {
  const at = before.findLastIndex((line) => /[:,[]\s+#\w/.test(line));
  return at < 0 ? '' : `; in line ${at + 1} a # after a blank begins a comment: write such a name in quotes, as in "#drift"`;
}

function syntaxMessage(code: string, message: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key stands here twice: merge the two, only one of them could count';
    case 'MULTIPLE_DOCS':
      return 'several documents in one file: remove the "---" between them';
    case 'TAB_AS_INDENT':
      return 'a tab as indentation: YAML takes blanks only';
    default:
      return `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  }
}

/** What is wrong with one text or number is told once, by the first check that it fails; a mapping may have several faults. */
function firstOfEachScalar(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const seen = new Set<string>();
  return issues.filter((issue) => {
    if (typeof issue.input === 'object' && issue.input !== null) return true;
    const place = formatPath(issue.path);
    const first = !seen.has(place);
    seen.add(place);
    return first;
  });
}

/** The mappings whose keys users choose; what is wrong with a key there no longer shows in the parsed value. */
const KEYED_BY_USERS = ['accounts', 'clusters', 'labels'];

/** Account ids that YAML read as numbers (their zeros already lost), and keys that a table of names cannot hold. */
function badKeys(document: Document): readonly { readonly path: readonly string[]; readonly message: string }[] {
  const root = document.contents;
  if (!isMap(root)) return [];
  return KEYED_BY_USERS.flatMap((table) => {
    const map = root.get(table);
    return (isMap(map) ? map.items : []).flatMap((pair) => {
      const key = isScalar(pair.key) ? pair.key.value : undefined;
      const path = [table, String(key)];
      if (key === '__proto__') return [{ path, message: 'unknown key; this name cannot be used: choose another' }];
      return table === 'accounts' && typeof key === 'number' ? [{ path, message: NUMBER_ACCOUNT_ID }] : [];
    });
  });
}
