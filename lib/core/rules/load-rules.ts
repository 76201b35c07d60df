import type { EventSource } from '../model/raw-record.ts';
import { type Collection, collect, emptyCollection, type Place, type RuleItem, type RuleProblem } from './collect.ts';
import { type Compiled, compile, type Scope } from './compile.ts';
import type { CompiledCondition, RuleEngine } from './engine.ts';
import { fieldEvent } from './field-event.ts';
import { FIELDS } from './field-table.ts';
import { compileOutput } from './format-output.ts';
import { putListsIn } from './lists.ts';
import type { RuleModel } from './loader/model.ts';
import { ConditionError, parseCondition } from './parser.ts';
import { CompiledEngine, type CompiledRule, type Selection } from './rule-engine.ts';

/** A rule file's name, as messages show it, and its text. */
export interface RuleFile {
  readonly name: string;
  readonly text: string;
}

/** What came of loading: an engine when there is no error, and all problems in the order of the files. */
export interface LoadedRules {
  readonly engine: RuleEngine | undefined;
  /** What the files define; as far as it goes when there are errors. */
  readonly model: RuleModel;
  readonly problems: readonly RuleProblem[];
}

const SOURCES: readonly EventSource[] = ['aws_cloudtrail', 'k8s_audit'];

/** Loads rule files in order; a later definition of a rule, macro or list replaces an earlier one in its place. */
export function loadRules(files: readonly RuleFile[], selection: Selection): LoadedRules {
  const collection = emptyCollection();
  for (const { name, text } of files) collect(collection, name, text);
  const rules = [...collection.rules.values()].flatMap((rule) => compileRule(rule, collection));
  const { problems } = collection;
  const hasError = problems.some(({ severity }) => severity === 'error');
  return { engine: hasError ? undefined : new CompiledEngine(rules, selection), model: { rules: [], macros: [], lists: [] }, problems };
}

/**
 * Compiles one condition outside a rule.
 *
 * @returns its sources are those whose fields it uses; or the words of what is wrong with it.
 */
export function compileCondition(text: string): CompiledCondition | { readonly error: string } {
  const tests = new Map<EventSource, Compiled>();
  const errors: string[] = [];
  for (const source of SOURCES) {
    try {
      tests.set(source, compile(parseCondition(text), { field: (name) => FIELDS[source].get(name), macro: () => undefined }));
    } catch (cause) {
      errors.push(wordsOf(cause));
    }
  }
  const [error] = errors;
  if (error !== undefined && errors.length === SOURCES.length) return { error };
  return { sources: [...tests.keys()], matches: (context) => tests.get(context.event.source)?.test(fieldEvent(context)) === true };
}

function compileRule(rule: RuleItem, { lists, macros, problems }: Collection): readonly CompiledRule[] {
  const { source } = rule;
  if (source !== 'aws_cloudtrail' && source !== 'k8s_audit') {
    problems.push({ severity: 'warning', ...rule.place, message: `rule '${rule.name}': Unknown source ${source}, skipping` });
    return [];
  }
  const fail = (place: Place, what: string): readonly CompiledRule[] => {
    problems.push({ severity: 'error', ...place, message: `rule '${rule.name}': ${what}` });
    return [];
  };
  const field: Scope['field'] = (name) => FIELDS[source].get(name);
  const output = compileOutput(rule.output, field);
  if (typeof output === 'string') return fail(rule.place, output);
  try {
    const condition = compile(parseCondition(putListsIn(rule.condition, lists)), macroScope(field, macros, lists, []));
    const { name, desc, priority, tags, enabled, place } = rule;
    return [{ info: { name, desc, source, priority, tags, enabled, file: place.file, line: place.line }, condition, output }];
  } catch (cause) {
    return fail(rule.place, wordsOf(cause));
  }
}

function macroScope(field: Scope['field'], macros: Collection['macros'], lists: Collection['lists'], path: readonly string[]): Scope {
  return {
    field,
    macro: (name) => {
      const found = macros.get(name);
      if (found === undefined) return undefined;
      if (path.includes(name)) throw new ConditionError(`reference loop in macro '${name}'`, 0);
      return compile(parseCondition(putListsIn(found.condition, lists)), macroScope(field, macros, lists, [...path, name]));
    },
  };
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof ConditionError)) throw cause;
  return `${cause.message} (at character ${cause.offset + 1} of the condition)`;
}
