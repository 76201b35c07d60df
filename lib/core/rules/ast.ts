/** A field with its argument. */
export interface FieldRef {
  readonly kind: 'field';
  readonly name: string;
  /** What stands between the brackets; undefined: no brackets. */
  readonly arg: string | undefined;
}

/** A transformer call on the left side of a check, inside another, or on the right. */
export interface TransformerCall {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Operand[];
  readonly arg: string | undefined;
}

/** What may stand inside a transformer's parentheses. */
export type Operand =
  | FieldRef
  | TransformerCall
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'list'; readonly items: readonly Operand[] };

/** The left side of a check. */
export type Left = FieldRef | TransformerCall;

/** The right side of a check; a field there was written as `val(field)`. */
export type Right =
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'values'; readonly modifier: string | undefined; readonly values: readonly string[] }
  | { readonly kind: 'operand'; readonly operand: Left };

/** Part of a condition's text: first character, and the one behind the last, counted from 0 in characters of the string. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One check: a field, an operator, and what it is compared with. */
export interface Check extends Span {
  readonly kind: 'check';
  readonly left: Left;
  readonly operator: string;
  readonly right: Right;
  /** Where the right side begins. */
  readonly rightStart: number;
}

/** A macro's name where a check may stand. */
export interface MacroRef extends Span {
  readonly kind: 'macro';
  readonly name: string;
}

/** A parsed condition. */
export type Ast =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Ast[] }
  | { readonly kind: 'not'; readonly part: Ast }
  | Check
  | MacroRef;
