/** A condition's tree as closures: one that decides, and one that decides as far as is known (three-valued). */
import { RE2JS } from 're2js';
import type { Knowledge } from '../rules/engine.ts';
import type { FieldEvent, FieldSpec, FieldValue } from './fields/field.ts';
import { fnmatch } from './fnmatch.ts';
import { type Ast, ConditionError, type Left, type Right } from './parser.ts';
import { pathPrefix } from './path-prefix.ts';

/** true, false, or undefined: not known. */
export type Partial3 = boolean | undefined;
export interface Compiled {
  readonly test: (event: FieldEvent) => boolean;
  readonly may: (know: (field: string) => Knowledge) => Partial3;
}
/** What a condition is compiled against. */
export interface Scope {
  field(name: string): FieldSpec | undefined;
  /** The tree a macro's name stands for. */
  macro(name: string): Compiled | undefined;
}

/** Compiles a tree. @throws ConditionError */
export function compile(ast: Ast, scope: Scope): Compiled {
  switch (ast.kind) {
    case 'and':
    case 'or':
      return chain(
        ast.kind,
        ast.parts.map((part) => compile(part, scope)),
      );
    case 'not': {
      const { test, may } = compile(ast.part, scope);
      return {
        test: (event) => !test(event),
        may: (know) => {
          const answer = may(know);
          return answer === undefined ? undefined : !answer;
        },
      };
    }
    case 'macro': {
      const found = scope.macro(ast.name);
      if (found === undefined) throw new ConditionError(`Undefined macro '${ast.name}' used in filter.`, ast.start);
      return found;
    }
    case 'check':
      return check(ast, scope);
  }
}

function chain(kind: 'and' | 'or', parts: readonly Compiled[]): Compiled {
  const decisive = kind === 'or';
  return {
    test: decisive ? (event) => parts.some(({ test }) => test(event)) : (event) => parts.every(({ test }) => test(event)),
    may: (know) => {
      let answer: Partial3 = !decisive;
      for (const { may } of parts) {
        const part = may(know);
        if (part === decisive) return decisive;
        if (part === undefined) answer = undefined;
      }
      return answer;
    },
  };
}

type Read = (event: FieldEvent) => FieldValue;

function check(ast: Extract<Ast, { kind: 'check' }>, scope: Scope): Compiled {
  const { left, operator, right } = ast;
  const read = operand(left, scope, ast.start);
  const matches = comparison(operator, right, scope, ast.start);
  const plain = left.kind === 'field' && left.arg === undefined && right.kind !== 'operand' ? left.name : undefined;
  return {
    test: (event) => {
      const value = read(event);
      return value !== undefined && matches(value, event);
    },
    may: (know) => {
      if (plain === undefined) return undefined;
      const knowledge = know(plain);
      if (!knowledge.known) return undefined;
      return knowledge.value !== undefined && matches(knowledge.value, undefined);
    },
  };
}

function operand(left: Left, scope: Scope, offset: number): Read {
  if (left.kind === 'field') {
    const spec = scope.field(left.name);
    if (spec === undefined) throw new ConditionError(`filter_check called with nonexistent field ${left.name}`, offset);
    const argument = left.arg ?? '';
    return (event) => spec.read(event, argument);
  }
  const inner = left.args[0];
  if (inner === undefined || (inner.kind !== 'field' && inner.kind !== 'call'))
    throw new ConditionError(`unknown field transfomer '${left.name}'`, offset);
  const read = operand(inner, scope, offset);
  const change = CHANGES[left.name];
  if (change === undefined) throw new ConditionError(`unknown field transfomer '${left.name}'`, offset);
  return (event) => {
    const value = read(event);
    return typeof value === 'string' ? change(value) : Array.isArray(value) ? value.map(change) : value;
  };
}

const lower = (text: string): string => text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
const upper = (text: string): string => text.replace(/[a-z]+/g, (run) => run.toUpperCase());
const CHANGES: Readonly<Record<string, (text: string) => string>> = {
  tolower: lower,
  toupper: upper,
  basename: (text) => text.slice(text.lastIndexOf('/') + 1),
};

type Matches = (value: Exclude<FieldValue, undefined>, event: FieldEvent | undefined) => boolean;

function comparison(operator: string, right: Right, scope: Scope, offset: number): Matches {
  if (operator === 'exists') return (value) => !Array.isArray(value) || value.length > 0;
  if (right.kind === 'operand') {
    const read = operand(right.operand, scope, offset);
    return (value, event) => {
      const other = event === undefined ? undefined : read(event);
      return typeof other === 'string' && typeof value === 'string' && one(operator, other, offset)(value);
    };
  }
  if (right.kind === 'values') return many(operator, right.modifier, right.values, offset);
  const test = one(operator, right.kind === 'value' ? right.value : '', offset);
  return (value) => test(typeof value === 'bigint' ? String(value) : typeof value === 'string' ? value : value.join(','));
}

function many(operator: string, modifier: string | undefined, values: readonly string[], offset: number): Matches {
  if (modifier !== undefined) {
    const tests = values.map((value) => one(operator, value, offset));
    return (value) => {
      const hits = tests.filter((test) => test(String(value))).length;
      return modifier === 'oneof' ? hits === 1 : modifier === 'anyof' ? hits > 0 : hits > 0 && hits === tests.length;
    };
  }
  if (operator === 'pmatch') return (value) => values.some((pattern) => pathPrefix(pattern, String(value)));
  const set = new Set(values);
  const every = operator === 'in';
  return (value) =>
    Array.isArray(value)
      ? every
        ? value.length > 0 && value.every((item) => set.has(String(item)))
        : value.some((item) => set.has(String(item)))
      : set.has(String(value));
}

function one(operator: string, wanted: string, offset: number): (value: string) => boolean {
  const folded = lower(wanted);
  switch (operator) {
    case '=':
    case '==':
      return (value) => value === wanted;
    case '!=':
      return (value) => value !== wanted;
    case '<':
      return (value) => value < wanted;
    case '<=':
      return (value) => value <= wanted;
    case '>':
      return (value) => value > wanted;
    case '>=':
      return (value) => value >= wanted;
    case 'contains':
      return (value) => value.includes(wanted);
    case 'icontains':
      return (value) => lower(value).includes(folded);
    case 'startswith':
      return (value) => value.startsWith(wanted);
    case 'endswith':
      return (value) => value.endsWith(wanted);
    case 'glob':
      return (value) => fnmatch(wanted, value);
    case 'iglob':
      return (value) => fnmatch(folded, lower(value));
    case 'regex':
      return regex(wanted, offset);
    default:
      throw new ConditionError(`filter error: '${operator}' operator not supported for string filters`, offset);
  }
}

function regex(pattern: string, offset: number): (value: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern);
    return (value) => compiled.matches(value);
  } catch (cause) {
    throw new ConditionError(`invalid regex pattern: ${cause instanceof Error ? cause.message : String(cause)}`, offset);
  }
}
