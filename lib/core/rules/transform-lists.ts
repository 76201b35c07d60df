import { byteString, textOfBytes } from './bytes.ts';
import type { FieldValue } from './fields/field.ts';
import type { Source } from './operand.ts';
import { OperatorError } from './resolve-field.ts';

/** A transformer of several arguments: whether it gives a list, and how it puts the arguments' values together. */
export interface Multiple {
  readonly isList: boolean;
  readonly combine: (values: readonly FieldValue[]) => FieldValue;
}

type Types = readonly Pick<Source, 'original'>[];

/** `join(separator, list)` and `concat(text, text, ...)`; absent as soon as one argument is. @throws OperatorError */
export function joined(name: 'join' | 'concat', sources: Types, arg: string | undefined): Multiple {
  const types = sources.map(({ original }) => original);
  const fail = (what: string): OperatorError => new OperatorError(`${name}() ${what}`);
  if (name === 'join') {
    if (types.length !== 2) throw fail('requires exactly 2 arguments: separator and list');
    if (types[0]?.isList === true) throw fail('first argument (separator) must be a single value, not a list');
    if (types[1]?.isList !== true) throw fail('second argument must be a list');
  } else if (types.some(({ engineType, isList }) => engineType !== 'CHARBUF' || isList)) throw fail('arguments must be strings');
  if (arg !== undefined) throw new OperatorError(`transformer '${name}' does not support field arguments`);
  return {
    isList: false,
    combine: (values) => {
      if (values.includes(undefined)) return undefined;
      const [separator, list] = values;
      return name === 'join' ? (list as readonly string[]).join(String(separator)) : values.join('');
    },
  };
}

/** `getopt(list, options)`: the options found and their values; with an argument, the last value of that option. @throws OperatorError */
export function parsedOptions(sources: Types, arg: string | undefined): Multiple {
  const [list, options, ...more] = sources.map(({ original }) => original);
  const fail = (what: string): OperatorError => new OperatorError(`getopt() ${what}`);
  if (list === undefined || options === undefined || more.length > 0) throw fail('requires exactly 2 arguments: args list and optstring');
  if (!list.isList) throw fail('first argument must be a list');
  if (options.isList) throw fail('second argument (optstring) must be a single value');
  if (options.engineType !== 'CHARBUF') throw fail('arguments must be strings');
  if (arg !== undefined && byteString(arg).length !== 1) throw fail('field argument must be a single option character');
  return {
    isList: arg === undefined,
    combine: ([words, optstring]) => {
      if (words === undefined || optstring === undefined) return undefined;
      const found = optionsOf((words as readonly string[]).map(byteString), declared(byteString(String(optstring))));
      if (arg === undefined) return found.flatMap(({ name, value }) => (value === undefined ? [name] : [name, value])).map(textOfBytes);
      const last = found.findLast(({ option }) => option === arg);
      return last && textOfBytes(last.value ?? last.name);
    },
  };
}

/** Options by letter; true: one that takes a value. */
function declared(optstring: string): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  for (const [each] of optstring.matchAll(/[^:]:?/gs)) {
    const letter = each.charAt(0);
    found.set(letter, each.length > 1 || found.get(letter) === true);
  }
  return found;
}

interface Found {
  /** The letter; undefined: one that is not declared. */
  readonly option: string | undefined;
  /** What the list shows: the letter, `?` for one that is not declared, nothing for one whose value is missing. */
  readonly name: string;
  readonly value: string | undefined;
}

/** Short options as getopt(3) reads them; words with two dashes are passed over, the first other word ends them. */
function optionsOf(words: readonly string[], options: ReadonlyMap<string, boolean>): readonly Found[] {
  const found: Found[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '--') break;
    if (word.startsWith('--')) continue;
    if (!word.startsWith('-') || word === '-') break;
    for (let i = 1; i < word.length; i++) {
      const option = word.charAt(i);
      const takesValue = options.get(option);
      if (takesValue === undefined) found.push({ option: undefined, name: '?', value: undefined });
      else if (!takesValue) found.push({ option, name: option, value: undefined });
      else {
        const value = i + 1 < word.length ? word.slice(i + 1) : words[++at];
        found.push({ option, name: value === undefined ? '' : option, value });
        break;
      }
    }
  }
  return found;
}
