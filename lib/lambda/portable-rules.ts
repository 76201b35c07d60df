/**
 * Loaded rules as plain JSON, made at synth and read at cold start. A function then needs neither the YAML parser nor the loader,
 * which are half of its bundle (230 of 490 KB) and of the time to its first event; what was loaded and checked at synth by the
 * same code cannot be wrong later. Only conditions of the source at hand are compiled, and only when its first event comes.
 */

import { DriftwireError } from '../core/errors.ts';
import type { EventSource } from '../core/model/raw-record.ts';
import type { Ast } from '../core/rules/ast.ts';
import { type Compiled, compile, type Scope } from '../core/rules/compile.ts';
import type { CompiledCondition, EventContext, Knowledge, RuleEngine, RuleFailure, RuleInfo, RuleMatch } from '../core/rules/engine.ts';
import { fieldEvent } from '../core/rules/field-event.ts';
import { FIELDS } from '../core/rules/field-table.ts';
import { type CompiledOutput, compileOutput } from '../core/rules/format-output.ts';
import type { RuleModel } from '../core/rules/loader/model.ts';
import type { Needs } from '../core/rules/needs.ts';
import { CompiledEngine, type CompiledRule } from '../core/rules/rule-engine.ts';
import { isSelected, type Selection } from '../core/rules/selection.ts';

/** One rule that can be asked. */
export interface PortableRule {
  readonly info: RuleInfo;
  readonly condition: Ast;
  readonly output: string;
}

/** Everything that rules need at run time. */
export interface PortableRules {
  /** Those that run, in the order of definition. */
  readonly rules: readonly PortableRule[];
  /** Conditions of macros by name. */
  readonly macros: readonly (readonly [name: string, condition: Ast])[];
  readonly selection: Selection;
}

/** One `ignore:` entry; see `CompiledIgnore`. */
export interface PortableIgnore {
  readonly name: string;
  readonly endsMs?: number;
  readonly sources: readonly EventSource[];
  readonly condition: Ast;
}

/** What a model that was loaded without an error comes to. */
export function portableRules({ rules, macros }: RuleModel, infos: readonly RuleInfo[], selection: Selection): PortableRules {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  return {
    rules: infos.flatMap((info): readonly PortableRule[] => {
      const rule = byName.get(info.name);
      if (rule?.condition === undefined || !rule.runs) return [];
      // The name alone: the folder is that of whoever deploys, and a bundle is the same wherever it is made.
      const file = info.file.replace(/^.*[\\/]/, '');
      return [{ info: { ...info, file }, condition: rule.condition.ast, output: rule.output }];
    }),
    macros: macros.map(({ name, condition }) => [name, condition.ast]),
    selection,
  };
}

/** An engine of such rules. */
export function portableEngine({ rules, macros, selection }: PortableRules): RuleEngine {
  return new PortableEngine(rules, new Map(macros), selection);
}

/** Compiles the rules of a source when they are first asked. */
class PortableEngine implements RuleEngine {
  readonly rules: readonly RuleInfo[];
  readonly #rules: readonly PortableRule[];
  readonly #macros: ReadonlyMap<string, Ast>;
  readonly #selection: Selection;
  readonly #engines = new Map<EventSource, CompiledEngine>();

  constructor(rules: readonly PortableRule[], macros: ReadonlyMap<string, Ast>, selection: Selection) {
    this.rules = rules.map(({ info }) => ({ ...info, enabled: isSelected(info, selection) }));
    this.#rules = rules;
    this.#macros = macros;
    this.#selection = selection;
  }

  match(context: EventContext, onFailure: (failure: RuleFailure) => void): readonly RuleMatch[] {
    return this.#of(context.event.source).match(context, onFailure);
  }

  mayMatch(source: EventSource, know: (field: string) => Knowledge): boolean {
    return this.#of(source).mayMatch(source, know);
  }

  needs(source: EventSource, know: (field: string) => Knowledge): readonly Needs[] {
    return this.#of(source).needs(source, know);
  }

  #of(source: EventSource): CompiledEngine {
    const before = this.#engines.get(source);
    if (before !== undefined) return before;
    const scope = scopeOf(source, this.#macros);
    const rules = this.#rules
      .filter(({ info }) => info.source === source)
      .map(
        ({ info, condition, output }): CompiledRule => ({
          info,
          condition: compile(condition, scope),
          output: lateOutput(output, source),
        }),
      );
    const engine = new CompiledEngine(rules, this.#selection);
    this.#engines.set(source, engine);
    return engine;
  }
}

/** Compiles an `ignore:` condition when it is first asked. */
export function portableCondition({ sources, condition }: PortableIgnore): CompiledCondition {
  const tests = new Map<EventSource, Compiled>();
  return {
    sources,
    matches: (context) => {
      const { source } = context.event;
      const compiled = tests.get(source) ?? compile(condition, scopeOf(source, new Map()));
      tests.set(source, compiled);
      return compiled.test(fieldEvent(context));
    },
  };
}

/** The fields of a source, and macros that are compiled once. */
function scopeOf(source: EventSource, macros: ReadonlyMap<string, Ast>): Scope {
  const compiled = new Map<string, Compiled>();
  const scope: Scope = {
    field: (name) => FIELDS[source].get(name),
    macro: (name) => {
      const before = compiled.get(name);
      const ast = macros.get(name);
      if (before !== undefined || ast === undefined) return before;
      const made = compile(ast, scope);
      compiled.set(name, made);
      return made;
    },
  };
  return scope;
}

/** An output text is compiled when its rule first matches: looking for the fields in it takes longer than the condition. */
function lateOutput(text: string, source: EventSource): CompiledOutput {
  let made: CompiledOutput | undefined;
  const output = (): CompiledOutput => {
    made ??= compiledOutput(text, source);
    return made;
  };
  return {
    message: (event) => output().message(event),
    fields: (event) => output().fields(event),
    get uses() {
      return output().uses;
    },
  };
}

function compiledOutput(text: string, source: EventSource): CompiledOutput {
  const compiled = compileOutput(text, (name) => FIELDS[source].get(name));
  if (typeof compiled === 'string') throw new DriftwireError('DW_RULES_INVALID', compiled);
  return compiled;
}
