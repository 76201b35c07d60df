/**
 * Falco's `regex`: RE2 in POSIX syntax over the whole value. The pattern is checked and rewritten here, because the linear-time
 * library at hand reads Perl's syntax: there `x+?` is lazy, here it is `(x+)?`; `\d` and `(?i)` are errors here.
 * Messages are those of RE2 (`re2/parse.cc`, `RegexpStatus`).
 */
import { RE2JS } from 're2js';
import { OperatorError } from './resolve-field.ts';

/** Why a pattern is none, in RE2's words. */
export class PatternError extends OperatorError {
  constructor(words: string, options?: ErrorOptions) {
    super(`invalid regex pattern: ${words}`, options);
  }
}

const MAX_REPEAT = 1000;
const POSIX_CLASS = /^\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]/;
const ESCAPE = /^\\(?:x[0-9a-fA-F]{2}|x\{[0-9a-fA-F]{1,6}\}|0[0-7]{0,2}|[1-7][0-7]{1,2}|[afnrtv]|[\0-/:-@[-^`{-\x7f])/u;
const REPEAT = /^\{(?:0|[1-9][0-9]{0,7})(?:,(?:0|[1-9][0-9]{0,7})?)?\}/;

/** Steps that one match may take at most: characters of the value times places in the pattern, its repetitions written out. */
const MAX_STEPS = 500_000_000;
/** Patterns up to this size take a few steps for each character, however they are built. */
const SMALL = 1_000;

/** A matcher of the whole value, linear in its length whatever the pattern. @throws PatternError */
export function posixRegex(pattern: string): (value: string) => boolean {
  const { rewritten, size } = new Rewriter(pattern).all();
  const compiled = compiledPattern(rewritten);
  return (value) => {
    if (size > SMALL && size * value.length > MAX_STEPS)
      throw new RangeError('regex: the pattern and the value are too long for one another');
    return compiled.matches(value);
  };
}

function compiledPattern(rewritten: string): RE2JS {
  try {
    return RE2JS.compile(rewritten, RE2JS.MULTILINE);
  } catch (cause) {
    // What is left are the bounds that only the parsed pattern shows, such as repetitions of repetitions.
    throw new PatternError(inRe2Words(String(cause)), { cause });
  }
}

function inRe2Words(message: string): string {
  const words = message.replace(/^.*?error parsing regexp: /, '').replace('invalid repeat count', 'invalid repetition size');
  return words.replaceAll('`', '');
}

/** Copies a pattern piece by piece; a repetition of a repetition gets a group round its operand. */
class Rewriter {
  readonly #pattern: string;
  #at = 0;
  #out = '';
  /** Where in the output the last operand begins; undefined: there is none that could be repeated. */
  #operand: number | undefined;
  #isRepeated = false;
  readonly #groups: { readonly start: number; readonly size: number }[] = [];
  /** Of the group at hand, and of its last operand: places, repetitions written out. */
  #size = 0;
  #operandSize = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  all(): { readonly rewritten: string; readonly size: number } {
    while (this.#at < this.#pattern.length) this.#piece(this.#pattern.charAt(this.#at));
    if (this.#groups.length > 0) throw new PatternError(`missing ): ${this.#pattern}`);
    return { rewritten: this.#out, size: this.#size };
  }

  #piece(next: string): void {
    const repeat = next === '{' ? REPEAT.exec(this.#rest())?.[0] : /[*+?]/.test(next) ? next : undefined;
    if (repeat !== undefined) this.#repeat(repeat);
    else if (next === '(') this.#open();
    else if (next === ')') this.#close();
    else if (next === '|') this.#alternative();
    else if (next === '[') this.#atom(this.#class());
    else if (next === '\\') this.#atom(this.#escape(this.#rest()));
    else this.#atom(next === '{' || next === '}' || next === ']' ? `\\${next}` : this.#character(), next);
  }

  #rest(): string {
    return this.#pattern.slice(this.#at);
  }

  #character(): string {
    return String.fromCodePoint(this.#pattern.codePointAt(this.#at) as number);
  }

  #atom(written: string, taken: string = written): void {
    this.#operand = this.#out.length;
    this.#isRepeated = false;
    this.#operandSize = 1;
    this.#size += 1;
    this.#out += written;
    this.#at += taken === this.#pattern.charAt(this.#at) ? this.#character().length : taken.length;
  }

  #repeat(operator: string): void {
    if (this.#operand === undefined) throw new PatternError(`no argument for repetition operator: ${operator}`);
    const [low, high] = operator.slice(1, -1).split(',');
    const isTooMuch =
      Number(low) > MAX_REPEAT || Number(high) > MAX_REPEAT || (high !== undefined && high !== '' && Number(high) < Number(low));
    if (operator.length > 1 && isTooMuch) throw new PatternError(`invalid repetition size: ${operator}`);
    const times = Math.max(1, Number(low) || 1, Number(high) || 1);
    this.#size += this.#operandSize * (times - 1);
    this.#operandSize *= times;
    if (this.#isRepeated) this.#out = `${this.#out.slice(0, this.#operand)}(?:${this.#out.slice(this.#operand)})`;
    this.#out += operator;
    this.#isRepeated = true;
    this.#at += operator.length;
  }

  #open(): void {
    this.#groups.push({ start: this.#out.length, size: this.#size });
    this.#size = 0;
    this.#out += '(?:';
    this.#operand = undefined;
    this.#at++;
  }

  #close(): void {
    const group = this.#groups.pop();
    if (group === undefined) throw new PatternError(`unexpected ): ${this.#pattern}`);
    this.#out += ')';
    this.#operand = group.start;
    this.#operandSize = this.#size;
    this.#size += group.size;
    this.#isRepeated = false;
    this.#at++;
  }

  #alternative(): void {
    this.#out += '|';
    this.#operand = undefined;
    this.#at++;
  }

  #escape(rest: string): string {
    if (rest === '\\') throw new PatternError('trailing \\');
    const known = ESCAPE.exec(rest)?.[0];
    if (known !== undefined) return known;
    throw new PatternError(`invalid escape sequence: ${[...rest.slice(0, 3)].slice(0, 2).join('')}`);
  }

  /** A bracket expression as it is written, after a look at each member. */
  #class(): string {
    const rest = this.#rest();
    let at = rest.startsWith('[^') ? 2 : 1;
    for (const first = at; rest.charAt(at) !== ']' || at === first; ) {
      if (at >= rest.length) throw new PatternError(`missing ]: ${rest}`);
      at += this.#member(rest.slice(at), at === first).length;
    }
    return rest.slice(0, at + 1);
  }

  #member(rest: string, isFirst: boolean): string {
    if (rest.startsWith('-') && !isFirst && !rest.startsWith('-]') && rest.length > 1) {
      throw new PatternError(`invalid character class range: ${[...rest.slice(0, 3)].slice(0, 2).join('')}`);
    }
    const named = /^\[:.*?:\]/s.exec(rest)?.[0];
    if (named !== undefined) {
      if (POSIX_CLASS.test(named)) return named;
      throw new PatternError(`invalid character class range: ${named}`);
    }
    const low = this.#classCharacter(rest);
    const behind = rest.slice(low.length);
    if (!/^-[^\]]/s.test(behind)) return low;
    const high = this.#classCharacter(behind.slice(1));
    const range = `${low}-${high}`;
    if (pointOf(low) > pointOf(high)) throw new PatternError(`invalid character class range: ${range}`);
    return range;
  }

  #classCharacter(rest: string): string {
    return rest.startsWith('\\') ? this.#escape(rest) : String.fromCodePoint(rest.codePointAt(0) as number);
  }
}

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** The code point that a character or an escape stands for. */
function pointOf(written: string): number {
  const digits = /^\\x\{?([0-9a-fA-F]+)/.exec(written)?.[1];
  if (digits !== undefined) return Number.parseInt(digits, 16);
  if (/^\\[0-7]/.test(written)) return Number.parseInt(written.slice(1), 8);
  if (written.length > 1 && written.startsWith('\\')) return CONTROLS[written.slice(1)] ?? (written.codePointAt(1) as number);
  return written.codePointAt(0) as number;
}
