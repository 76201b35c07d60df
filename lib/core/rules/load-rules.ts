import { attempt } from '../attempt.ts';
import type { EventSource } from '../model/raw-record.ts';
import { compareBytes } from './bytes.ts';
import { type Compiled, compile } from './compile.ts';
import type { CompiledCondition, RuleEngine } from './engine.ts';
import { fieldEvent } from './field-event.ts';
import { FIELDS } from './field-table.ts';
import type { FieldSpec } from './fields/field.ts';
import { type loadFiles, type RuleFile, validateFiles } from './loader/load-files.ts';
import type { RuleModel } from './loader/model.ts';
import { modelOf } from './loader/model-of.ts';
import { problemsOf, type RuleProblem } from './loader/problems.ts';
import { DRIFTWIRE_SETTINGS, type LoadSettings } from './loader/settings.ts';
import { EVENT_SOURCES } from './loader/source-fields.ts';
import { ConditionError, parseCondition } from './parser.ts';
import { CompiledEngine, type CompiledRule } from './rule-engine.ts';
import type { Selection } from './selection.ts';

export type { RuleFile } from './loader/load-files.ts';
export type { RuleProblem } from './loader/problems.ts';

/** What came of loading: an engine when there is no error, and all problems in the order of the files. */
export interface LoadedRules {
  readonly engine: RuleEngine | undefined;
  /** What the files define; as far as it goes when there are errors. */
  readonly model: RuleModel;
  readonly problems: readonly RuleProblem[];
}

/**
 * Loads rule files in order onto each other.
 *
 * @param settings - What the files may count on; by default what this program has.
 */
export function loadRules(files: readonly RuleFile[], selection: Selection, settings: LoadSettings = DRIFTWIRE_SETTINGS): LoadedRules {
  const { all: loaded } = validateFiles(files, settings);
  const problems = problemsOf(loaded);
  const model = modelOf(loaded, selection);
  if (problems.some(({ severity }) => severity === 'error')) return { engine: undefined, model, problems };
  return { engine: new CompiledEngine(compiledRules(loaded), selection), model, problems };
}

/** The rules of loaded files that can be asked, in the order of definition. */
export function compiledRules({ compiled }: Pick<ReturnType<typeof loadFiles>, 'compiled'>): readonly CompiledRule[] {
  return [...(compiled?.rules.values() ?? [])].map(({ entry: { name, parts, context }, source, condition, output }) => {
    const { desc, priority, tags, enabled } = parts;
    const file = context.source.name;
    const { line } = context.source.place(context.at);
    return { info: { name, desc, source, priority, tags: [...tags].sort(compareBytes), enabled, file, line }, condition, output };
  });
}

/**
 * Compiles one condition outside a rule.
 *
 * @returns its sources are those whose fields it uses; or the words of what is wrong with it.
 */
export function compileCondition(text: string): CompiledCondition | { readonly error: string } {
  const tests = new Map<EventSource, Compiled>();
  const errors: string[] = [];
  for (const source of EVENT_SOURCES) {
    const scope = { field: (name: string): FieldSpec | undefined => FIELDS[source].get(name), macro: (): undefined => undefined };
    const compiled = attempt(ConditionError, () => compile(parseCondition(text), scope));
    if (compiled.ok) tests.set(source, compiled.value);
    else errors.push(`${compiled.error.message} (at character ${compiled.error.offset + 1} of the condition)`);
  }
  const [error] = errors;
  if (error !== undefined && errors.length === EVENT_SOURCES.length) return { error };
  return { sources: [...tests.keys()], matches: (context) => tests.get(context.event.source)?.test(fieldEvent(context)) === true };
}
