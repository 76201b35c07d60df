/** What the operators of a check mean (falcosecurity/libs 0.25 `filter_compare.cpp`, `sinsp_filtercheck.cpp`). */
import type { Right } from './ast.ts';
import { asciiLower, byteLength, compareBytes } from './bytes.ts';
import type { EngineType, FieldValue } from './fields/field.ts';
import { fnmatch } from './fnmatch.ts';
import type { Source } from './operand.ts';
import { pathPrefix } from './path-prefix.ts';
import { posixRegex } from './posix-regex.ts';
import { OperatorError } from './resolve-field.ts';

export { asciiLower, asciiUpper } from './bytes.ts';
export { OperatorError } from './resolve-field.ts';

type Scalar = string | bigint | boolean;
type Present = Exclude<FieldValue, undefined>;
type Test = (value: string) => boolean;

/** Whether a value that is there passes the check. */
export type Matches = (value: Present) => boolean;

const EQUAL = new Set(['=', '==', 'in', 'intersects']);
const LISTED = new Set(['in', 'intersects']);
const BOOLEAN = new Set(['!=', ...EQUAL]);
const NUMERIC = new Set(['<', '<=', '>', '>=', ...BOOLEAN]);
/** Longest constant, with the byte that ends it (`s_max_filter_value_buf_size`). */
const MAX_CONSTANT_BYTES = 256;
const MAX_NUMBER = 2n ** 64n - 1n;

const TEXT_TESTS: Readonly<Record<string, (wanted: string) => Test>> = {
  '=': (wanted) => (value) => value === wanted,
  '==': (wanted) => (value) => value === wanted,
  '!=': (wanted) => (value) => value !== wanted,
  '<': (wanted) => (value) => compareBytes(value, wanted) < 0,
  '<=': (wanted) => (value) => compareBytes(value, wanted) <= 0,
  '>': (wanted) => (value) => compareBytes(value, wanted) > 0,
  '>=': (wanted) => (value) => compareBytes(value, wanted) >= 0,
  contains: (wanted) => (value) => includes(value, wanted),
  icontains: (wanted) => {
    const folded = asciiLower(wanted);
    return (value) => includes(asciiLower(value), folded);
  },
  startswith: (wanted) => (value) => value.startsWith(wanted),
  endswith: (wanted) => (value) => value.endsWith(wanted),
  glob: (wanted) => fnmatch(wanted, false),
  iglob: (wanted) => fnmatch(wanted, true),
  regex: posixRegex,
  pmatch: pathPrefix,
};

/** Steps that one search may take at most; only a text that is itself taken from a long field gets there. */
const MAX_STEPS = 4_000_000_000;

function includes(value: string, wanted: string): boolean {
  if (value.length * wanted.length > MAX_STEPS) throw new RangeError('contains: both texts are too long for one another');
  return value.includes(wanted);
}

/** Says that an operator does not go with the type of what stands left of it. @throws OperatorError */
export function checkOperator(operator: string, { engineType, isList }: Pick<Source, 'engineType' | 'isList'>): void {
  if (operator === 'exists') return;
  const fail = (what: string): OperatorError =>
    new OperatorError(`filter error: '${operator === '==' ? '=' : operator}' operator not supported ${what} filters`);
  if (isList) {
    if (!LISTED.has(operator)) throw fail('list');
  } else if (engineType === 'CHARBUF') {
    if (!LISTED.has(operator) && !Object.hasOwn(TEXT_TESTS, operator)) throw fail('for string');
  } else if (!(engineType === 'BOOL' ? BOOLEAN : NUMERIC).has(operator)) throw fail('for numeric');
}

/** The test of an operator, known to go with the type, against constants. @throws OperatorError */
export function againstConstants(operator: string, right: Exclude<Right, { kind: 'operand' }>, left: Source): Matches {
  if (right.kind === 'none') return () => true;
  const { modifier, values } = right.kind === 'value' ? { modifier: undefined, values: [right.value] } : right;
  const constants = values.map((value) => constantOf(value, left.engineType));
  if (LISTED.has(operator)) return inSet(operator, new Set(constants), left);
  const tests = constants.map((constant) => scalarTest(operator, constant));
  const holds = quantifier(modifier ?? 'anyof');
  return (value) => holds(tests, value as Scalar);
}

