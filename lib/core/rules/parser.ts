/**
 * Falco's condition language as text in, tree out (grammar: falcosecurity/libs `userspace/libsinsp/filter/parser.h`, engine 0.62).
 * Lexing is by prefix, not by word, as upstream does it: `ka.verb="create"and x` and `in(create)` parse.
 */

/** A field with its argument. */
export interface FieldRef {
  readonly kind: 'field';
  readonly name: string;
  readonly arg: string | undefined;
}
/** A transformer call on the left side of a check, inside another, or (as `val`) on the right. */
export interface TransformerCall {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Operand[];
  readonly arg: string | undefined;
}
export type Operand =
  | FieldRef
  | TransformerCall
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'list'; readonly items: readonly Operand[] };
export type Left = FieldRef | TransformerCall;
export type Right =
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'values'; readonly modifier: string | undefined; readonly values: readonly string[] }
  | { readonly kind: 'operand'; readonly operand: Left };

export type Ast =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Ast[] }
  | { readonly kind: 'not'; readonly part: Ast }
  | {
      readonly kind: 'check';
      readonly left: Left;
      readonly operator: string;
      readonly right: Right;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'macro'; readonly name: string; readonly start: number; readonly end: number };

/** Where and why a condition does not parse; `offset` counts characters from 0. */
export class ConditionError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'ConditionError';
    this.offset = offset;
  }
}

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
const MODIFIERS = ['oneof', 'anyof', 'allof'];
const TRANSFORMERS = ['tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'];
const BLANK = /[ \t\b\r\n]*/y;
const FIELD = /[a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+/y;
const IDENTIFIER = /[a-zA-Z]+[a-zA-Z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|[+-]?[0-9]+[.]?[0-9]*(?:[eE][+-][0-9]+)?/y;
const BARE = /[^()"'\s=,]+/y;
const BARE_ARGUMENT = /[^\][\s"']+/y;
/** Deeper nesting than any person writes; it bounds the recursion. */
const MAX_DEPTH = 2000;

/** Parses a condition whose lists have been put in already. @throws ConditionError */
export function parseCondition(text: string): Ast {
  return new Parser(text).parse();
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Ast {
    this.#blanks();
    const ast = this.#or();
    this.#blanks();
    if (this.#at < this.#text.length) this.#fail(`unexpected token after '${this.#lastToken()}', expecting 'or', 'and'`);
    return ast;
  }

  #or(): Ast {
    return this.#chain('or', () => this.#chain('and', () => this.#not()));
  }

  #chain(word: 'and' | 'or', operand: () => Ast): Ast {
    const parts = [operand()];
    for (;;) {
      const back = this.#at;
      this.#blanks();
      if (!this.#take(word)) {
        this.#at = back;
        break;
      }
      if (this.#blanks() === 0 && this.#peek() !== '(') this.#fail(`expected blank or '(' after '${word}'`);
      parts.push(operand());
    }
    return parts.length === 1 ? (parts[0] as Ast) : { kind: word, parts };
  }

  #not(): Ast {
    this.#blanks();
    let negated = false;
    for (;;) {
      const back = this.#at;
      if (!this.#take('not')) break;
      const blanks = this.#blanks();
      if (blanks === 0 && this.#peek() !== '(') {
        this.#at = back;
        break;
      }
      negated = !negated;
      if (blanks === 0) break;
    }
    const part = this.#primary();
    return negated ? { kind: 'not', part } : part;
  }

  #primary(): Ast {
    if (this.#take('(')) {
      if (++this.#depth > MAX_DEPTH) this.#fail(`nested more than ${MAX_DEPTH} parentheses deep`);
      this.#blanks();
      const inner = this.#or();
      this.#blanks();
      if (!this.#take(')')) this.#fail("expected a ')' token");
      this.#depth--;
      return inner;
    }
    const start = this.#at;
    const left = this.#left();
    if (left !== undefined) {
      this.#blanks();
      const { operator, right } = this.#condition();
      return { kind: 'check', left, operator, right, start, end: this.#at };
    }
    const name = this.#match(IDENTIFIER);
    if (name === undefined) this.#fail("expected a '(' token, a field check, or an identifier");
    return { kind: 'macro', name: name as string, start, end: this.#at };
  }

  #left(): Left | undefined {
    return this.#transformer(TRANSFORMERS) ?? this.#field();
  }
  #field(): FieldRef | undefined {
    const name = this.#match(FIELD);
    if (name === undefined) return undefined;
    return { kind: 'field', name, arg: this.#argument() };
  }
  #argument(): string | undefined {
    if (!this.#take('[')) return undefined;
    const quoted = this.#quoted();
    const arg = quoted ?? this.#match(BARE_ARGUMENT) ?? '';
    if (!this.#take(']')) this.#fail("expected a ']' token");
    return arg;
  }
  #transformer(names: readonly string[]): TransformerCall | undefined {
    const name = names.find((word) => this.#text.startsWith(`${word}(`, this.#at));
    if (name === undefined) return undefined;
    this.#at += name.length + 1;
    const args: Operand[] = [];
    do {
      this.#blanks();
      args.push(this.#operand());
      this.#blanks();
    } while (this.#take(','));
    if (!this.#take(')')) this.#fail("expected a ')' token");
    return { kind: 'call', name, args, arg: this.#argument() };
  }
  #operand(): Operand {
    if (this.#take('(')) {
      const items: Operand[] = [];
      do {
        this.#blanks();
        items.push(this.#operand());
        this.#blanks();
      } while (this.#take(','));
      if (!this.#take(')')) this.#fail("expected a ')' token");
      return { kind: 'list', items };
    }
    const quoted = this.#quoted();
    if (quoted !== undefined) return { kind: 'text', value: quoted };
    const left = this.#left();
    if (left !== undefined) return left;
    const number = this.#match(NUMBER);
    if (number === undefined) this.#fail('expected a field, a transformer, a number or a quoted text');
    return { kind: 'text', value: number as string };
  }

  #condition(): { operator: string; right: Right } {
    if (this.#take('exists')) return { operator: 'exists', right: { kind: 'none' } };
    for (const operator of NUMERIC) {
      if (this.#take(operator)) {
        this.#blanks();
        return { operator, right: this.#numberValue() };
      }
    }
    for (const word of TEXTUAL) {
      const operator = word.trimEnd();
      if (!this.#takeWord(word)) continue;
      this.#blanks();
      return { operator, right: this.#modified() ?? this.#stringValue() };
    }
    for (const operator of LISTED) {
      if (!this.#take(operator)) continue;
      this.#blanks();
      return { operator, right: this.#listValue() };
    }
    return this.#fail(
      "expected a valid check operator: one of 'exists', '<=', '<', '>=', '>', '==', '=', '!=', 'glob', 'iglob', 'contains', 'icontains', 'bcontains', 'startswith', 'bstartswith', 'endswith', 'regex', 'intersects', 'in', 'pmatch'",
    );
  }

  #modified(): Right | undefined {
    const back = this.#at;
    for (const modifier of MODIFIERS) {
      if (!this.#take(modifier)) continue;
      if (this.#blanks() > 0 && this.#peek() === '(') return { kind: 'values', modifier, values: this.#list() };
      this.#at = back;
    }
    return undefined;
  }
  #stringValue(): Right {
    const operand = this.#rightOperand();
    if (operand !== undefined) return operand;
    const value = this.#quoted() ?? this.#match(BARE);
    if (value === undefined) this.#fail(`expected a string value or a field with a valid transformer: ${VALUE_TRANSFORMERS}`);
    return { kind: 'value', value: value as string };
  }
  #numberValue(): Right {
    const operand = this.#rightOperand();
    if (operand !== undefined) return operand;
    const value = this.#match(NUMBER);
    if (value === undefined) this.#fail(`expected a number value or a field with a valid transformer: ${VALUE_TRANSFORMERS}`);
    return { kind: 'value', value: value as string };
  }
  #listValue(): Right {
    if (this.#peek() === '(') return { kind: 'values', modifier: undefined, values: this.#list() };
    const operand = this.#rightOperand();
    if (operand !== undefined) return operand;
    const name = this.#match(IDENTIFIER);
    if (name === undefined) this.#fail(`expected a list, an identifier, or a field with a valid transformer: ${VALUE_TRANSFORMERS}`);
    return { kind: 'values', modifier: undefined, values: [name as string] };
  }
  #rightOperand(): Right | undefined {
    if (this.#take('val(')) {
      this.#blanks();
      const field = this.#field();
      if (field === undefined) return this.#fail('expected a field name');
      this.#blanks();
      if (!this.#take(')')) this.#fail("expected a ')' token");
      return { kind: 'operand', operand: field };
    }
    const call = this.#transformer(TRANSFORMERS);
    return call === undefined ? undefined : { kind: 'operand', operand: call };
  }
  #list(): readonly string[] {
    this.#at++;
    const values: string[] = [];
    this.#blanks();
    if (this.#take(')')) return values;
    do {
      this.#blanks();
      const value = this.#quoted() ?? this.#match(BARE);
      if (value === undefined) this.#fail('expected a string value');
      values.push(value as string);
      this.#blanks();
    } while (this.#take(','));
    if (!this.#take(')')) this.#fail("expected a ')' token");
    return values;
  }
  #quoted(): string | undefined {
    const quote = this.#peek();
    if (quote !== '"' && quote !== "'") return undefined;
    let value = '';
    let i = this.#at + 1;
    for (; i < this.#text.length && this.#text[i] !== quote; i++) {
      if (this.#text[i] !== '\\') {
        value += this.#text[i];
        continue;
      }
      const next = this.#text[++i] ?? '';
      if (next === quote) value += quote;
      else if (next in ESCAPES && next !== '') value += ESCAPES[next];
      else this.#fail(`unsupported string escape sequence: \\${next}`);
    }
    if (i >= this.#text.length) return undefined;
    this.#at = i + 1;
    return value;
  }

  #blanks(): number {
    const before = this.#at;
    this.#match(BLANK);
    return this.#at - before;
  }
  #peek(): string {
    return this.#text.charAt(this.#at);
  }
  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }
  /** A symbol, or a word that must be followed by a blank (which stays). */
  #takeWord(word: string): boolean {
    const bare = word.trimEnd();
    if (bare === word) return this.#take(word);
    const next = this.#text.charAt(this.#at + bare.length);
    return /[ \t\b\r\n]/.test(next) && this.#take(bare);
  }
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }
  #lastToken(): string {
    return /\S+\s*$/.exec(this.#text.slice(0, this.#at))?.[0].trim() ?? '';
  }
  #fail(message: string): never {
    throw new ConditionError(message, this.#at);
  }
}

const VALUE_TRANSFORMERS = "'val', 'tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'";
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '\\': '\\', '/': '/', ' ': '\\' };
