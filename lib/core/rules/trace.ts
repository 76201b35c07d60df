/** Why a condition is true or false for one event: the checks that decided, with what their fields held. */
import type { Ast, Check, Left, Span } from './ast.ts';
import { compileCheck } from './compile.ts';
import type { FieldEvent, FieldSpec, FieldValue } from './fields/field.ts';
import { sourceOf } from './operand.ts';
import { ConditionError } from './parser.ts';
import { printLeft } from './print.ts';

/** A condition and the text that it was parsed from. */
export interface TracedCondition {
  readonly ast: Ast;
  readonly text: string;
}

/** What the names in a condition stand for. */
export interface TraceScope {
  field(name: string): FieldSpec | undefined;
  macro(name: string): TracedCondition | undefined;
}

/** A field, or a transformer over fields, and its value; undefined: absent. */
export interface TracedValue {
  /** As it is written in a condition. */
  readonly name: string;
  readonly value: FieldValue;
}

/** One check that took part in the decision. */
export interface TraceStep {
  /** The check as it stands in its text. */
  readonly check: string;
  /** Where in its text: the innermost macro's, or the condition's when there is none. */
  readonly span: Span;
  /** Macros round the check, from outside in. */
  readonly macros: readonly string[];
  /** Whether the check holds by itself. */
  readonly holds: boolean;
  /** Whether the condition asks for the opposite: the check stands under an odd number of `not`. */
  readonly isNegated: boolean;
  /** Left side, then the right side if it is a field too, then each field inside a transformer. */
  readonly values: readonly TracedValue[];
}

/** The answer of a condition, and why. */
export interface Trace {
  readonly result: boolean;
  /**
   * For `and` that is false: its first part that is false; for one that is true: all its parts. For `or` the other way round.
   * In the order of the text.
   */
  readonly because: readonly TraceStep[];
}

/** Decides a condition for one event and says why. @throws ConditionError when it does not compile. */
export function trace(condition: TracedCondition, scope: TraceScope, event: FieldEvent): Trace {
  return tracer(condition, scope)(event);
}

/** The same for many events: the condition is compiled once. @throws ConditionError when it does not compile. */
export function tracer(condition: TracedCondition, scope: TraceScope): (event: FieldEvent) => Trace {
  return tracerOf(condition.ast, { scope, text: condition.text, macros: [], isNegated: false });
}

interface Place {
  readonly scope: TraceScope;
  readonly text: string;
  readonly macros: readonly string[];
  readonly isNegated: boolean;
}

function tracerOf(ast: Ast, place: Place): (event: FieldEvent) => Trace {
  switch (ast.kind) {
    case 'and':
    case 'or':
      return chain(
        ast.kind === 'or',
        ast.parts.map((part) => tracerOf(part, place)),
      );
    case 'not': {
      const inner = tracerOf(ast.part, { ...place, isNegated: !place.isNegated });
      return (event) => {
        const { result, because } = inner(event);
        return { result: !result, because };
      };
    }
    case 'macro': {
      const macro = place.scope.macro(ast.name);
      if (macro === undefined) throw new ConditionError(`Undefined macro '${ast.name}' used in filter.`, ast.start);
      return tracerOf(macro.ast, { ...place, text: macro.text, macros: [...place.macros, ast.name] });
    }
    case 'check':
      return stepOf(ast, place);
  }
}

/** One part that is decisive decides alone; without one all parts do. */
function chain(decisive: boolean, parts: readonly ((event: FieldEvent) => Trace)[]): (event: FieldEvent) => Trace {
  return (event) => {
    const steps: TraceStep[] = [];
    for (const part of parts) {
      const traced = part(event);
      if (traced.result === decisive) return traced;
      steps.push(...traced.because);
    }
    return { result: !decisive, because: steps };
  };
}

function stepOf(check: Check, { scope, text, macros, isNegated }: Place): (event: FieldEvent) => Trace {
  const { test } = compileCheck(check, scope);
  const sides: readonly Left[] = check.right.kind === 'operand' ? [check.left, check.right.operand] : [check.left];
  const sources = sides.map((side) => ({ name: printLeft(side), source: sourceOf(side, (name) => scope.field(name)), side }));
  const inside = sources.filter(({ side }) => side.kind === 'call').flatMap(({ source }) => source.fields);
  const fixed = { check: text.slice(check.start, check.end).trimEnd(), span: { start: check.start, end: check.end }, macros, isNegated };
  return (event) => {
    const result = test(event);
    const values = [
      ...sources.map(({ name, source }) => ({ name, value: source.read(event) })),
      ...inside.map(({ key, spec, argument }) => ({ name: key, value: spec.read(event, argument) })),
    ];
    return { result, because: [{ ...fixed, holds: result, values }] };
  };
}
