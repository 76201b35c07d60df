import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type YAMLMap } from 'yaml';
import { PRIORITIES, type Priority } from '../model/finding.ts';
import type { EventSource } from '../model/raw-record.ts';
import type { CompiledCondition, EventContext, Knowledge, RuleEngine, RuleFailure, RuleInfo, RuleMatch } from '../rules/engine.ts';
import { type Compiled, compile } from './compile.ts';
import { CT_FIELDS } from './fields/ct.ts';
import { DRIFT_FIELDS } from './fields/drift.ts';
import type { FieldEvent, FieldSpec } from './fields/field.ts';
import { JEVT_FIELDS } from './fields/jevt.ts';
import { KA_FIELDS } from './fields/ka.ts';
import { type CompiledOutput, compileOutput } from './format-output.ts';
import { parseTree } from './json/tree.ts';
import { ConditionError, parseCondition } from './parser.ts';

export interface RuleProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}
export interface LoadOptions {
  readonly minimumPriority?: Priority;
  readonly ruleMatching?: 'all' | 'first';
  readonly disable?: readonly string[];
}
interface Rule {
  readonly info: RuleInfo;
  readonly condition: Compiled;
  readonly output: CompiledOutput;
}

const table = (fields: readonly FieldSpec[]): ReadonlyMap<string, FieldSpec> => new Map(fields.map((field) => [field.name, field]));
const FIELDS: Readonly<Record<EventSource, ReadonlyMap<string, FieldSpec>>> = {
  aws_cloudtrail: table([...CT_FIELDS, ...JEVT_FIELDS, ...DRIFT_FIELDS]),
  k8s_audit: table([...KA_FIELDS, ...JEVT_FIELDS, ...DRIFT_FIELDS]),
};
const SOURCES = ['aws_cloudtrail', 'k8s_audit'] as const;

export function fieldEvent(context: EventContext): FieldEvent {
  let root: ReturnType<typeof parseTree> | null = null;
  return {
    context,
    text: context.event.record.text,
    root: () => (root === null ? (root = parseTree(context.event.record.text, 1000)) : root),
  };
}

export function compileCondition(text: string): CompiledCondition | { readonly error: string } {
  const tests = new Map<EventSource, Compiled>();
  let error = '';
  for (const source of SOURCES) {
    try {
      tests.set(source, compile(parseCondition(text), { field: (name) => FIELDS[source].get(name), macro: () => undefined }));
    } catch (cause) {
      if (!(cause instanceof ConditionError)) throw cause;
      error = `${cause.message} (at character ${cause.offset + 1})`;
    }
  }
  if (tests.size === 0) return { error };
  return { sources: [...tests.keys()], matches: (context) => tests.get(context.event.source)?.test(fieldEvent(context)) === true };
}

