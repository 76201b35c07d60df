/** Output texts (falcosecurity/libs 0.25 `eventformatter.cpp`). */
import { attempt } from '../attempt.ts';
import type { OutputValue } from '../model/finding.ts';
import { cutTo, toWidth } from './bytes.ts';
import type { FieldEvent, FieldValue } from './fields/field.ts';
import { type FieldUse, MultivalueError, type Source, shownScalar, sourceOf } from './operand.ts';
import { ConditionError, parseField } from './parser.ts';
import { type FieldLookup, LONGEST_NAME, OperatorError } from './resolve-field.ts';

/** An output text, ready to be filled in. */
export interface CompiledOutput {
  message(event: FieldEvent): string;
  /** One entry for each distinct field of the text, and `evt.time`. */
  fields(event: FieldEvent): Readonly<Record<string, OutputValue>>;
  /** The fields of the text, also those inside transformers, in the order in which they are written. */
  readonly uses: readonly FieldUse[];
}

interface Piece {
  readonly source: Source;
  readonly width: number;
}

const NAME = /^[a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+/;
/** Falco prints a list into a buffer of 1024 bytes. */
const MAX_LIST_BYTES = 1023;
/** Wider than anything sensible; it bounds the memory of one message. */
const MAX_WIDTH = 65_535;

/**
 * Compiles an output text: behind a `%` (and a width) the longest beginning that is a field or a transformer is taken, the rest is text.
 *
 * @returns the words of what is wrong with the text, if something is.
 */
export function compileOutput(text: string, field: FieldLookup): CompiledOutput | string {
  // `%container.info` meant fields that another plugin adds now; Falco leaves it out.
  const format = text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '').replaceAll('%container.info', '');
  if (format === '') return 'empty formatting token';
  // One leading star is dropped: it once meant "print although a field is absent", which is always done now.
  let rest = format.replace(/^\*/, '');
  const pieces: (string | Piece)[] = [];
  for (let percent = rest.indexOf('%'); percent >= 0; percent = rest.indexOf('%')) {
    pieces.push(rest.slice(0, percent));
    const digits = /^[0-9]*/.exec(rest.slice(percent + 1))?.[0] as string;
    rest = rest.slice(percent + 1 + digits.length);
    if (rest === '') return `invalid formatting syntax: formatting cannot end with a ${digits === '' ? '%' : 'number'}`;
    const width = Number(digits);
    if (width > MAX_WIDTH) return `invalid formatting syntax: a width of at most ${MAX_WIDTH} is possible`;
    const found = attempt(MultivalueError, () => longestSource(rest, field));
    if (!found.ok) return found.error.message;
    if (found.value === undefined) return "unknown filter: unexpected token after '";
    pieces.push({ source: found.value.source, width });
    rest = rest.slice(found.value.length);
  }
  pieces.push(rest);
  const uses = pieces.flatMap((piece) => (typeof piece === 'string' ? [] : piece.source.fields));
  return {
    message: (event) => pieces.map((piece) => (typeof piece === 'string' ? piece : shown(piece, event))).join(''),
    fields: (event) => ({
      'evt.time': event.context.event.timeNs,
      ...Object.fromEntries(uses.map((use) => [use.key, outputValue(use, event)])),
    }),
    uses,
  };
}

interface Found {
  readonly source: Source;
  readonly length: number;
}

/**
 * The longest beginning that parses and compiles. A transformer is taken with the brackets behind it, or without them, or not
 * at all; a field may be cut shorter.
 */
function longestSource(rest: string, lookup: FieldLookup): Found | undefined {
  const whole = foundAt(rest, lookup) ?? foundAt(rest, lookup, true);
  if (whole !== undefined) return whole;
  const name = NAME.exec(rest)?.[0] ?? '';
  for (let length = Math.min(name.length, LONGEST_NAME); length > 0; length--) {
    const found = foundAt(name.slice(0, length), lookup);
    if (found !== undefined) return found;
  }
  return undefined;
}

function foundAt(text: string, lookup: FieldLookup, isBare = false): Found | undefined {
  try {
    const { field, length } = parseField(text, isBare);
    return { source: sourceOf(field, lookup), length };
  } catch (cause) {
    const isOther = cause instanceof ConditionError || (cause instanceof OperatorError && !(cause instanceof MultivalueError));
    if (isOther) return undefined;
    throw cause;
  }
}

function shown({ source, width }: Piece, event: FieldEvent): string {
  const text = shownValue(source, source.read(event));
  return width === 0 ? text : toWidth(text, width);
}

function shownValue({ numbers }: Source, value: FieldValue): string {
  if (value === undefined || (typeof value === 'bigint' && numbers === 'none')) return '<NA>';
  if (!Array.isArray(value)) return shownScalar(value as string, numbers as 'plain');
  // Upstream leaves out the comma as long as nothing stands in the list, so empty texts at its beginning do not show.
  const texts = value as readonly string[];
  const first = texts.findIndex((text) => text !== '');
  return cutTo(`(${first < 0 ? '' : texts.slice(first).join(',')})`, MAX_LIST_BYTES);
}

function outputValue({ spec, argument, key }: FieldUse, event: FieldEvent): OutputValue {
  const value = spec.output === undefined ? remembered(event, key, () => spec.read(event, argument)) : spec.output(event);
  if (typeof value !== 'bigint') return value ?? null;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function remembered(event: FieldEvent, key: string, read: () => FieldValue): FieldValue {
  return event.memory.has(key) ? event.memory.get(key) : read();
}
