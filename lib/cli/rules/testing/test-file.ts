/** Rule test files: text to cases, with every problem at once and its place. The format stands in `docs/rules/testing-rules.md`. */
import { LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { didYouMean } from '../../../config/did-you-mean.ts';
import { explainIssue } from '../../../config/explain-issue.ts';
import { type Place, placeOf } from '../../../config/positions.ts';
import { formatPath, type Problem } from '../../../config/problem.ts';
import { always, isRecord, text } from '../../../config/schema-values.ts';

/** What a case is to show of its rule. */
export const CASE_KINDS = ['positive', 'negative', 'failed_call'] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

/** Largest test file, in characters. */
const MAX_FILE_CHARS = 8_000_000;
/** How often aliases may be expanded in all: a nested "billion laughs" ends here; one base may well serve a thousand cases. */
const MAX_ALIASES = 20_000;

const record = z.custom<Readonly<Record<string, unknown>>>(isRecord, 'a record belongs here: a mapping (key: value)');
const names = z.array(text, { error: () => 'a list of names belongs here; [] means none' });

const expectation = z.preprocess(
  (value) => (Array.isArray(value) ? { rules: value } : value),
  z.strictObject({
    rules: names,
    message: z.string().optional(),
    output_fields: record.optional(),
    dropped: text.optional(),
  }),
);

const testCase = z
  .strictObject({
    name: text,
    rule: text.optional(),
    kind: z.enum(CASE_KINDS).optional(),
    event: z.custom<string | Readonly<Record<string, unknown>>>((value) => typeof value === 'string' || isRecord(value)).optional(),
    base: text.optional(),
    with: record.optional(),
    without: names.optional(),
    file: text.optional(),
    id: text.optional(),
    cluster: text.optional(),
    expect: expectation,
  })
  .superRefine(checkCase, { when: always });

const testFile = z.strictObject({
  rules: z.array(text).optional(),
  builtin_rules: z.boolean().default(false),
  config: z.custom<string | Readonly<Record<string, unknown>>>((value) => typeof value === 'string' || isRecord(value)).optional(),
  bases_from: z.array(text).default([]),
  bases: z.custom<Readonly<Record<string, unknown>>>(isRecord, 'a mapping of names to records belongs here').default({}),
  tests: z.array(testCase).min(1, 'no case: a file without cases shows nothing'),
});

const basesFile = z.strictObject({
  bases: z.custom<Readonly<Record<string, unknown>>>(isRecord, 'a mapping of names to records belongs here'),
});

/** A test file as it is written, with defaults filled in. */
export type TestFile = z.output<typeof testFile>;
/** One case of it. */
export type TestCase = TestFile['tests'][number];

/** What came of the text of a test file. */
export interface ParsedFile<T> {
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
  readonly placeOf: (path: readonly PropertyKey[]) => Place;
}

/** Reads the text of a test file; `file` is the name to use in messages. */
export function parseTestFile(source: string, file: string): ParsedFile<TestFile> {
  return parse(source, file, testFile);
}

/** Reads the text of a file that holds bases for test files. */
export function parseBasesFile(source: string, file: string): ParsedFile<z.output<typeof basesFile>> {
  return parse(source, file, basesFile);
}

function parse<T>(source: string, file: string, schema: z.ZodType<T>): ParsedFile<T> {
  const lines = new LineCounter();
  const top: Place = { line: 1, column: 1 };
  const broken = (message: string, place = top): ParsedFile<T> => ({
    value: undefined,
    problems: [{ severity: 'error', file, ...place, path: '', message }],
    placeOf: () => top,
  });
  if (source.length > MAX_FILE_CHARS) return broken(`too large: ${source.length} characters, at most ${MAX_FILE_CHARS} are read`);
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, merge: true, uniqueKeys: true });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    return broken(`not YAML: ${fault.message}`, { line, column: col });
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    return broken(`an alias that refers to nothing, or too many of them (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  const result = schema.safeParse(value, { reportInput: true });
  const at = (path: readonly PropertyKey[], atKey = false): Place => placeOf(document, lines, path, atKey);
  const problems = (result.error?.issues ?? []).flatMap(explained).map(({ path, atKey, message }): Problem => {
    return { severity: 'error', file, ...at(path, atKey), path: formatPath(path), message };
  });
  problems.sort((left, right) => left.line - right.line || left.column - right.column);
  return { value: result.data, problems, placeOf: (path) => at(path) };
}

type Explained = ReturnType<typeof explainIssue>[number];

/** As for the configuration, but the keys that are allowed are those of this file. */
function explained(issue: z.core.$ZodIssue): readonly Explained[] {
  if (issue.code !== 'unrecognized_keys') {
    const said = explainIssue(issue);
    return said.map((each) =>
      each.message === 'Invalid input' ? { ...each, message: 'a mapping (key: value) or a text belongs here' } : each,
    );
  }
  const allowed = keysAt(issue.path);
  return issue.keys.map((key) => {
    const near = didYouMean(key, allowed);
    const hint = near === undefined ? '' : `did you mean ${near}? `;
    return { path: [...issue.path, key], atKey: true, message: `unknown key; ${hint}allowed: ${allowed.join(', ')}` };
  });
}

function keysAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.at(-1) === 'expect') return Object.keys(expectation.out.shape);
  return Object.keys(path.length === 0 ? testFile.shape : testCase.shape);
}

const INPUT_KEYS = ['event', 'base', 'file'] as const;

function checkCase(value: unknown, context: z.RefinementCtx): void {
  if (!isRecord(value)) return;
  const refuse: Refuse = (path, message) => context.addIssue({ code: 'custom', path: [...path], message });
  checkInput(value, refuse);
  checkExpectation(value, isRecord(value['expect']) ? value['expect'] : {}, refuse);
}

type Refuse = (path: readonly PropertyKey[], message: string) => void;
type Mapping = Readonly<Record<string, unknown>>;

function checkInput(test: Mapping, refuse: Refuse): void {
  const given = INPUT_KEYS.filter((key) => test[key] !== undefined);
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none is given' : `${given.join(' and ')} are given`;
    refuse([], `exactly one of ${INPUT_KEYS.join(', ')} says what goes in: ${found}`);
  }
  for (const key of ['with', 'without'].filter((each) => test[each] !== undefined && test['base'] === undefined)) {
    refuse([key], 'only a base can be changed: give one, or write the whole event');
  }
  if (test['id'] !== undefined && test['file'] === undefined) refuse(['id'], 'picks one record of a file: give the file');
}

function checkExpectation({ rule, kind }: Mapping, expect: Mapping, refuse: Refuse): void {
  const about = ['message', 'output_fields'].filter((key) => expect[key] !== undefined);
  if (rule === undefined && kind !== undefined) refuse(['kind'], 'of which rule? name it under rule');
  if (rule === undefined && about.length > 0) refuse(['expect'], `${about.join(' and ')} of which rule? name it under rule`);
  if (!Array.isArray(expect['rules']) || typeof rule !== 'string') return;
  if (expect['rules'].includes(rule)) {
    if (kind === 'negative')
      refuse(['expect'], `a negative case of "${rule}" does not expect it: take the rule out, or call the case positive`);
    return;
  }
  if (kind === 'positive') refuse(['expect'], `a positive case of "${rule}" expects it: add the rule, or call the case negative`);
  if (about.length > 0) refuse(['expect'], `"${rule}" is not expected to fire, so it has no ${about.join(' and no ')}`);
}

/** What a case is to show of its rule; undefined when it names no rule. */
export function kindOf({ rule, kind, expect }: TestCase): CaseKind | undefined {
  if (rule === undefined) return undefined;
  return kind ?? (expect.rules.includes(rule) ? 'positive' : 'negative');
}
