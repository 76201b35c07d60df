/** What the operators of a check mean (falcosecurity/libs `sinsp_filter_check`): on one text, and against a list. */
import { RE2JS, RE2JSException } from 're2js';
import { glob } from '../classify/glob.ts';

/** Why a check cannot be compiled, in words. */
export class OperatorError extends Error {}

/** Folds ASCII letters, as upstream does; other letters stay. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}

/** Raises ASCII letters. */
export function asciiUpper(text: string): string {
  return text.replace(/[a-z]+/g, (run) => run.toUpperCase());
}

type Test = (value: string) => boolean;

const TESTS: Readonly<Record<string, (wanted: string) => Test>> = {
  '=': (wanted) => (value) => value === wanted,
  '==': (wanted) => (value) => value === wanted,
  '!=': (wanted) => (value) => value !== wanted,
  '<': (wanted) => (value) => value < wanted,
  '<=': (wanted) => (value) => value <= wanted,
  '>': (wanted) => (value) => value > wanted,
  '>=': (wanted) => (value) => value >= wanted,
  contains: (wanted) => (value) => value.includes(wanted),
  icontains: (wanted) => {
    const folded = asciiLower(wanted);
    return (value) => asciiLower(value).includes(folded);
  },
  startswith: (wanted) => (value) => value.startsWith(wanted),
  endswith: (wanted) => (value) => value.endsWith(wanted),
  glob,
  iglob: (wanted) => {
    const matches = glob(asciiLower(wanted));
    return (value) => matches(asciiLower(value));
  },
  regex: linearRegex,
  pmatch: pathPrefix,
};

/** The test of one operator against one value. @throws OperatorError */
export function testOf(operator: string, wanted: string): Test {
  const make = Object.hasOwn(TESTS, operator) ? TESTS[operator] : undefined;
  if (make === undefined) throw new OperatorError(`filter error: '${operator}' operator not supported for string filters`);
  return make(wanted);
}

/** RE2 over the whole value: linear in its length whatever the pattern. RE2's POSIX syntax has no Perl classes and no inline flags. */
function linearRegex(pattern: string): Test {
  const perl = /(?:^|[^\\])(?:\\\\)*(\\[dDwWsSbB]|\(\?)/.exec(pattern)?.[1];
  if (perl !== undefined) {
    throw new OperatorError(
      perl === '(?'
        ? 'invalid regex pattern: no argument for repetition operator: ?'
        : `invalid regex pattern: invalid escape sequence: ${perl}`,
    );
  }
  try {
    const compiled = RE2JS.compile(pattern);
    return (value) => compiled.matches(value);
  } catch (cause) {
    if (!(cause instanceof RE2JSException)) throw cause;
    throw new OperatorError(`invalid regex pattern: ${cause.message}`);
  }
}

/** `pmatch`: the pattern's path components are a prefix of the value's; a component may be a glob. */
function pathPrefix(pattern: string): Test {
  const wanted = components(pattern).map((component) => glob(component));
  return (value) => {
    const have = components(value);
    return wanted.length <= have.length && wanted.every((matches, index) => matches(have[index] as string));
  };
}

function components(path: string): readonly string[] {
  return path.split('/').filter((component) => component !== '');
}
