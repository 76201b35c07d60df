import { invalid } from './invalid-pattern.ts';

/** A step of a selector: a name, an index, any element, any member. */
export type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'elements' | 'members' };

/** What a term asks of the value at its selector. */
export type Question =
  | { readonly kind: 'equal' | 'unequal'; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: 'matches' | 'matches-not'; readonly expression: RegExp }
  | { readonly kind: 'compare'; readonly operator: '<' | '<=' | '>' | '>='; readonly bound: number }
  | { readonly kind: 'null' | 'true' | 'false' | 'absent' };

export interface Term {
  readonly selector: readonly Step[];
  readonly question: Question;
}

export type Expression =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'term'; readonly term: Term };

/** Limits of a pattern (CloudWatch Logs User Guide, "Filter pattern syntax"). */
const MAX_CHARACTERS = 1024;
const MAX_REGEXES = 2;
const MAX_WILDCARDS = 3;

/** Parses `{ ... }`. @throws InvalidPattern */
export function parseCwl(text: string): Expression {
  if (text.length > MAX_CHARACTERS) return invalid('more than 1,024 characters');
  if (!text.startsWith('{') || !text.endsWith('}')) return invalid('no JSON pattern');
  const parser = new Parser(text.slice(1, -1));
  const expression = parser.any();
  parser.end();
  const terms = termsOf(expression);
  if (terms.filter(({ question }) => 'expression' in question).length > MAX_REGEXES) return invalid('more than two regexes');
  const wildcards = terms.map(({ selector }) => selector.filter(({ kind }) => kind === 'elements' || kind === 'members').length);
  if (wildcards.some((count) => count > 1) || wildcards.reduce((sum, count) => sum + count, 0) > MAX_WILDCARDS)
    return invalid('too many wildcards');
  return expression;
}

function termsOf(expression: Expression): readonly Term[] {
  return expression.kind === 'term' ? [expression.term] : expression.parts.flatMap(termsOf);
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  any(): Expression {
    const parts = [this.#all()];
    while (this.#eat('||')) parts.push(this.#all());
    return parts.length === 1 ? (parts[0] as Expression) : { kind: 'or', parts };
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) invalid(`unexpected ${this.#text.slice(this.#at, this.#at + 20)}`);
  }

  #all(): Expression {
    const parts = [this.#one()];
    while (this.#eat('&&')) parts.push(this.#one());
    return parts.length === 1 ? (parts[0] as Expression) : { kind: 'and', parts };
  }

  #one(): Expression {
    if (!this.#eat('(')) return { kind: 'term', term: { selector: this.#selector(), question: this.#question() } };
    const inner = this.any();
    return this.#eat(')') ? inner : invalid('a parenthesis is not closed');
  }

  #selector(): readonly Step[] {
    if (!this.#eat('$')) return invalid('a term begins with $');
    const steps: Step[] = [];
    for (;;) {
      const match = this.#match(/\.\*|\.?\['([^']+)'\]|\.([A-Za-z0-9_-]+)|\[(\d+)\]|\[\*\]/y);
      if (match === undefined) return steps.length === 0 ? invalid('a selector names something') : steps;
      const [whole, quoted, name, index] = match;
      if (whole === '.*') steps.push({ kind: 'members' });
      else if (whole === '[*]') steps.push({ kind: 'elements' });
      else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) });
      else steps.push({ kind: 'name', name: quoted ?? (name as string) });
    }
  }

  #question(): Question {
    const word = this.#word(/IS\s+NULL|IS\s+TRUE|IS\s+FALSE|NOT\s+EXISTS/y);
    if (word !== undefined) return { kind: QUESTION_OF_WORD[word.replace(/\s+/g, ' ') as keyof typeof QUESTION_OF_WORD] };
    const operator = this.#word(/!=|<=|>=|=|<|>/y) ?? invalid('no operator');
    this.#space();
    if (operator === '=' || operator === '!=') return this.#equality(operator === '=');
    const number = this.#match(NUMBER)?.[0] ?? invalid('only numbers have an order');
    return { kind: 'compare', operator: operator as '<', bound: Number(number) };
  }

  #equality(isEqual: boolean): Question {
    const regex = this.#match(/%((?:[^%\\]|\\.)*)%/y)?.[1];
    if (regex !== undefined) return { kind: isEqual ? 'matches' : 'matches-not', expression: compileRegex(regex) };
    const quoted = this.#match(/"((?:[^"\\]|\\.)*)"/y)?.[1];
    const kind = isEqual ? 'equal' : 'unequal';
    if (quoted !== undefined) return { kind, text: quoted.replace(/\\(.)/g, '$1'), isQuoted: true };
    const bare = this.#match(/[A-Za-z0-9_.*@:/+-]+/y)?.[0];
    if (bare === undefined || bare === 'null') return invalid('nothing to compare with');
    return { kind, text: bare, isQuoted: false };
  }

  #eat(word: string): boolean {
    this.#space();
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #word(expression: RegExp): string | undefined {
    this.#space();
    return this.#match(expression)?.[0];
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(expression.source, 'y');
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }

  #space(): void {
    this.#match(/\s+/y);
  }
}

const QUESTION_OF_WORD = { 'IS NULL': 'null', 'IS TRUE': 'true', 'IS FALSE': 'false', 'NOT EXISTS': 'absent' } as const;
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** Letters, digits and these; no groups. */
const REGEX_CHARACTERS = /^(?:[\w:#=@/;,^$?[\]{}|*+. -]|\\.)*$/;

function compileRegex(source: string): RegExp {
  if (!REGEX_CHARACTERS.test(source)) return invalid('characters that a regex may not have');
  return new RegExp(source);
}
