/**
 * A JSON text as a tree of spans. Rules see what `JSON.parse` loses: how a number is spelt, which of two equal keys came
 * first (the first one counts, as in Falco's plugins), and the text of a member as it was written.
 */
import { stringEnd } from './strings.ts';

export type JsonNode = JsonScalar | JsonArray | JsonObjectNode;

interface Span {
  /** First character, and the one behind the last. */
  readonly start: number;
  readonly end: number;
}
export interface JsonScalar extends Span {
  readonly kind: 'string' | 'number' | 'true' | 'false' | 'null';
}
export interface JsonArray extends Span {
  readonly kind: 'array';
  readonly items: readonly JsonNode[];
}
export interface JsonObjectNode extends Span {
  readonly kind: 'object';
  readonly members: ReadonlyMap<string, JsonNode>;
}

/** A string of what JSON allows without an escape: all but controls, quotes and backslashes. */
const PLAIN = /"[ !#-[\]-\uffff]*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORDS = ['true', 'false', 'null'] as const;
const [SPACE, TAB, NEWLINE, RETURN] = [0x20, 0x09, 0x0a, 0x0d];
const [QUOTE, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, COLON, COMMA] = [0x22, 0x7b, 0x7d, 0x5b, 0x5d, 0x3a, 0x2c];

/**
 * The tree of a JSON text.
 *
 * @param maxDepth - Deepest nesting; it bounds the recursion.
 * @returns undefined when the text is no JSON or is nested deeper.
 */
export function parseTree(text: string, maxDepth: number): JsonNode | undefined {
  const reader = new TreeReader(text, maxDepth);
  const root = reader.value(0);
  return root !== undefined && reader.isAtEnd() ? root : undefined;
}

/** The content of a string node. */
export function stringOf(text: string, node: JsonNode): string {
  return decoded(text.slice(node.start, node.end));
}

function isString(quoted: string): boolean {
  try {
    return quoted.startsWith('"') && typeof JSON.parse(quoted) === 'string';
  } catch {
    return false; // an escape or a control character that JSON does not allow, or no end
  }
}

function decoded(quoted: string): string {
  return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}

/** Reads by character codes and sticky expressions: twice as slow as `JSON.parse`, which cannot tell what rules need to see. */
class TreeReader {
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  isAtEnd(): boolean {
    return Number.isNaN(this.#next());
  }

  value(depth: number): JsonNode | undefined {
    const code = this.#next();
    const start = this.#at;
    if (code === QUOTE) return this.#string() ? { kind: 'string', start, end: this.#at } : undefined;
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (depth === this.#maxDepth) return undefined;
      this.#at++;
      return code === OPEN_OBJECT ? this.#object(start, depth + 1) : this.#array(start, depth + 1);
    }
    if (this.#match(NUMBER)) return { kind: 'number', start, end: this.#at };
    const word = WORDS.find((each) => this.#text.startsWith(each, start));
    if (word === undefined) return undefined;
    this.#at += word.length;
    return { kind: word, start, end: this.#at };
  }

  #object(start: number, depth: number): JsonNode | undefined {
    const members = new Map<string, JsonNode>();
    if (!this.#take(CLOSE_OBJECT)) {
      do {
        this.#next();
        const keyStart = this.#at;
        if (!this.#string()) return undefined;
        const key = decoded(this.#text.slice(keyStart, this.#at));
        if (!this.#take(COLON)) return undefined;
        const value = this.value(depth);
        if (value === undefined) return undefined;
        if (!members.has(key)) members.set(key, value);
      } while (this.#take(COMMA));
      if (!this.#take(CLOSE_OBJECT)) return undefined;
    }
    return { kind: 'object', start, end: this.#at, members };
  }

  #array(start: number, depth: number): JsonNode | undefined {
    const items: JsonNode[] = [];
    if (!this.#take(CLOSE_ARRAY)) {
      do {
        const value = this.value(depth);
        if (value === undefined) return undefined;
        items.push(value);
      } while (this.#take(COMMA));
      if (!this.#take(CLOSE_ARRAY)) return undefined;
    }
    return { kind: 'array', start, end: this.#at, items };
  }

  /** Passes over a string at this place; most have no escapes, and `JSON.parse` judges those of the others. */
  #string(): boolean {
    if (this.#match(PLAIN)) return true;
    const end = stringEnd(this.#text, this.#at);
    if (!isString(this.#text.slice(this.#at, end))) return false;
    this.#at = end;
    return true;
  }

  /** The code of the next character that is no blank; NaN at the end. */
  #next(): number {
    let code = this.#text.charCodeAt(this.#at);
    while (code === SPACE || code === NEWLINE || code === RETURN || code === TAB) code = this.#text.charCodeAt(++this.#at);
    return code;
  }

  #take(code: number): boolean {
    if (this.#next() !== code) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }
}
