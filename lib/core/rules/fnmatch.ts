/**
 * POSIX `fnmatch(pattern, value, 0)` of glibc in the C locale, which is what Falco's `glob`, `iglob` and the components of
 * `pmatch` mean: whole value, bytes, `*` also across `/`. Backtracks to the last star only, so the time is bounded by the
 * product of the two lengths, whatever the pattern.
 */
import { asciiLower, byteString } from './bytes.ts';

type Token = { readonly kind: 'star' } | { readonly kind: 'any' } | { readonly kind: 'byte'; readonly code: number } | ByteSet;
interface ByteSet {
  readonly kind: 'set';
  readonly has: readonly boolean[];
}

const BYTES = 256;
const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alpha', /[a-zA-Z]/],
  ['digit', /[0-9]/],
  ['alnum', /[a-zA-Z0-9]/],
  ['upper', /[A-Z]/],
  ['lower', /[a-z]/],
  ['space', /[ \t\n\v\f\r]/],
  ['blank', /[ \t]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['print', /[ -~]/],
  ['graph', /[!-~]/],
  ['cntrl', /[^ -~\u0080-\u00ff]/],
  ['xdigit', /[0-9a-fA-F]/],
]);

/** A matcher for one pattern; with `foldCase` ASCII letters of both cases are the same. */
export function fnmatch(pattern: string, foldCase: boolean): (value: string) => boolean {
  const fold = foldCase ? asciiLower : (text: string): string => text;
  if (!/[*?[\\]/.test(pattern)) {
    const wanted = fold(pattern);
    return (value) => fold(value) === wanted;
  }
  const tokens = new PatternReader(byteString(fold(pattern)), foldCase).tokens();
  if (tokens === undefined) return () => false;
  return (value) => matches(tokens, byteString(fold(value)));
}

/** Steps that one match may take at most; only a pattern that is itself taken from a long field gets there. */
const MAX_STEPS = 300_000_000;

function matches(tokens: readonly Token[], bytes: string): boolean {
  if (tokens.length * bytes.length > MAX_STEPS) throw new RangeError('glob: the pattern and the value are too long for one another');
  let token = 0;
  let at = 0;
  let star = -1;
  let resume = 0;
  while (at < bytes.length) {
    const next = tokens[token];
    if (next?.kind === 'star') {
      star = token++;
      resume = at;
    } else if (next !== undefined && accepts(next, bytes.charCodeAt(at))) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else return false;
  }
  while (tokens[token]?.kind === 'star') token++;
  return token === tokens.length;
}

function accepts(token: Exclude<Token, { kind: 'star' }>, code: number): boolean {
  if (token.kind === 'any') return true;
  return token.kind === 'byte' ? token.code === code : token.has[code] === true;
}

class PatternReader {
  readonly #pattern: string;
  readonly #foldCase: boolean;
  #at = 0;
  #hasUnknownClass = false;

  constructor(pattern: string, foldCase: boolean) {
    this.#pattern = pattern;
    this.#foldCase = foldCase;
  }

  /** Undefined when the pattern matches nothing at all: a backslash ends it, or it names a class that there is not. */
  tokens(): readonly Token[] | undefined {
    const tokens: Token[] = [];
    while (this.#at < this.#pattern.length) {
      const character = this.#pattern.charAt(this.#at++);
      if (character === '*') tokens.push({ kind: 'star' });
      else if (character === '?') tokens.push({ kind: 'any' });
      else if (character === '[') tokens.push(this.#set() ?? { kind: 'byte', code: character.charCodeAt(0) });
      else if (character !== '\\') tokens.push({ kind: 'byte', code: character.charCodeAt(0) });
      else if (this.#at === this.#pattern.length) return undefined;
      else tokens.push({ kind: 'byte', code: this.#pattern.charCodeAt(this.#at++) });
    }
    return this.#hasUnknownClass ? undefined : tokens;
  }

  /** A bracket expression; undefined, with nothing taken, when it does not end: the bracket is a character then. */
  #set(): ByteSet | undefined {
    const back = this.#at;
    const isNegated = /[!^]/.test(this.#pattern.charAt(this.#at));
    if (isNegated) this.#at++;
    const has: boolean[] = new Array(BYTES).fill(false);
    const first = this.#at;
    while (this.#at < this.#pattern.length) {
      if (this.#pattern.charAt(this.#at) === ']' && this.#at > first) {
        this.#at++;
        return { kind: 'set', has: isNegated ? has.map((isIn) => !isIn) : has };
      }
      this.#member(has);
    }
    this.#at = back;
    return undefined;
  }

  /** One member of a bracket expression: a class, a byte or a range. */
  #member(has: boolean[]): void {
    const name = /^\[:([a-z]*):\]/.exec(this.#pattern.slice(this.#at, this.#at + 20));
    if (name !== null) {
      this.#at += name[0].length;
      const members = CLASSES.get(name[1] as string);
      if (members === undefined) this.#hasUnknownClass = true;
      else for (let code = 0; code < BYTES; code++) if (this.#isIn(members, code)) has[code] = true;
      return;
    }
    const low = this.#byte();
    const isRange = this.#pattern.charAt(this.#at) === '-' && !['', ']'].includes(this.#pattern.charAt(this.#at + 1));
    if (isRange) this.#at++;
    const high = isRange ? this.#byte() : low;
    for (let code = low; code <= high; code++) has[code] = true;
  }

  #isIn(members: RegExp, code: number): boolean {
    const character = String.fromCharCode(code);
    return members.test(character) || (this.#foldCase && members.test(character.toUpperCase()));
  }

  #byte(): number {
    const ahead = this.#pattern.slice(this.#at, this.#at + 5);
    // `[.x.]` and `[=x=]` are the byte itself in the C locale.
    const collating = /^\[([.=])(.)\1\]/.exec(ahead);
    if (collating !== null) {
      this.#at += collating[0].length;
      return (collating[2] as string).charCodeAt(0);
    }
    if (ahead.length > 1 && ahead.startsWith('\\')) this.#at++;
    return this.#pattern.charCodeAt(this.#at++);
  }
}