export function loadRules(
  files: readonly { readonly name: string; readonly text: string }[],
  options: LoadOptions,
): { readonly problems: readonly RuleProblem[]; readonly engine: RuleEngine | undefined } {
  const problems: RuleProblem[] = [];
  const lists = new Map<string, string>();
  const macros = new Map<string, string>();
  const rules = new Map<
    string,
    { readonly info: RuleInfo; readonly condition: string; readonly output: string; readonly at: (message: string) => RuleProblem }
  >();
  for (const { name: file, text } of files) {
    const lines = new LineCounter();
    for (const doc of parseAllDocuments(text, { lineCounter: lines, schema: 'failsafe', uniqueKeys: false })) {
      if ('errors' in doc && doc.errors.length > 0)
        problems.push({
          file,
          line: doc.errors[0]?.linePos?.[0].line ?? 1,
          column: 1,
          severity: 'error',
          message: doc.errors[0]?.message ?? '',
        });
      const root = 'contents' in doc ? doc.contents : null;
      if (!isSeq(root)) continue;
      for (const item of root.items) {
        if (!isMap(item)) continue;
        const map = item as YAMLMap;
        const at = (message: string): RuleProblem => {
          const pos = lines.linePos(map.range?.[0] ?? 0);
          return { file, line: pos.line, column: pos.col, severity: 'error', message };
        };
        const get = (key: string): string | undefined => {
          const value = map.get(key, true);
          return isScalar(value) ? String(value.value) : undefined;
        };
        const seq = (key: string): string[] => {
          const value = map.get(key, true);
          return isSeq(value) ? value.items.map((each) => (isScalar(each) ? String(each.value) : '')) : [];
        };
        const list = get('list');
        const macro = get('macro');
        const rule = get('rule');
        if (list !== undefined)
          lists.set(
            list,
            seq('items')
              .map((each) => (/[\s]/.test(each) && !/^["']/.test(each) ? `"${each}"` : each))
              .join(', '),
          );
        else if (macro !== undefined) macros.set(macro, get('condition') ?? '');
        else if (rule !== undefined) {
          const source = get('source') ?? 'syscall';
          if (source !== 'aws_cloudtrail' && source !== 'k8s_audit') continue;
          const priority = priorityOf(get('priority') ?? '');
          if (priority === undefined) problems.push(at('Invalid priority'));
          else
            rules.set(rule, {
              info: {
                name: rule,
                desc: (get('desc') ?? '').trim(),
                source,
                priority,
                tags: seq('tags').sort(),
                enabled: get('enabled') !== 'false',
                file,
                line: at('').line,
              },
              condition: get('condition') ?? '',
              output: get('output') ?? '',
              at,
            });
        }
      }
    }
  }
  const expand = (text: string): string => {
    let result = text;
    for (const [name, items] of lists)
      result = result.replace(
        new RegExp(`(?<=^|[\\s(),=])${name.replace(/[^\w]/g, '\\$&')}(?=$|[\\s(),=])`, 'g'),
        items.replaceAll('$', '$$$$'),
      );
    return result;
  };
  const compiled: Rule[] = [];
  for (const { info, condition, output, at } of rules.values()) {
    const field = (name: string): FieldSpec | undefined => FIELDS[info.source].get(name);
    const scope = {
      field,
      macro: (name: string): Compiled | undefined =>
        macros.has(name) ? compile(parseCondition(expand(macros.get(name) ?? '')), scope) : undefined,
    };
    try {
      const out = compileOutput(output, field);
      if (typeof out === 'string') problems.push(at(`rule '${info.name}': ${out}`));
      else compiled.push({ info, output: out, condition: compile(parseCondition(expand(condition)), scope) });
    } catch (cause) {
      if (!(cause instanceof ConditionError)) throw cause;
      problems.push(at(`rule '${info.name}': ${cause.message}`));
    }
  }
  return { problems, engine: problems.length > 0 ? undefined : new Engine(compiled, options) };
}

function priorityOf(text: string): Priority | undefined {
  const word = text.toLowerCase();
  return PRIORITIES.find((each) => each.toLowerCase() === (word === 'info' ? 'informational' : word));
}

class Engine implements RuleEngine {
  readonly rules: readonly RuleInfo[];
  readonly #active: Readonly<Record<EventSource, readonly Rule[]>>;
  readonly #first: boolean;
  constructor(rules: readonly Rule[], options: LoadOptions) {
    this.rules = rules.map(({ info }) => info);
    const worst = PRIORITIES.indexOf(options.minimumPriority ?? 'Debug');
    const on = rules.filter(
      ({ info }) => info.enabled && PRIORITIES.indexOf(info.priority) <= worst && !(options.disable ?? []).includes(info.name),
    );
    this.#active = {
      aws_cloudtrail: on.filter(({ info }) => info.source === 'aws_cloudtrail'),
      k8s_audit: on.filter(({ info }) => info.source === 'k8s_audit'),
    };
    this.#first = options.ruleMatching === 'first';
  }
  match(context: EventContext, onFailure: (failure: RuleFailure) => void): readonly RuleMatch[] {
    const event = fieldEvent(context);
    const matches: RuleMatch[] = [];
    for (const rule of this.#active[context.event.source]) {
      try {
        if (!rule.condition.test(event)) continue;
        matches.push({ rule: rule.info, message: rule.output.message(event), outputFields: rule.output.fields(event) });
        if (this.#first) break;
      } catch (cause) {
        onFailure({ rule: rule.info, error: cause instanceof Error ? cause.message : String(cause) });
      }
    }
    return matches;
  }
  mayMatch(source: EventSource, know: (field: string) => Knowledge): boolean {
    return this.#active[source].some(({ condition }) => condition.may(know) !== false);
  }
  fieldsOf(): readonly string[] {
    return [];
  }
}
