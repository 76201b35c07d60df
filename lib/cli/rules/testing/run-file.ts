import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { LoadedConfig } from '../../../config/load.ts';
import { parseConfig } from '../../../config/load.ts';
import { loadConfigFile } from '../../../config/load-file.ts';
import type { Problem } from '../../../config/problem.ts';
import type { RuleInfo } from '../../../core/rules/engine.ts';
import { type OpenedScan, openScan } from '../../../wire.ts';
import { RuleTraces } from '../../explain/rule-traces.ts';
import { whyLines } from '../../explain/why.ts';
import { type CaseResult, decisionsOf, inputOf, judge, type WhyOf } from './run-case.ts';
import { type ParsedFile, parseBasesFile, parseTestFile, type TestFile } from './test-file.ts';

/** What came of one test file: results of all its cases, or why it could not be run. */
export type FileResult =
  | { readonly ok: true; readonly file: string; readonly cases: readonly CaseResult[]; readonly rules: readonly RuleInfo[] }
  | { readonly ok: false; readonly file: string; readonly problems: readonly Problem[] };

type Opened = Extract<OpenedScan, { ok: true }>;

/** Runs all cases of one test file; nothing in it can make this throw. */
export async function runTestFile(file: string): Promise<FileResult> {
  const read = readYaml(file, parseTestFile);
  const { value: tests } = read;
  if (tests === undefined) return { ok: false, file, problems: read.problems };
  const bases = basesOf(tests, file);
  const ruleFiles = ruleFilesOf(tests, file);
  const opened = await openScan({
    config: configOf(tests, file, read),
    configPath: typeof tests.config === 'string' ? resolve(dirname(file), tests.config) : file,
    ruleFiles,
    builtinRules: tests.builtin_rules,
  });
  const problems = [...read.problems, ...bases.problems, ...(opened.ok ? [] : opened.problems)];
  if (!opened.ok || problems.length > 0) return { ok: false, file, problems };
  const { cases, broken } = await runCases(tests, { ...read, file, bases: bases.records }, opened);
  if (broken.length > 0) return { ok: false, file, problems: broken };
  // built-in rules are under test only where no others are
  const rules = opened.engine.rules.filter((rule) => ruleFiles.length === 0 || ruleFiles.includes(rule.file));
  return { ok: true, file, cases, rules };
}

interface Cases extends Pick<ParsedFile<TestFile>, 'placeOf'> {
  readonly file: string;
  readonly bases: ReadonlyMap<string, unknown>;
}

async function runCases(
  { tests }: TestFile,
  { file, bases, placeOf }: Cases,
  opened: Opened,
): Promise<{ readonly cases: readonly CaseResult[]; readonly broken: readonly Problem[] }> {
  const why = whyOf(opened);
  const cases: CaseResult[] = [];
  const broken: Problem[] = [];
  for (const [index, test] of tests.entries()) {
    const place = { file, ...placeOf(['tests', index]) };
    const fail = (message: string): void => {
      broken.push({ severity: 'error', ...place, path: `tests[${index}]`, message });
    };
    const unknown = unknownRules([...test.expect.rules, ...(test.rule === undefined ? [] : [test.rule])], opened.engine.rules);
    const input = unknown.length > 0 ? { error: `no such rule is loaded: ${unknown.join(', ')}` } : inputOf(test, bases, file);
    const decisions = 'error' in input ? input : await decisionsOf(test, input, opened);
    if ('error' in decisions) fail(decisions.error);
    else cases.push(judge(test, decisions, why, place));
  }
  return { cases, broken };
}

/** Why rules fire or not, with what only the selection knows. */
function whyOf({ model }: Opened): WhyOf {
  const traces = new RuleTraces(model);
  return (name, { context }) => {
    const rule = model.rules.find((each) => each.name === name);
    if (rule?.runs === false) return ['it does not run: switched off, or below minimum_priority'];
    const traced = traces.of(name, context);
    return traced === undefined ? [] : whyLines(traced);
  };
}

function unknownRules(names: readonly string[], rules: readonly RuleInfo[]): readonly string[] {
  return [...new Set(names)].filter((name) => !rules.some((rule) => rule.name === name));
}

function readYaml<T>(file: string, parse: (source: string, file: string) => ParsedFile<T>): ParsedFile<T> {
  try {
    return parse(readFileSync(file, 'utf8'), file);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    const place = { line: 1, column: 1 };
    const message = `cannot be read (${String(cause.code)}): check path and rights`;
    return { value: undefined, problems: [{ severity: 'error', file, ...place, path: '', message }], placeOf: () => place };
  }
}

/** Bases of the file itself win over those of files it names. */
function basesOf(tests: TestFile, file: string): { readonly records: ReadonlyMap<string, unknown>; readonly problems: readonly Problem[] } {
  const read = tests.bases_from.map((name) => readYaml(resolve(dirname(file), name), parseBasesFile));
  const shared = read.flatMap(({ value }) => Object.entries(value?.bases ?? {}));
  return { records: new Map([...shared, ...Object.entries(tests.bases)]), problems: read.flatMap(({ problems }) => problems) };
}

function configOf({ config }: TestFile, file: string, { placeOf }: ParsedFile<TestFile>): LoadedConfig {
  if (typeof config === 'string') return loadConfigFile(resolve(dirname(file), config));
  const loaded = parseConfig(config === undefined ? '' : JSON.stringify(config), file);
  // The inline configuration is checked by the same schema; its places are those of its key in the test file.
  const place = placeOf(['config']);
  return {
    config: loaded.config,
    problems: loaded.problems.map((problem) => ({ ...problem, ...place, path: `config.${problem.path}`.replace(/\.$/, '') })),
    placeOf: (path) => placeOf(['config', ...path]),
  };
}

/** Files that are named, relative to the test file; else the one it is named after, beside it or one folder up. */
function ruleFilesOf(tests: TestFile, file: string): readonly string[] {
  const folder = dirname(file);
  if (tests.rules !== undefined) return tests.rules.map((name) => resolve(folder, name));
  if (tests.builtin_rules) return [];
  const own = basename(file).replace(/\.test(\.ya?ml)$/, '$1');
  const beside = join(folder, own);
  const above = join(dirname(resolve(folder)), own);
  return [!existsSync(beside) && existsSync(above) ? above : beside];
}
