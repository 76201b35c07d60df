/** Fields and transformers as closures: what a check compares, and what an output text shows. */
import type { Left, Operand } from './ast.ts';
import type { Knowledge } from './engine.ts';
import type { EngineType, FieldEvent, FieldSpec, FieldValue } from './fields/field.ts';
import { type FieldLookup, OperatorError, resolveField } from './resolve-field.ts';
import { joined, type Multiple, parsedOptions } from './transform-lists.ts';
import { changeOf } from './transform-text.ts';

/** What is known of a field before the record is parsed. */
export type Know = (field: string) => Knowledge;

/** One side of a check, ready to be read. */
export interface Source {
  readonly engineType: EngineType;
  readonly isList: boolean;
  /** Its field's name, as upstream's messages give it. */
  readonly name: string;
  /** The type before any transformer, which upstream asks in places. */
  readonly original: { readonly engineType: EngineType; readonly isList: boolean };
  /** Upstream counts the end mark of a transformed text into its length, so that it equals no other text in a set. */
  readonly hasEndMark: boolean;
  /** How a number is printed; none: upstream prints it as absent. */
  readonly numbers: FieldSpec['numbers'] | 'none';
  /** The fields inside, in the order in which they are written. */
  readonly fields: readonly FieldUse[];
  read(event: FieldEvent): FieldValue;
  /** The value as far as is known; undefined: it depends on what is not known. */
  known(know: Know): { readonly value: FieldValue } | undefined;
}

/** A field as a condition or an output uses it. */
export interface FieldUse {
  readonly spec: FieldSpec;
  readonly argument: string;
  /** Name with the argument as written. */
  readonly key: string;
}

/** A text as it is, `true` or `false`, a number in decimal. */
export function shownScalar(value: string | bigint | boolean, numbers: Source['numbers']): string {
  return typeof value === 'bigint' && numbers === 'padded' ? String(value).padStart(9, '0') : String(value);
}

/** Compiles a field or a transformer call. @throws OperatorError */
export function sourceOf(left: Left, lookup: FieldLookup): Source {
  return left.kind === 'field' ? fieldSource(left, lookup) : callSource(left, lookup);
}

function fieldSource(ref: Extract<Left, { kind: 'field' }>, lookup: FieldLookup): Source {
  const { spec, argument } = resolveField(ref, lookup);
  const { engineType, isList, name, numbers } = spec;
  const key = ref.arg === undefined ? name : `${name}[${escaped(ref.arg)}]`;
  // Knowledge is of plain texts only.
  const isKnowable = ref.arg === undefined && engineType === 'CHARBUF' && !isList;
  return {
    engineType,
    isList,
    name,
    original: { engineType, isList },
    hasEndMark: false,
    numbers: spec.origin === 'engine' && engineType === 'CHARBUF' ? 'none' : numbers,
    fields: [{ spec, argument, key }],
    read: (event) => {
      const { memory } = event;
      const remembered = memory.get(key);
      if (remembered !== undefined || memory.has(key)) return remembered;
      const value = spec.read(event, argument);
      memory.set(key, value);
      return value;
    },
    known: (know) => {
      const knowledge = isKnowable ? know(name) : { known: false as const };
      return knowledge.known ? { value: knowledge.value } : undefined;
    },
  };
}

/** An argument as upstream writes it in the keys of `output_fields` (`filter/escaping.cpp`). */
function escaped(argument: string): string {
  if (!/[ \t\n\b\f\r=\\"']/.test(argument) && argument !== '') return argument;
  return `"${argument.replace(/[\\"]/g, '\\$&')}"`;
}

function constant(value: string | readonly Source[]): Source {
  const isList = typeof value !== 'string';
  const items = isList ? value : [];
  return {
    engineType: 'CHARBUF',
    isList,
    name: 'NA',
    original: { engineType: 'CHARBUF', isList },
    hasEndMark: false,
    numbers: 'none',
    fields: items.flatMap(({ fields }) => fields),
    read: (event) =>
      isList
        ? flattened(
            items,
            items.map((item) => item.read(event)),
          )
        : value,
    known: (know) => knownOf(items, know, (values) => (isList ? flattened(items, values) : value)),
  };
}

/** A list of fields and texts; absent as soon as one of them is. */
function flattened(items: readonly Source[], values: readonly FieldValue[]): readonly string[] | undefined {
  const texts: string[] = [];
  for (const [position, value] of values.entries()) {
    if (value === undefined) return undefined;
    if (Array.isArray(value)) texts.push(...value);
    else texts.push(shownScalar(value as string, (items[position] as Source).numbers));
  }
  return texts;
}

function knownOf(
  sources: readonly Source[],
  know: Know,
  combine: (values: readonly FieldValue[]) => FieldValue,
): { readonly value: FieldValue } | undefined {
  const answers = sources.map((source) => source.known(know));
  return answers.includes(undefined) ? undefined : { value: combine(answers.map((answer) => answer?.value)) };
}

function argumentSource(operand: Operand, lookup: FieldLookup): Source {
  if (operand.kind === 'text') return constant(operand.value);
  if (operand.kind === 'list') return constant(operand.items.map((item) => argumentSource(item, lookup)));
  return sourceOf(operand, lookup);
}

function callSource({ name, args, arg }: Extract<Left, { kind: 'call' }>, lookup: FieldLookup): Source {
  const sources = args.map((each) => argumentSource(each, lookup));
  const [first] = sources;
  if (sources.length > 1 || first === undefined) return multiple(name, sources, arg);
  if (arg !== undefined) throw new OperatorError(`filter error: transformer '${name}' does not support field arguments`);
  return changed(name, first);
}

function changed(name: string, source: Source): Source {
  const { result, change } = changeOf(name, source);
  const apply = (value: FieldValue): FieldValue => (value === undefined ? undefined : change(value));
  return {
    ...source,
    ...result,
    read: (event) => apply(source.read(event)),
    known: (know) => knownOf([source], know, ([value]) => apply(value)),
  };
}

/** A transformer of one value was given several: upstream says so whatever else could be meant. */
export class MultivalueError extends OperatorError {}

const MULTIPLE: Readonly<Record<string, (sources: readonly Source[], arg: string | undefined) => Multiple>> = {
  join: (sources, arg) => joined('join', sources, arg),
  concat: (sources, arg) => joined('concat', sources, arg),
  getopt: parsedOptions,
};

function multiple(name: string, sources: readonly Source[], arg: string | undefined): Source {
  const make = Object.hasOwn(MULTIPLE, name) ? MULTIPLE[name] : undefined;
  if (make === undefined) throw new MultivalueError('unknown multivalue transformer');
  const { isList, combine } = make(sources, arg);
  return {
    engineType: 'CHARBUF',
    isList,
    name: isList ? 'INTERNAL' : 'NA',
    original: { engineType: 'CHARBUF', isList: false },
    hasEndMark: false,
    numbers: 'none',
    fields: sources.flatMap(({ fields }) => fields),
    read: (event) => combine(sources.map((source) => source.read(event))),
    known: (know) => knownOf(sources, know, combine),
  };
}
