/**
 * Falco's condition language as text in, tree out. A literal counterpart of falcosecurity/libs 0.25
 * `userspace/libsinsp/filter/parser.cpp`, so that messages and positions are its own.
 */
import type { Ast, FieldRef, Left, Operand, Right, TransformerCall } from './ast.ts';
import { Lexer, type Quoted } from './lexer.ts';

export type { Ast, FieldRef, Left, Operand, Right, TransformerCall } from './ast.ts';

/** Where and why a condition does not parse or compile; `offset` counts characters from 0. */
export class ConditionError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'ConditionError';
    this.offset = offset;
  }
}

/** Names of the transformers that may stand on either side of a check. */
export const TRANSFORMERS: readonly string[] = ['tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'];

const NUMERIC = ['<=', '<', '>=', '>'];
const TEXTUAL = [
  '==',
  '=',
  '!=',
  'glob ',
  'iglob ',
  'contains ',
  'icontains ',
  'bcontains ',
  'startswith ',
  'bstartswith ',
  'endswith ',
  'regex ',
];
const LISTED = ['intersects', 'in', 'pmatch'];
const MODIFIERS = ['oneof ', 'anyof ', 'allof '];
const list = (words: readonly string[]): string => words.map((word) => `'${word.trimEnd()}'`).join(', ');

/** Every operator of a check, in the order of Falco's messages. */
export const OPERATORS: readonly string[] = ['exists', ...NUMERIC, ...TEXTUAL.map((word) => word.trimEnd()), ...LISTED];

const EXPECTED_TRANSFORMER = `or a field with a valid transformer: ${list(['val', ...TRANSFORMERS])}`;
/** Deeper nesting than any person writes (Falco itself has no limit that works); it bounds the recursion. */
const MAX_DEPTH = 1000;

/** Parses a condition whose lists have been put in already. @throws ConditionError */
export function parseCondition(text: string): Ast {
  return new Parser(text).condition();
}

/**
 * Parses the field or transformer at the beginning of a text, as an output text has it behind a `%`.
 *
 * @param isBare - Takes a transformer without what stands in brackets behind it, and no field.
 * @returns what was read and how many characters it took.
 * @throws ConditionError
 */
export function parseField(text: string, isBare = false): { readonly field: Left; readonly length: number } {
  return new Parser(text).beginning(isBare);
}

class Parser {
  readonly #lexer: Lexer;
  #depth = 0;

  constructor(text: string) {
    this.#lexer = new Lexer(text);
  }

