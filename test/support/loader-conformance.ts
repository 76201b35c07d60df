import { afterAll, describe, expect, test } from 'vitest';
import type { EventSource } from '../../lib/core/model/raw-record.ts';
import { loadRules } from '../../lib/core/rules/load-rules.ts';
import { type LoadedFiles, type RuleFile, validateFiles } from '../../lib/core/rules/loader/load-files.ts';
import { type IssueJson, type ResultJson, resultJson, resultText } from '../../lib/core/rules/loader/load-result.ts';
import type { LoadSettings } from '../../lib/core/rules/loader/settings.ts';
import { EVENT_SOURCES } from '../../lib/core/rules/loader/source-fields.ts';
import { falcoFile, hasFalcoCases, inputsOf, MODES, type Run, runOf } from './falco-cases.ts';
import type { Expectation } from './falco-conformance.ts';

interface Configured {
  readonly sources: readonly string[];
  readonly engine_version: string;
  readonly plugins: Readonly<Record<string, string>>;
}

/** Something that must be among the errors or warnings, by what is given of it. */
interface Contained {
  readonly code: string;
  readonly item_type?: string;
  readonly item_name?: string;
  readonly message?: string;
}

interface LoaderCase {
  readonly id: string;
  readonly needs?: readonly string[];
  readonly config?: Partial<Configured>;
  readonly rules: readonly { readonly name: string; readonly text?: string; readonly path?: string }[];
  readonly input: Readonly<Partial<Record<EventSource, string>>>;
  readonly expect: {
    readonly exit_code: number;
    readonly errors?: readonly {
      readonly file: string | null;
      readonly code: string;
      readonly message: string;
      readonly items?: unknown;
    }[];
    readonly warnings?: readonly { readonly file: string; readonly code: string; readonly message: string }[];
    readonly warning_codes?: readonly string[] | null;
    readonly fatal?: string;
    readonly results?: readonly ResultJson[];
    readonly text?: string;
    readonly first?: Run;
    readonly all?: Run;
    readonly contains_errors?: readonly Contained[];
    readonly contains_warnings?: readonly Contained[];
    readonly error_count?: number;
  };
}

/** Compares what comes of loading the rule files of every case of a set with what Falco made of them; the counts are printed. */
export function loadsAs(set: string, { atLeast, known }: Expectation): void {
  describe.skipIf(!hasFalcoCases)(`rule files as Falco loads them: ${set}`, () => {
    const { config, cases } = readSet(set);
    const counts = { same: 0, known: 0 };

    test.each(cases.map((each) => [each.id, each] as const))('%s', (id, loaderCase) => {
      const compare = (): void => check(loaderCase, { ...config, ...loaderCase.config });
      if (Object.hasOwn(known, id)) {
        expect(compare).toThrow();
        counts.known++;
      } else {
        compare();
        counts.same++;
      }
    });

    afterAll(() => {
      console.log(`${set}: ${counts.same} of ${cases.length} as recorded, ${counts.known} known differences`);
      expect(cases.length).toBeGreaterThanOrEqual(atLeast);
      expect(counts.known).toBe(Object.keys(known).length);
    });
  });
}

function readSet(set: string): { readonly config: Configured; readonly cases: readonly LoaderCase[] } {
  if (!hasFalcoCases) return { config: { sources: [], engine_version: '', plugins: {} }, cases: [] };
  const { config, cases } = JSON.parse(falcoFile(`${set}/cases.json`)) as { config: Configured; cases: readonly LoaderCase[] };
  return { config, cases: cases.filter(({ needs }) => needs?.includes('syscall') !== true) };
}

