import { Refusal } from './answer.ts';
import { goUnquote } from './labels.ts';

/** The part of LogQL that the project's own queries and the recorded ones use. */
export interface Matcher {
  readonly name: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}
export type Stage =
  | { readonly kind: 'line'; readonly op: '|=' | '!=' | '|~' | '!~'; readonly value: string }
  | { readonly kind: 'label'; readonly matcher: Matcher }
  | { readonly kind: 'json'; readonly fields: readonly (readonly [string, string])[] }
  | { readonly kind: 'line_format'; readonly template: string }
  | { readonly kind: 'keep' | 'drop'; readonly names: readonly string[] };
export interface LogQuery {
  readonly kind: 'log';
  readonly matchers: readonly Matcher[];
  readonly stages: readonly Stage[];
}
export type MetricQuery =
  | { readonly kind: 'range'; readonly fn: string; readonly log: LogQuery; readonly rangeNs: bigint; readonly offsetNs: bigint }
  | { readonly kind: 'aggregate'; readonly fn: 'sum' | 'count'; readonly by: readonly string[]; readonly of: MetricQuery }
  | { readonly kind: 'topk'; readonly k: number; readonly of: MetricQuery }
  | { readonly kind: 'compare'; readonly of: MetricQuery; readonly above: number }
  | { readonly kind: 'or_vector'; readonly of: MetricQuery; readonly value: number };
export type Query = LogQuery | MetricQuery;

interface Token {
  readonly kind: 'identifier' | 'string' | 'duration' | 'number' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

const RANGE_FUNCTIONS = ['count_over_time', 'rate', 'absent_over_time'];
const SYMBOLS = ['|=', '|~', '!=', '!~', '=~', '=', '|', '{', '}', '(', ')', '[', ']', ',', '>'];

/** Parses a query; a refusal has Loki's words and place for the faults that are recorded. */
export function parseQuery(text: string): Query {
  return new Parser(text).query();
}

class Parser {
  readonly #text: string;
  #at = 0;
  #token: Token;

  constructor(text: string) {
    this.#text = text;
    this.#token = this.#next();
  }

