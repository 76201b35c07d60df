import type { EventSource } from '../../model/raw-record.ts';
import type { Ast, Check, Left } from '../ast.ts';
import { FIELDS } from '../field-table.ts';
import type { FieldSpec } from '../fields/field.ts';
import type { RuleFile } from '../load-rules.ts';
import type { LoadedCondition, LoadedList, LoadedMacro, LoadedRule, Place, RuleModel } from '../loader/model.ts';
import { parseCondition } from '../parser.ts';
import { conjunction } from './conjunction.ts';
import { placeInText } from './place.ts';

/** The condition of a rule or macro as it is looked at. */
export interface LintCondition {
  /** `rule 'Shell in a pod'`. */
  readonly item: string;
  /** The text that the tree's places count in; the names of lists stand in it. */
  readonly text: string;
  readonly ast: Ast;
  /** Every check of the tree, each with whether an odd number of `not` stands before it. */
  readonly checks: readonly PlacedCheck[];
  /** As it was loaded. */
  readonly loaded: LoadedCondition;
  /** The checks of the tree that is evaluated: with the items of lists, and of a rule with its exceptions. */
  readonly evaluated: readonly PlacedCheck[];
  /** Undefined for a macro and for a rule of a source that is not read. */
  readonly source: EventSource | undefined;
  place(offset: number): Place;
}

/** A check and what stands round it. */
export interface PlacedCheck {
  readonly check: Check;
  readonly negated: boolean;
  /** Checks that must hold too wherever this one matters: those joined to it, or to what it stands in, with `and`. */
  readonly beside: readonly Check[];
}

/** A rule of a source that is read. */
export interface LintRule {
  readonly rule: LoadedRule;
  readonly source: EventSource;
  readonly condition: LintCondition;
  /** The tree as it is evaluated: with the items of lists, and with the exceptions. */
  readonly evaluated: Ast;
}

/** Everything that is loaded, prepared for the checks. */
export interface LintSubject {
  readonly model: RuleModel;
  readonly conditions: readonly LintCondition[];
  /** Rules that have a condition, in definition order. */
  readonly rules: readonly LintRule[];
  readonly lists: ReadonlyMap<string, LoadedList>;
  readonly macros: ReadonlyMap<string, LoadedMacro>;
  readonly ruleMatching: 'all' | 'first';
}

/** Prepares what is loaded for the checks. */
export function lintSubject(model: RuleModel, files: readonly RuleFile[], ruleMatching: 'all' | 'first'): LintSubject {
  const context: Context = {
    texts: new Map(files.map(({ name, text }) => [name, text])),
    macros: new Map(model.macros.map((macro) => [macro.name, macro])),
  };
  const rules = model.rules.flatMap((rule) => {
    const { condition } = rule;
    const source = sourceOf(rule.source);
    if (condition === undefined || source === undefined) return [];
    return [{ rule, source, condition: conditionOf(`rule '${rule.name}'`, condition, source, context), evaluated: condition.ast }];
  });
  // a macro over fields of a source that is not read is not looked at, as its rules are not
  const macros = model.macros
    .map(({ name, condition }) => conditionOf(`macro '${name}'`, condition, undefined, context))
    .filter(({ checks }) => checks.every(({ check }) => isKnown(check)));
  return {
    model,
    conditions: [...rules.map(({ condition }) => condition), ...macros],
    rules,
    lists: new Map(model.lists.map((list) => [list.name, list])),
    macros: context.macros,
    ruleMatching,
  };
}

function sourceOf(source: string): EventSource | undefined {
  return source === 'aws_cloudtrail' || source === 'k8s_audit' ? source : undefined;
}

/** What conditions are prepared with. */
interface Context {
  readonly texts: ReadonlyMap<string, string>;
  readonly macros: ReadonlyMap<string, LoadedMacro>;
}

function isKnown({ left }: Check): boolean {
  const field = fieldOf(left);
  return field === undefined || specOf(field) !== undefined;
}

function conditionOf(item: string, condition: LoadedCondition, source: EventSource | undefined, { texts, macros }: Context): LintCondition {
  const { text, ast, place } = asWritten(condition);
  const fileText = texts.get(condition.place.file) ?? '';
  return {
    item,
    text,
    ast,
    source,
    checks: checksOf(ast, false, [], macros),
    loaded: condition,
    evaluated: checksOf(condition.ast, false, [], macros),
    place: (offset) => (place === undefined ? condition.place : placeInText(fileText, place, text, offset)),
  };
}

/** As written the names of lists still stand in it; a list may hold what only parses once it is put in (an operator, say). */
function asWritten({ text, expanded, ast, place }: LoadedCondition): { text: string; ast: Ast; place: Place | undefined } {
  try {
    return { text, ast: parseCondition(text), place };
  } catch {
    return { text: expanded, ast, place: undefined };
  }
}

function checksOf(ast: Ast, negated: boolean, beside: readonly Check[], macros: ReadonlyMap<string, LoadedMacro>): readonly PlacedCheck[] {
  switch (ast.kind) {
    case 'check':
      return [{ check: ast, negated, beside }];
    case 'macro':
      return [];
    case 'not':
      return checksOf(ast.part, !negated, beside, macros);
    case 'or':
      return ast.parts.flatMap((part) => checksOf(part, negated, beside, macros));
    case 'and':
      return ast.parts.flatMap((part) => {
        // what is joined with `and` inside a `not` need not hold
        const others = negated ? [] : ast.parts.filter((other) => other !== part).flatMap((other) => conjunction(other, macros));
        return checksOf(part, negated, [...beside, ...others.filter((other) => other.kind === 'check')], macros);
      });
  }
}

/** The field a left side reads, without what is done to it. */
export function fieldOf(left: Left): string | undefined {
  if (left.kind === 'field') return left.name;
  const inner = left.args.find((arg) => arg.kind === 'field' || arg.kind === 'call');
  return inner === undefined ? undefined : fieldOf(inner);
}

/** The field of this name, whatever its source: names are unique. */
export function specOf(name: string): FieldSpec | undefined {
  return FIELDS.aws_cloudtrail.get(name) ?? FIELDS.k8s_audit.get(name);
}

/** The texts a check compares with; none when it compares with a field or with nothing. */
export function valuesOf({ right }: Check): readonly string[] {
  if (right.kind === 'value') return [right.value];
  return right.kind === 'values' ? right.values : [];
}

/** The same with the items of the lists that are named. */
export function resolvedValues(check: Check, lists: ReadonlyMap<string, LoadedList>): readonly string[] {
  return valuesOf(check).flatMap((value) => lists.get(value)?.expanded ?? [value]);
}
