import type { OutputValue } from '../model/finding.ts';
import type { FieldEvent, FieldSpec, FieldValue } from './fields/field.ts';

/** An output text, ready to be filled in. */
export interface CompiledOutput {
  message(event: FieldEvent): string;
  /** One entry for each distinct field of the text, and `evt.time`. */
  fields(event: FieldEvent): Readonly<Record<string, OutputValue>>;
}

interface FieldPiece {
  readonly key: string;
  readonly spec: FieldSpec;
  readonly argument: string;
}

const NAME = /^[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+/;

/**
 * Compiles an output text: behind a `%` the longest beginning that is a field is taken, the rest is text, as in Falco.
 *
 * @returns the words of what is wrong with the text, if something is.
 */
export function compileOutput(text: string, field: (name: string) => FieldSpec | undefined): CompiledOutput | string {
  // Falco drops one leading star (it once meant "print although a field is absent", which is always done now).
  const source = text
    .trim()
    .replace(/^\*/, '')
    .replace(/\s*\n\s*/g, ' ');
  const pieces: (string | FieldPiece)[] = [];
  let rest = source;
  for (let percent = rest.indexOf('%'); percent >= 0; percent = rest.indexOf('%')) {
    pieces.push(rest.slice(0, percent));
    rest = rest.slice(percent + 1);
    if (rest === '') return 'invalid formatting syntax: formatting cannot end with a %';
    const piece = longestField(rest, field);
    if (piece === undefined) return `no field begins at '%${rest.slice(0, 30)}': see the list of fields, and write no bare %`;
    pieces.push(piece);
    rest = rest.slice(piece.key.length);
  }
  pieces.push(rest);
  return {
    message: (event) => pieces.map((piece) => (typeof piece === 'string' ? piece : shown(piece.spec.read(event, piece.argument)))).join(''),
    fields: (event) => ({
      'evt.time': event.context.event.timeNs,
      ...Object.fromEntries(
        pieces.filter((piece) => typeof piece !== 'string').map(({ key, spec, argument }) => [key, spec.read(event, argument) ?? null]),
      ),
    }),
  };
}

function longestField(rest: string, field: (name: string) => FieldSpec | undefined): FieldPiece | undefined {
  const name = NAME.exec(rest)?.[0] ?? '';
  for (let length = name.length; length > 0; length--) {
    const piece = fieldAt(rest, length, field(name.slice(0, length)));
    if (piece !== undefined) return piece;
  }
  return undefined;
}

function fieldAt(rest: string, length: number, spec: FieldSpec | undefined): FieldPiece | undefined {
  if (spec === undefined) return undefined;
  if (spec.argument === 'none') return { key: rest.slice(0, length), spec, argument: '' };
  const bracket = /^\[([^\]]*)\]/.exec(rest.slice(length));
  return bracket === null ? undefined : { key: rest.slice(0, length) + bracket[0], spec, argument: bracket[1] as string };
}

function shown(value: FieldValue): string {
  if (value === undefined) return '<NA>';
  return typeof value === 'string' ? value : `(${value.join(',')})`;
}