  query(): Query {
    if (this.#isEnd()) throw new Refusal(400, 'parse error : syntax error: unexpected $end');
    const query = this.#is('{') ? this.#log() : this.#metric();
    if (!this.#isEnd()) this.#unexpected();
    return query;
  }

  #metric(): MetricQuery {
    let query = this.#operand();
    for (;;) {
      if (this.#skip('>')) query = { kind: 'compare', of: query, above: Number(this.#take('number')) };
      else if (this.#token.kind === 'identifier' && this.#token.text === 'or') {
        this.#advance();
        this.#word('vector');
        this.#expect('(');
        query = { kind: 'or_vector', of: query, value: Number(this.#take('number')) };
        this.#expect(')');
      } else return query;
    }
  }

  #operand(): MetricQuery {
    const fn = this.#token.text;
    if (RANGE_FUNCTIONS.includes(fn)) return this.#range();
    if (fn === 'topk') {
      this.#advance();
      this.#expect('(');
      const k = Number(this.#take('number'));
      this.#expect(',');
      const of = this.#metric();
      this.#expect(')');
      return { kind: 'topk', k, of };
    }
    if (fn !== 'sum' && fn !== 'count') return this.#unexpected();
    this.#advance();
    const by = this.#by();
    this.#expect('(');
    const of = this.#metric();
    this.#expect(')');
    return { kind: 'aggregate', fn, by: by.length > 0 ? by : this.#by(), of };
  }

  #by(): readonly string[] {
    if (this.#token.text !== 'by') return [];
    this.#advance();
    this.#expect('(');
    const names = this.#names();
    this.#expect(')');
    return names;
  }

  #range(): MetricQuery {
    const fn = this.#take('identifier');
    this.#expect('(');
    const log = this.#log();
    this.#expect('[');
    const rangeNs = durationNs(this.#take('duration'));
    this.#expect(']');
    let offsetNs = 0n;
    if (this.#token.text === 'offset') {
      this.#advance();
      offsetNs = durationNs(this.#take('duration'));
    }
    this.#expect(')');
    return { kind: 'range', fn, log, rangeNs, offsetNs };
  }

  #log(): LogQuery {
    this.#expect('{');
    const matchers: Matcher[] = [];
    while (!this.#is('}')) {
      if (matchers.length > 0 && !this.#skip(',')) this.#unexpected(', expecting } or ,');
      matchers.push(this.#matcher());
    }
    this.#expect('}');
    const stages: Stage[] = [];
    for (let stage = this.#stage(); stage !== undefined; stage = this.#stage()) stages.push(stage);
    return { kind: 'log', matchers, stages };
  }

  #matcher(): Matcher {
    const name = this.#take('identifier');
    const op = this.#token.text;
    if (op !== '=' && op !== '!=' && op !== '=~' && op !== '!~') return this.#unexpected();
    this.#advance();
    return { name, op, value: this.#take('string') };
  }

  #stage(): Stage | undefined {
    const op = this.#token.text;
    if (this.#token.kind === 'symbol' && (op === '|=' || op === '|~' || op === '!=' || op === '!~')) {
      this.#advance();
      return { kind: 'line', op, value: this.#take('string') };
    }
    if (!this.#skip('|')) return undefined;
    const word = this.#token.text;
    if (word === 'json') {
      this.#advance();
      const fields: [string, string][] = [];
      while (this.#token.kind === 'identifier') {
        const name = this.#take('identifier');
        this.#expect('=');
        fields.push([name, this.#take('string')]);
        this.#skip(',');
      }
      return { kind: 'json', fields };
    }
    if (word === 'line_format') {
      this.#advance();
      return { kind: 'line_format', template: this.#take('string') };
    }
    if (word === 'keep' || word === 'drop') {
      this.#advance();
      return { kind: word, names: this.#names() };
    }
    return { kind: 'label', matcher: this.#matcher() };
  }

  #names(): readonly string[] {
    const names = [this.#take('identifier')];
    while (this.#skip(',')) names.push(this.#take('identifier'));
    return names;
  }

  #isEnd(): boolean {
    return this.#token.kind === 'end';
  }

  #is(symbol: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === symbol;
  }

  #skip(symbol: string): boolean {
    const is = this.#is(symbol);
    if (is) this.#advance();
    return is;
  }

  #expect(symbol: string): void {
    if (!this.#skip(symbol)) this.#unexpected();
  }

  #word(word: string): void {
    if (this.#take('identifier') !== word) this.#unexpected();
  }

  #take(kind: Token['kind']): string {
    if (this.#token.kind !== kind) this.#unexpected();
    const { text } = this.#token;
    this.#advance();
    return text;
  }

  #advance(): void {
    this.#token = this.#next();
  }

  #unexpected(expecting = ''): never {
    const { kind, text, at } = this.#token;
    const what = kind === 'end' ? '$end' : kind === 'symbol' ? text : kind.toUpperCase();
    return this.#fail(at, `syntax error: unexpected ${what}${expecting}`);
  }

  #fail(at: number, what: string): never {
    throw new Refusal(400, `parse error at line 1, col ${at + 1}: ${what}`);
  }

  #next(): Token {
    const blank = /^(?:\s|#[^\n]*)*/.exec(this.#text.slice(this.#at));
    this.#at += blank?.[0].length ?? 0;
    const at = this.#at;
    const rest = this.#text.slice(at);
    if (rest === '') return { kind: 'end', text: '', at };
    if (rest.startsWith('"') || rest.startsWith('`')) return this.#string(rest, at);
    if (rest.startsWith("'")) return this.#fail(at, 'invalid char literal');
    const scanned: readonly (readonly [Token['kind'], RegExp])[] = [
      ['identifier', /^[a-zA-Z_][a-zA-Z0-9_]*/],
      ['duration', /^(?:\d+(?:ms|[smhdwy]))+/],
      ['number', /^\d+(?:\.\d+)?/],
    ];
    for (const [kind, form] of scanned) {
      const match = form.exec(rest)?.[0];
      if (match !== undefined) {
        this.#at += match.length;
        return { kind, text: match, at };
      }
    }
    const symbol = SYMBOLS.find((each) => rest.startsWith(each));
    if (symbol === undefined) return this.#fail(at, `syntax error: unexpected ${rest.charAt(0)}`);
    this.#at += symbol.length;
    return { kind: 'symbol', text: symbol, at };
  }

  #string(rest: string, at: number): Token {
    const literal = (rest.startsWith('`') ? /^`[^`]*`/ : /^"(?:[^"\\\n]|\\[^\n])*"/).exec(rest)?.[0];
    if (literal === undefined) return this.#fail(at, 'literal not terminated');
    this.#at += literal.length;
    try {
      return { kind: 'string', text: goUnquote(literal), at };
    } catch {
      return this.#fail(at, 'invalid char escape');
    }
  }
}

const UNITS: Readonly<Record<string, bigint>> = {
  ms: 1n,
  s: 1000n,
  m: 60_000n,
  h: 3_600_000n,
  d: 86_400_000n,
  w: 604_800_000n,
  y: 31_536_000_000n,
};

/** A duration such as `1h30m`, in ns. */
export function durationNs(text: string): bigint {
  return (
    [...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce((sum, [, count = '0', unit = 's']) => sum + BigInt(count) * (UNITS[unit] ?? 0n), 0n) *
    1_000_000n
  );
}