  condition(): Ast {
    if (this.#lexer.isAtEnd) this.#fail('filter input string is empty');
    const ast = this.#or();
    if (!this.#lexer.isAtEnd) this.#fail(`unexpected token after '${this.#lexer.lastToken}', expecting 'or', 'and'`);
    return ast;
  }

  beginning(isBare: boolean): { readonly field: Left; readonly length: number } {
    const field = (isBare ? this.#transformer(isBare) : this.#left()) ?? this.#fail(`unexpected token after '${this.#lexer.lastToken}`);
    return { field, length: this.#lexer.at };
  }

  #or(): Ast {
    const parts: Ast[] = [];
    do {
      if (parts.length > 0 && this.#isEmbedded('or')) parts.push(this.#embedded());
      else parts.push(this.#and());
      this.#lexer.blanks();
    } while (this.#lexer.take('or'));
    return joined('or', parts);
  }

  #and(): Ast {
    const parts: Ast[] = [];
    do {
      if (parts.length > 0 && this.#isEmbedded('and')) parts.push(this.#embedded());
      else parts.push(this.#not());
      this.#lexer.blanks();
    } while (this.#lexer.take('and'));
    return joined('and', parts);
  }

  /** Behind `and` and `or` stands a blank, or a parenthesis that is an operand of its own. */
  #isEmbedded(word: string): boolean {
    if (this.#lexer.blanks()) return false;
    if (!this.#lexer.take('(')) this.#fail(`expected blank or '(' after '${word}'`);
    return true;
  }

  #not(): Ast {
    this.#lexer.blanks();
    let isNegated = false;
    while (this.#lexer.spacedNot()) isNegated = !isNegated;
    const isEmbedded = this.#lexer.take('not(');
    const part = isEmbedded ? this.#embedded() : this.#primary();
    return isNegated === isEmbedded ? part : { kind: 'not', part };
  }

  /** What follows an opening parenthesis. */
  #embedded(): Ast {
    this.#deeper();
    const inner = this.#or();
    if (!this.#lexer.take(')')) this.#fail("expected a ')' token");
    this.#depth--;
    return inner;
  }

  #deeper(): void {
    if (++this.#depth > MAX_DEPTH) this.#fail(`nested too deeply: at most ${MAX_DEPTH} parentheses inside one another are read`);
  }

  #primary(): Ast {
    this.#lexer.blanks();
    if (this.#lexer.take('(')) return this.#embedded();
    const start = this.#lexer.at;
    const left = this.#left();
    if (left !== undefined) return this.#check(left, start);
    const name = this.#lexer.identifier() ?? this.#fail("expected a '(' token, a field check, or an identifier");
    return { kind: 'macro', name, start, end: this.#lexer.at };
  }

  #left(): Left | undefined {
    return this.#field() ?? this.#transformer();
  }

  #field(): FieldRef | undefined {
    const name = this.#lexer.field();
    return name === undefined ? undefined : { kind: 'field', name, arg: this.#argument() };
  }

  #argument(): string | undefined {
    if (!this.#lexer.take('[')) return undefined;
    const arg =
      this.#value(this.#lexer.quoted()) ??
      this.#lexer.bareArgument() ??
      this.#fail('expected a valid field argument: a quoted string or a bare string');
    if (!this.#lexer.take(']')) this.#fail("expected a ']' token");
    return arg;
  }

  #transformer(isBare = false): TransformerCall | undefined {
    const name = this.#lexer.call(TRANSFORMERS);
    if (name === undefined) return undefined;
    this.#deeper();
    const args: Operand[] = [];
    do {
      args.push(this.#operand());
      this.#lexer.blanks();
    } while (this.#lexer.take(','));
    if (!this.#lexer.take(')')) this.#fail("expected a ')' token closing the transformer");
    this.#depth--;
    return { kind: 'call', name, args, arg: isBare ? undefined : this.#argument() };
  }

  #operand(): Operand {
    this.#lexer.blanks();
    const text = this.#lexer.number() ?? this.#value(this.#lexer.quoted());
    if (text !== undefined) return { kind: 'text', value: text };
    if (this.#lexer.take('(')) return { kind: 'list', items: this.#operands() };
    return (
      this.#left() ?? this.#fail('expected field transformer argument: field, transformer, quoted string, number, or transformer list')
    );
  }

  #operands(): readonly Operand[] {
    const items: Operand[] = [];
    this.#lexer.blanks();
    if (this.#lexer.take(')')) return items;
    do {
      this.#lexer.blanks();
      items.push(this.#listOperand());
      this.#lexer.blanks();
    } while (this.#lexer.take(','));
    if (!this.#lexer.take(')')) this.#fail("expected ')'");
    return items;
  }

  #listOperand(): Operand {
    const left = this.#left();
    if (left !== undefined) return left;
    const value =
      this.#value(this.#lexer.quoted()) ??
      this.#lexer.number() ??
      this.#fail('expected transformer list argument: field, transformer, quoted string, or number');
    return { kind: 'text', value };
  }

  #check(left: Left, start: number): Ast {
    this.#lexer.blanks();
    const unary = this.#lexer.take('exists');
    const { operator, right, rightStart } = unary
      ? { operator: 'exists', right: { kind: 'none' } as const, rightStart: this.#lexer.at }
      : this.#comparison();
    return { kind: 'check', left, operator, right, rightStart, start, end: this.#lexer.at };
  }

  #comparison(): { readonly operator: string; readonly right: Right; readonly rightStart: number } {
    const lexer = this.#lexer;
    const numeric = lexer.operator(NUMERIC);
    if (numeric !== undefined) return { operator: numeric, ...this.#right(() => this.#numberValue()) };
    const textual = lexer.operator(TEXTUAL);
    if (textual !== undefined)
      return { operator: textual.trimEnd(), ...(this.#modified(textual) ?? this.#right(() => this.#stringValue())) };
    const listed = lexer.operator(LISTED) ?? this.#fail(`expected a valid check operator: one of ${list(OPERATORS)}`);
    return { operator: listed, ...this.#right(() => this.#listValue()) };
  }

  #right(read: () => Right): { readonly right: Right; readonly rightStart: number } {
    this.#lexer.blanks();
    const rightStart = this.#lexer.at;
    return { right: read(), rightStart };
  }

  /** A list behind `anyof`, `oneof` or `allof`; where none follows, the word is a value like any other. */
  #modified(operator: string): { readonly right: Right; readonly rightStart: number } | undefined {
    const lexer = this.#lexer;
    const back = lexer.bookmark();
    // A word operator has taken its blank already; a symbol needs one before the modifier.
    const hasBlank = /^[a-z]/.test(operator) || lexer.blanks();
    const modifier = hasBlank ? lexer.operator(MODIFIERS)?.trimEnd() : undefined;
    if (modifier === undefined || !lexer.listFollows()) {
      lexer.goBack(back);
      return undefined;
    }
    return this.#right(() => ({ kind: 'values', modifier, values: this.#items() ?? [lexer.identifier() as string] }));
  }

  #stringValue(): Right {
    const value = (): string => this.#plainValue() ?? this.#fail(`expected a string value ${EXPECTED_TRANSFORMER}`);
    return this.#rightOperand() ?? { kind: 'value', value: value() };
  }

  #numberValue(): Right {
    const value = (): string => this.#lexer.number() ?? this.#fail(`expected a number value ${EXPECTED_TRANSFORMER}`);
    return this.#rightOperand() ?? { kind: 'value', value: value() };
  }

  #listValue(): Right {
    const name = (): string => this.#lexer.identifier() ?? this.#fail(`expected a list, an identifier, ${EXPECTED_TRANSFORMER}`);
    const items = this.#items();
    if (items !== undefined) return { kind: 'values', modifier: undefined, values: items };
    return this.#rightOperand() ?? { kind: 'values', modifier: undefined, values: [name()] };
  }

  #rightOperand(): Right | undefined {
    const lexer = this.#lexer;
    if (lexer.take('val(')) {
      lexer.blanks();
      const field = this.#field() ?? this.#fail("expected a field within 'val' transformer");
      lexer.blanks();
      if (!lexer.take(')')) this.#fail("expected a ')' token closing the transformer");
      if (this.#argument() !== undefined) this.#fail("filter error: transformer 'val' does not support field arguments");
      return { kind: 'operand', operand: field };
    }
    const call = this.#transformer();
    return call === undefined ? undefined : { kind: 'operand', operand: call };
  }

  /** Values in parentheses. Upstream takes a first value that it cannot read for the sign of an empty list. */
  #items(): readonly string[] | undefined {
    const lexer = this.#lexer;
    if (!lexer.take('(')) return undefined;
    lexer.blanks();
    const first = lexer.quoted() ?? bareValue(lexer);
    const values: string[] = [];
    if (first !== undefined && 'value' in first) {
      values.push(first.value);
      lexer.blanks();
      while (lexer.take(',')) {
        lexer.blanks();
        values.push(this.#plainValue() ?? this.#fail('expected a string value'));
        lexer.blanks();
      }
    }
    if (!lexer.take(')')) this.#fail("expected a ')' token");
    return values;
  }

  #plainValue(): string | undefined {
    return this.#value(this.#lexer.quoted()) ?? this.#lexer.bare();
  }

  #value(quoted: Quoted | undefined): string | undefined {
    if (quoted === undefined) return undefined;
    return 'value' in quoted ? quoted.value : this.#fail(quoted.error);
  }

  #fail(message: string): never {
    throw new ConditionError(message, this.#lexer.at);
  }
}

function bareValue(lexer: Lexer): Quoted | undefined {
  const value = lexer.bare();
  return value === undefined ? undefined : { value };
}

function joined(kind: 'and' | 'or', parts: readonly Ast[]): Ast {
  return parts.length === 1 ? (parts[0] as Ast) : { kind, parts };
}
