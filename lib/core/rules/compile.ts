/** A condition's tree as closures: one that decides, and one that decides as far as is known (three-valued). */
import type { Ast, Check } from './ast.ts';
import { againstConstants, againstSource, checkOperator } from './comparison.ts';
import type { Knowledge } from './engine.ts';
import type { FieldEvent, FieldSpec } from './fields/field.ts';
import { allNeeds, anyNeeds, type Needs, needsOf, noNeeds } from './needs.ts';
import { type Source, sourceOf } from './operand.ts';
import { ConditionError } from './parser.ts';
import { OperatorError } from './resolve-field.ts';

/** A compiled condition. */
export interface Compiled {
  test(event: FieldEvent): boolean;
  /** True or false for every event of which this is known; undefined: it depends on what is not known. */
  may(know: (field: string) => Knowledge): boolean | undefined;
  /** What must hold for the condition to be true. */
  readonly needs: Needs;
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
      return all(ast.parts.map((part) => compile(part, scope)));
    case 'or':
      return any(ast.parts.map((part) => compile(part, scope)));
    case 'not':
      return negated(compile(ast.part, scope));
    case 'macro': {
      const found = scope.macro(ast.name);
      if (found === undefined) throw new ConditionError(`Undefined macro '${ast.name}' used in filter.`, ast.start);
      return found;
    }
    case 'check':
      return compileCheck(ast, scope);
  }
}

function negated({ test, may }: Compiled): Compiled {
  return {
    test: (event) => !test(event),
    may: (know) => {
      const answer = may(know);
      return answer === undefined ? undefined : !answer;
    },
    needs: noNeeds,
  };
}

/** `and` ends at the first false; what is not known leaves the answer open unless another part decides. */
function all(parts: readonly Compiled[]): Compiled {
  const tests = parts.map(({ test }) => test);
  return {
    test: (event) => {
      for (const test of tests) if (!test(event)) return false;
      return true;
    },
    may: (know) => {
      const answers = parts.map(({ may }) => may(know));
      return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
    },
    needs: allNeeds(parts.map(({ needs }) => needs)),
  };
}

/** `or` ends at the first true. */
function any(parts: readonly Compiled[]): Compiled {
  const tests = parts.map(({ test }) => test);
  return {
    test: (event) => {
      for (const test of tests) if (test(event)) return true;
      return false;
    },
    may: (know) => {
      const answers = parts.map(({ may }) => may(know));
      return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
    },
    needs: anyNeeds(parts.map(({ needs }) => needs)),
  };
}

/** A check that is compiled; an absent value makes every check false, and only `not` makes that true. */
export function compileCheck(check: Check, { field }: Pick<Scope, 'field'>): Compiled {
  try {
    const left = sourceOf(check.left, field);
    checkOperator(check.operator, left);
    const { right } = check;
    if (right.kind === 'operand') return betweenSources(check.operator, left, sourceOf(right.operand, field));
    const matches = againstConstants(check.operator, right, left);
    return {
      test: (event) => {
        const value = left.read(event);
        return value !== undefined && matches(value);
      },
      may: (know) => {
        const known = left.known(know);
        return known && known.value !== undefined ? matches(known.value) : known && false;
      },
      // The value of a list or a number is no one text.
      needs: left.engineType === 'CHARBUF' && !left.isList ? needsOf(check) : noNeeds,
    };
  } catch (cause) {
    if (!(cause instanceof OperatorError)) throw cause;
    throw new ConditionError(cause.message, check.start);
  }
}

function betweenSources(operator: string, left: Source, right: Source): Compiled {
  const matches = againstSource(operator, left, right);
  return {
    test: (event) => {
      const value = left.read(event);
      const other = right.read(event);
      return value !== undefined && other !== undefined && matches(value, other);
    },
    may: (know) => {
      const [known, other] = [left.known(know), right.known(know)];
      if (known === undefined || other === undefined) return undefined;
      return known.value !== undefined && other.value !== undefined && matches(known.value, other.value);
    },
    needs: noNeeds,
  };
}