/** The test of an operator, known to go with the type, against another field or transformer. @throws OperatorError */
export function againstSource(operator: string, left: Source, right: Source): (value: Present, other: Present) => boolean {
  if (operator === 'pmatch' || operator === 'regex') {
    throw new OperatorError(`operator '${operator.toUpperCase()}' doesn't support right-hand side fields`);
  }
  if (left.engineType !== right.engineType || left.isList !== right.isList) {
    const type = ({ engineType, isList }: Source): string => `'${engineType}${isList ? ' (list)' : ''}'`;
    throw new OperatorError(
      `field '${left.name}' has type ${type(left)} while the right-hand side field '${right.name}' has incompatible type ${type(right)}`,
    );
  }
  if (!LISTED.has(operator)) return (value, other) => scalarTest(operator, other as Scalar)(value as Scalar);
  // An end mark on one side only: no two texts are equal. Of a single text on the left upstream takes the mark off first.
  const isEver = right.hasEndMark === (left.isList && left.hasEndMark);
  return (value, other) => inSet(operator, new Set(isEver ? [other].flat() : []), { ...left, hasEndMark: false })(value);
}

/** On a list, `in` wants all elements in the set, `intersects` at least one. */
function inSet(operator: string, set: ReadonlySet<Scalar>, { isList, hasEndMark }: Pick<Source, 'isList' | 'hasEndMark'>): Matches {
  if (!isList) return (value) => set.has(value as Scalar);
  const isIn = hasEndMark ? () => false : (item: string) => set.has(item);
  return operator === 'in' ? (value) => (value as readonly string[]).every(isIn) : (value) => (value as readonly string[]).some(isIn);
}

type ScalarTest = (value: Scalar) => boolean;

function scalarTest(operator: string, wanted: Scalar): ScalarTest {
  if (typeof wanted === 'string') {
    const test = (TEXT_TESTS[operator] as (wanted: string) => Test)(wanted);
    return (value) => test(value as string);
  }
  if (EQUAL.has(operator)) return (value) => value === wanted;
  switch (operator) {
    case '<':
      return (value) => value < wanted;
    case '<=':
      return (value) => value <= wanted;
    case '>':
      return (value) => value > wanted;
    case '>=':
      return (value) => value >= wanted;
    default:
      return (value) => value !== wanted;
  }
}

/** How many of the tests must hold; with no test none ever does. */
function quantifier(modifier: string): (tests: readonly ScalarTest[], value: Scalar) => boolean {
  if (modifier === 'allof') return (tests, value) => tests.length > 0 && tests.every((test) => test(value));
  if (modifier === 'anyof') return (tests, value) => tests.some((test) => test(value));
  return (tests, value) => tests.filter((test) => test(value)).length === 1;
}

function constantOf(text: string, engineType: EngineType): Scalar {
  if (engineType === 'CHARBUF') {
    const bytes = byteLength(text) + 1;
    if (bytes <= MAX_CONSTANT_BYTES) return text;
    throw new OperatorError(`filter parameter too long (used=${bytes}, available=${MAX_CONSTANT_BYTES}):${text}`);
  }
  if (engineType !== 'BOOL') return numberOf(text);
  if (text === 'true' || text === 'false') return text === 'true';
  throw new OperatorError(`filter error: unrecognized boolean value ${text}`);
}

/** An unsigned 64-bit number as `sscanf("%lu")` reads it: a sign wraps it, what is too large is the largest. */
function numberOf(text: string): bigint {
  const [, sign, digits] = /^[\t\n\v\f\r ]*([+-]?)([0-9]+)$/.exec(text) ?? [];
  if (digits === undefined) throw new OperatorError(`${text} is not a valid number`);
  const number = BigInt(digits.replace(/^0+(?=.)/, '').slice(0, 40));
  if (number > MAX_NUMBER) return MAX_NUMBER;
  return sign === '-' ? BigInt.asUintN(64, -number) : number;
}
