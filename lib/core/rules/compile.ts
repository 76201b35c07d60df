/** A condition's tree as closures: one that decides, and one that decides as far as is known (three-valued). */
import { asciiLower, asciiUpper, OperatorError, testOf } from './comparison.ts';
import type { Knowledge } from './engine.ts';
import type { FieldEvent, FieldSpec, FieldValue } from './fields/field.ts';
import { type Ast, ConditionError, type Left, type Right } from './parser.ts';

/** A compiled condition. */
export interface Compiled {
  test(event: FieldEvent): boolean;
  /** True or false for every event of which this is known; undefined: it depends on what is not known. */
  may(know: (field: string) => Knowledge): boolean | undefined;
}

/** What the names in a condition stand for. */
export interface Scope {
  field(name: string): FieldSpec | undefined;
  /** The condition of a macro, compiled; undefined when there is none of that name. */
  macro(name: string): Compiled | undefined;
}

/** Compiles a tree. @throws ConditionError */
export function compile(ast: Ast, scope: Scope): Compiled {
  switch (ast.kind) {
    case 'and':
    case 'or':
      return chain(
        ast.kind === 'or',
        ast.parts.map((part) => compile(part, scope)),
      );
    case 'not':
      return negated(compile(ast.part, scope));
    case 'macro': {
      const found = scope.macro(ast.name);
      if (found === undefined) throw new ConditionError(`Undefined macro '${ast.name}' used in filter.`, ast.start);
      return found;
    }
    case 'check':
      return check(ast, scope);
  }
}

function negated({ test, may }: Compiled): Compiled {
  return {
    test: (event) => !test(event),
    may: (know) => {
      const answer = may(know);
      return answer === undefined ? undefined : !answer;
    },
  };
}

/** `and` ends at the first false, `or` at the first true; what is not known leaves the answer open unless another part decides. */
function chain(decisive: boolean, parts: readonly Compiled[]): Compiled {
  return {
    test: decisive ? (event) => parts.some(({ test }) => test(event)) : (event) => parts.every(({ test }) => test(event)),
    may: (know) => {
      const answers = parts.map(({ may }) => may(know));
      return answers.includes(decisive) ? decisive : answers.includes(undefined) ? undefined : !decisive;
    },
  };
}

type Matches = (value: Exclude<FieldValue, undefined>) => boolean;

/** An absent field makes every check false; only `not` makes that true. */
function check(ast: Extract<Ast, { kind: 'check' }>, scope: Scope): Compiled {
  const { left, right } = ast;
  try {
    const read = reader(left, scope);
    if (right.kind === 'operand') return compareFields(ast.operator, read, reader(right.operand, scope));
    const matches = comparison(ast.operator, right);
    const name = left.kind === 'field' && left.arg === undefined ? left.name : undefined;
    return {
      test: (event) => {
        const value = read(event);
        return value !== undefined && matches(value);
      },
      may: (know) => {
        const knowledge = name === undefined ? { known: false as const } : know(name);
        if (!knowledge.known) return undefined;
        return knowledge.value !== undefined && matches(knowledge.value);
      },
    };
  } catch (cause) {
    if (!(cause instanceof OperatorError)) throw cause;
    throw new ConditionError(cause.message, ast.start);
  }
}

type Read = (event: FieldEvent) => FieldValue;

function compareFields(operator: string, left: Read, right: Read): Compiled {
  testOf(operator, ''); // says at once when the operator takes no field
  return {
    test: (event) => {
      const value = left(event);
      const other = right(event);
      return typeof value === 'string' && typeof other === 'string' && testOf(operator, other)(value);
    },
    may: () => undefined,
  };
}

const CHANGES: Readonly<Record<string, (text: string) => string>> = {
  tolower: asciiLower,
  toupper: asciiUpper,
  basename: (text) => text.slice(text.lastIndexOf('/') + 1),
};

function reader(left: Left, scope: Scope): Read {
  if (left.kind === 'field') {
    const spec = scope.field(left.name);
    if (spec === undefined) throw new OperatorError(`filter_check called with nonexistent field ${left.name}`);
    if (spec.argument === 'none' && left.arg !== undefined) {
      throw new OperatorError(`${left.name} does not allow nor require an argument but one is provided: ${left.arg}`);
    }
    if (spec.argument === 'key' && left.arg === undefined) throw new OperatorError(`${left.name} requires an argument but none provided`);
    const argument = left.arg ?? '';
    return (event) => spec.read(event, argument);
  }
  const change = Object.hasOwn(CHANGES, left.name) ? CHANGES[left.name] : undefined;
  const [inner] = left.args;
  if (change === undefined || left.args.length !== 1 || inner === undefined || (inner.kind !== 'field' && inner.kind !== 'call')) {
    throw new OperatorError(
      `the transformer '${left.name}' is not supported in this version; tolower, toupper and basename of a field are`,
    );
  }
  const read = reader(inner, scope);
  return (event) => {
    const value = read(event);
    return typeof value === 'string' ? change(value) : value?.map(change);
  };
}

function comparison(operator: string, right: Exclude<Right, { kind: 'operand' }>): Matches {
  if (right.kind === 'none') return (value) => value.length > 0 || typeof value === 'string';
  if (right.kind === 'value') {
    const test = testOf(operator, right.value);
    return (value) => typeof value === 'string' && test(value);
  }
  const { modifier, values } = right;
  if (modifier !== undefined)
    return modified(
      modifier,
      values.map((value) => testOf(operator, value)),
    );
  if (operator === 'pmatch')
    return modified(
      'anyof',
      values.map((value) => testOf(operator, value)),
    );
  return inSet(operator === 'in', new Set(values));
}

function modified(modifier: string, tests: readonly ((value: string) => boolean)[]): Matches {
  return (value) => {
    if (typeof value !== 'string') return false;
    const hits = tests.filter((test) => test(value)).length;
    if (modifier === 'oneof') return hits === 1;
    return modifier === 'anyof' ? hits > 0 : hits > 0 && hits === tests.length;
  };
}

/** On a list, `in` wants all elements in the set, `intersects` at least one; a list without elements is absent. */
function inSet(wantsAll: boolean, set: ReadonlySet<string>): Matches {
  return (value) => {
    if (typeof value === 'string') return set.has(value);
    return wantsAll ? value.length > 0 && value.every((item) => set.has(item)) : value.some((item) => set.has(item));
  };
}
