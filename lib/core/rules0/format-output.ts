import type { OutputValue } from '../model/finding.ts';
import type { FieldEvent, FieldSpec, FieldValue } from './fields/field.ts';

export interface CompiledOutput {
  message(event: FieldEvent): string;
  fields(event: FieldEvent): Record<string, OutputValue>;
}
type Piece = string | { readonly key: string; readonly spec: FieldSpec; readonly argument: string };

/** Compiles an output text; the error text says what is wrong with it. */
export function compileOutput(text: string, field: (name: string) => FieldSpec | undefined): CompiledOutput | string {
  const pieces: Piece[] = [];
  const source = text.trim().replace(/^\*/, '');
  for (let at = 0; at < source.length; ) {
    const percent = source.indexOf('%', at);
    pieces.push(source.slice(at, percent < 0 ? source.length : percent));
    if (percent < 0) break;
    if (percent === source.length - 1) return 'invalid formatting syntax: formatting cannot end with a %';
    const found = longest(source.slice(percent + 1), field);
    if (found === undefined) return "unknown filter: unexpected token after '";
    pieces.push(found.piece);
    at = percent + 1 + found.length;
  }
  return {
    message: (event) => pieces.map((piece) => (typeof piece === 'string' ? piece : shown(piece.spec.read(event, piece.argument)))).join(''),
    fields: (event) => {
      const values: Record<string, OutputValue> = { 'evt.time': event.context.event.timeNs };
      for (const piece of pieces) {
        if (typeof piece !== 'string') values[piece.key] = piece.spec.read(event, piece.argument) ?? null;
      }
      return values;
    },
  };
}

function longest(
  rest: string,
  field: (name: string) => FieldSpec | undefined,
): { readonly piece: Piece; readonly length: number } | undefined {
  const name = /^[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)*/.exec(rest)?.[0] ?? '';
  for (let end = name.length; end > 0; end--) {
    const spec = field(name.slice(0, end));
    if (spec === undefined) continue;
    const bracket = spec.argument === 'none' ? null : /^\[([^\]]*)\]/.exec(rest.slice(end));
    if (spec.argument === 'key' && bracket === null) continue;
    const key = rest.slice(0, end) + (bracket?.[0] ?? '');
    return { piece: { key, spec, argument: bracket?.[1] ?? '' }, length: key.length };
  }
  return undefined;
}

function shown(value: FieldValue): string {
  return value === undefined ? '<NA>' : typeof value === 'object' ? `(${value.join(',')})` : String(value);
}
