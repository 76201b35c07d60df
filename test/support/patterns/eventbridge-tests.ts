import { BlockList, isIP } from 'node:net';
import type { Json, JsonObject } from '../../../lib/core/model/audit-event.ts';
import { invalid } from './invalid-pattern.ts';

/** One element of a field's array in an EventBridge pattern. */
export type ValueTest =
  | { readonly kind: 'exists'; readonly exists: boolean }
  | { readonly kind: 'value'; readonly matches: (value: Json) => boolean };

type Matches = (value: Json) => boolean;

/** @throws InvalidPattern */
export function compileTest(test: Json): ValueTest {
  if (typeof test !== 'object' || test === null) return { kind: 'value', matches: exact(test) };
  if (Array.isArray(test)) return invalid('an array in an array');
  const [operator, argument] = only(test as JsonObject);
  if (operator === 'exists') {
    return typeof argument === 'boolean' ? { kind: 'exists', exists: argument } : invalid('exists needs true or false');
  }
  const make = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  return { kind: 'value', matches: make === undefined ? invalid(`unrecognised ${operator}`) : make(argument) };
}

function only(test: JsonObject): readonly [string, Json] {
  const entries = Object.entries(test);
  const [first] = entries;
  return first !== undefined && entries.length === 1 ? [first[0], first[1]] : invalid('one operator at a time');
}

const OPERATORS: Readonly<Record<string, (argument: Json) => Matches>> = {
  exactly: (argument) => (typeof argument === 'string' ? exact(argument) : invalid('exactly needs a string')),
  prefix: (argument) => affix(argument, (text, part) => text.startsWith(part), true),
  suffix: (argument) => affix(argument, (text, part) => text.endsWith(part), true),
  'equals-ignore-case': (argument) => {
    const wanted = folded(textOf(argument));
    return (value) => typeof value === 'string' && folded(value) === wanted;
  },
  wildcard: (argument) => wildcard(textOf(argument)),
  numeric,
  cidr,
  'anything-but': anythingBut,
};

function exact(wanted: Json): Matches {
  if (typeof wanted === 'number') return (value) => typeof value === 'number' && value === wanted;
  return (value) => value === wanted;
}

function textOf(argument: Json): string {
  return typeof argument === 'string' ? argument : invalid('needs a string');
}

function folded(text: string): string {
  return text.toLowerCase();
}

function affix(argument: Json, has: (text: string, part: string) => boolean, mayBeEmpty: boolean): Matches {
  const isFolded = typeof argument === 'object' && argument !== null && !Array.isArray(argument);
  const [word, inner] = isFolded ? only(argument as JsonObject) : ['', argument];
  if (isFolded && word !== 'equals-ignore-case') return invalid(`unrecognised ${word}`);
  const part = textOf(inner);
  if (part === '' && !mayBeEmpty) return invalid('an empty string');
  return (value) => typeof value === 'string' && (isFolded ? has(folded(value), folded(part)) : has(value, part));
}

/** `*` any run of characters; `\*` and `\\` stand for themselves. */
function wildcard(pattern: string): Matches {
  let source = '';
  let wasStar = false;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    if (character === '\\') {
      const next = pattern.charAt(++i);
      if (next !== '*' && next !== '\\') return invalid('an escape of something else');
      source += `\\${next}`;
      wasStar = false;
    } else if (character === '*') {
      if (wasStar) return invalid('two stars in a row');
      source += '[^]*';
      wasStar = true;
    } else {
      source += character.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
      wasStar = false;
    }
  }
  const expression = new RegExp(`^${source}$`, 'u');
  return (value) => typeof value === 'string' && expression.test(value);
}

const COMPARE: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '=': (value, bound) => value === bound,
};

function numeric(argument: Json): Matches {
  if (!Array.isArray(argument) || (argument.length !== 2 && argument.length !== 4)) return invalid('numeric needs one or two comparisons');
  const [operator, bound, secondOperator, secondBound] = argument as readonly Json[];
  const compare = (word: Json | undefined, limit: Json | undefined): ((value: number) => boolean) => {
    const test = typeof word === 'string' && Object.hasOwn(COMPARE, word) ? COMPARE[word] : undefined;
    if (test === undefined || typeof limit !== 'number' || !Number.isFinite(limit))
      return invalid('numeric needs an operator and a number');
    return (value) => test(value, limit);
  };
  const first = compare(operator, bound);
  if (argument.length === 2) return (value) => typeof value === 'number' && first(value);
  if (!(operator === '>' || operator === '>=') || !(secondOperator === '<' || secondOperator === '<='))
    return invalid('a range begins with > or >=');
  const second = compare(secondOperator, secondBound);
  if ((bound as number) >= (secondBound as number)) return invalid('a range that is empty');
  return (value) => typeof value === 'number' && first(value) && second(value);
}

function cidr(argument: Json): Matches {
  const [address = '', bits = '', more] = textOf(argument).split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined || !/^[0-9]+$/.test(bits) || Number(bits) >= (version === 4 ? 32 : 128))
    return invalid('no CIDR');
  const list = new BlockList();
  list.addSubnet(address, Number(bits), version === 4 ? 'ipv4' : 'ipv6');
  return (value) => {
    const kind = typeof value === 'string' ? isIP(value) : 0;
    // addresses are compared as hexadecimal digits, of which all are in the widest block, those of the other family too
    if (bits === '0') return kind !== 0;
    return kind !== 0 && kind === version && list.check(value as string, kind === 4 ? 'ipv4' : 'ipv6');
  };
}

function anythingBut(argument: Json): Matches {
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument)) {
    const [word, inner] = only(argument as JsonObject);
    const tests = listOf(inner).map((each) => butTest(word, each));
    return (value) => !tests.some((test) => test(value));
  }
  const values = listOf(argument);
  const kinds = new Set(values.map((value) => typeof value));
  if (kinds.size !== 1 || (!kinds.has('string') && !kinds.has('number'))) return invalid('anything-but needs strings or numbers');
  return (value) => !values.some((each) => exact(each)(value));
}

function listOf(argument: Json): readonly Json[] {
  if (!Array.isArray(argument)) return [argument];
  return argument.length === 0 ? invalid('an empty list') : (argument as readonly Json[]);
}

function butTest(word: string, argument: Json): Matches {
  switch (word) {
    case 'prefix':
      return affix(textOf(argument), (text, part) => text.startsWith(part), false);
    case 'suffix':
      return affix(textOf(argument), (text, part) => text.endsWith(part), false);
    case 'equals-ignore-case':
    case 'wildcard':
      return (OPERATORS[word] as (argument: Json) => Matches)(textOf(argument));
    default:
      return invalid(`unrecognised anything-but ${word}`);
  }
}
