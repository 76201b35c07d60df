/**
 * Reads a condition's text token by token, exactly as falcosecurity/libs 0.25 does (`userspace/libsinsp/filter/parser.cpp`):
 * by prefix and not by word, so that `ka.verb="create"and x` and `in(create)` parse. Positions and the last token are kept as
 * upstream keeps them, because they stand in its messages.
 */

const BLANK = /[ \t\b\r\n]*/y;
const SPACED_NOT = /not[\t\n\v\f\r ]+/y;
const FIELD = /[a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+/y;
const IDENTIFIER = /[a-zA-Z]+[a-zA-Z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|[+-]?[0-9]+[.]?[0-9]*(?:[eE][+-][0-9]+)?/y;
const BARE = /[^()"'\t\n\v\f\r =,]+/y;
const BARE_ARGUMENT = /[^\][\t\n\v\f\r "']+/y;
const KEYWORD = /(?:and|or|not)(?![a-zA-Z0-9])/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\\', '\\'],
  ['/', '/'],
  // Upstream keeps a wrongly escaped blank as the backslash alone, for the sake of one published rule.
  [' ', '\\'],
]);

/** A text in quotes with its escapes resolved, or why they cannot be. */
export type Quoted = { readonly value: string } | { readonly error: string };

/** A place to go back to. */
export interface Bookmark {
  readonly at: number;
  readonly lastToken: string;
}

/** The tokens of one condition. */
export class Lexer {
  readonly #text: string;
  #at = 0;
  #lastToken = '';

  constructor(text: string) {
    this.#text = text;
  }

  get at(): number {
    return this.#at;
  }
  get lastToken(): string {
    return this.#lastToken;
  }
  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }
  bookmark(): Bookmark {
    return { at: this.#at, lastToken: this.#lastToken };
  }
  goBack({ at, lastToken }: Bookmark): void {
    this.#at = at;
    this.#lastToken = lastToken;
  }

  /** Passes over blanks; true when there were some. */
  blanks(): boolean {
    const before = this.#at;
    BLANK.lastIndex = before;
    this.#at += (BLANK.exec(this.#text) as RegExpExecArray)[0].length;
    return this.#at > before;
  }
  /** Takes this very text, if it is next. */
  take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    this.#lastToken = token;
    return true;
  }
  /** Takes the first of these operators that is next; one that ends with a blank needs a blank behind it. */
  operator(operators: readonly string[]): string | undefined {
    return operators.find((operator) => {
      const word = operator.trimEnd();
      if (word === operator) return this.take(word);
      const back = this.bookmark();
      if (this.take(word) && this.blanks()) return true;
      this.goBack(back);
      return false;
    });
  }
  /** Takes a transformer's name with its parenthesis; gives the name. */
  call(names: readonly string[]): string | undefined {
    return names.find((name) => this.take(`${name}(`));
  }
  spacedNot(): boolean {
    return this.#match(SPACED_NOT) !== undefined;
  }
  field(): string | undefined {
    return this.#match(FIELD);
  }
  identifier(): string | undefined {
    return this.#match(IDENTIFIER);
  }
  number(): string | undefined {
    return this.#match(NUMBER);
  }
  bare(): string | undefined {
    return this.#match(BARE);
  }
  bareArgument(): string | undefined {
    return this.#match(BARE_ARGUMENT);
  }
  /** Whether a list or a word that may stand for one is next, and not a keyword. */
  listFollows(): boolean {
    const next = this.#text.charAt(this.#at);
    KEYWORD.lastIndex = this.#at;
    return next === '(' || (/[a-zA-Z]/.test(next) && !KEYWORD.test(this.#text));
  }

  /**
   * Takes a text in quotes. A quote behind a backslash does not end it, even where that backslash is itself escaped
   * (as upstream reads it), and a text that does not end is none.
   */
  quoted(): Quoted | undefined {
    const quote = this.#text.charAt(this.#at);
    if (quote !== '"' && quote !== "'") return undefined;
    const start = this.#at + 1;
    let end = this.#text.indexOf(quote, start);
    while (end > start && this.#text.charAt(end - 1) === '\\') end = this.#text.indexOf(quote, end + 1);
    if (end < 0) {
      this.#lastToken = this.#text.slice(this.#at);
      return undefined;
    }
    this.#at = end + 1;
    this.#lastToken = this.#text.slice(start, end);
    const unescaped = withoutEscapes(this.#lastToken, quote);
    if ('value' in unescaped) this.#lastToken = unescaped.value;
    return unescaped;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    this.#lastToken = found;
    return found;
  }
}

function withoutEscapes(text: string, quote: string): Quoted {
  if (!text.includes('\\')) return { value: text };
  let value = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '\\') {
      value += text[i];
      continue;
    }
    const next = text.charAt(++i);
    if (next === quote) value += quote;
    else if (next === '"' || next === "'") return { error: `invalid \\${next} escape in ${quote}-quoted string` };
    else {
      const meant = ESCAPES.get(next);
      if (meant === undefined) return { error: `unsupported string escape sequence: \\${next}` };
      value += meant;
    }
  }
  return { value };
}