function check(loaderCase: LoaderCase, config: Configured): void {
  const { expect: wanted, input } = loaderCase;
  const files = loaderCase.rules.map(({ name, text, path }): RuleFile => ({ name, text: text ?? falcoFile(path as string) }));
  const settings: LoadSettings = {
    sources: EVENT_SOURCES.filter((source) => config.sources.includes(source)),
    engineVersion: config.engine_version,
    plugins: config.plugins,
  };
  const { falco } = validateFiles(files, settings);
  expect(falco.fatal?.message).toBe(wanted.fatal);
  if (wanted.fatal === undefined) {
    expect(falco.results.some(({ errors }) => errors.length > 0) ? 1 : 0).toBe(wanted.exit_code);
    compareResults(falco, wanted);
  }
  for (const mode of MODES) {
    const { engine, problems } = loadRules(files, { minimumPriority: 'Debug', ruleMatching: mode, disable: [] }, settings);
    expect(engine === undefined ? 1 : 0).toBe(wanted.exit_code);
    if (engine === undefined) expect(problems.find(({ severity }) => severity === 'error')?.message).toContain(firstMessage(wanted));
    const run = wanted[mode];
    if (run !== undefined && engine !== undefined) expect(runOf(engine, inputsOf({ input }), run)).toEqual(run);
  }
}

/** The words of a YAML library are its own. */
function firstMessage({ fatal, errors }: LoaderCase['expect']): string {
  const [first] = errors ?? [];
  return fatal ?? (first?.code === 'LOAD_ERR_YAML_PARSE' ? '' : first?.message) ?? '';
}

function compareResults({ results }: LoadedFiles, wanted: LoaderCase['expect']): void {
  const json = results.map(resultJson);
  const isYaml = json.some(({ errors }) => errors.some(({ code }) => code === 'LOAD_ERR_YAML_PARSE'));
  if (wanted.errors !== undefined) {
    const errors = results.flatMap(({ name, errors: [first] }) => (first === undefined ? [] : [{ ...first, file: name }]));
    expect(errors.map(({ file, code }) => ({ file, code }))).toEqual(wanted.errors.map(({ file, code }) => ({ file, code })));
    if (!isYaml) expect(errors.map(({ message }) => message)).toEqual(wanted.errors.map(({ message }) => message));
  }
  if (wanted.results !== undefined) expect(json.map(comparable)).toEqual(wanted.results.map(comparable));
  if (wanted.text !== undefined && !isYaml) expect(resultText(results)).toBe(wanted.text);
  const warnings = results.flatMap(({ name, warnings: all }) => all.map(({ code, message }) => ({ file: name, code, message })));
  if (wanted.warnings !== undefined) expect(warnings.map(asKey).sort()).toEqual(wanted.warnings.map(asKey).sort());
  if (wanted.warning_codes) expect([...new Set(warnings.map(({ code }) => code))].sort()).toEqual(wanted.warning_codes);
  for (const each of wanted.contains_errors ?? []) expect(json.flatMap(({ errors }) => errors).filter(like(each))).not.toEqual([]);
  for (const each of wanted.contains_warnings ?? []) expect(json.flatMap((result) => result.warnings).filter(like(each))).not.toEqual([]);
  if (wanted.error_count !== undefined) expect(json.flatMap(({ errors }) => errors)).toHaveLength(wanted.error_count);
}

/** Of a YAML error the place and words are the library's own. */
function comparable({ errors, ...result }: ResultJson): unknown {
  return { ...result, errors: errors.map((error) => (error.code === 'LOAD_ERR_YAML_PARSE' ? error.code : error)) };
}

function asKey({ file, code, message }: { readonly file: string; readonly code: string; readonly message: string }): string {
  return JSON.stringify([file, code, message]);
}

function like({ code, item_type, item_name, message }: Contained): (issue: IssueJson) => boolean {
  return (issue) =>
    issue.code === code &&
    (item_type === undefined || issue.context.locations.some((each) => each.item_type === item_type)) &&
    (item_name === undefined || issue.context.locations.some((each) => each.item_name === item_name)) &&
    (message === undefined || code === 'LOAD_ERR_YAML_PARSE' || issue.message === message);
}
