/**
 * A JSON text as a tree of spans. Rules see what `JSON.parse` loses: how a number is spelt, which of two equal keys came
 * first (the first one counts, as in Falco's plugins), and the text of a member as it was written.
 */
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

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORDS = ['true', 'false', 'null'] as const;

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
  const raw = text.slice(node.start, node.end);
  return raw.includes('\\') ? String(JSON.parse(raw)) : raw.slice(1, -1);
}

class TreeReader {
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  isAtEnd(): boolean {
    this.#match(SPACE);
    return this.#at === this.#text.length;
  }

  value(depth: number): JsonNode | undefined {
    this.#match(SPACE);
    const start = this.#at;
    const first = this.#text.charAt(start);
    if (first === '{' || first === '[') {
      if (depth === this.#maxDepth) return undefined;
      this.#at++;
      return first === '{' ? this.#object(start, depth + 1) : this.#array(start, depth + 1);
    }
    if (first === '"') return this.#string() === undefined ? undefined : { kind: 'string', start, end: this.#at };
    const word = WORDS.find((each) => this.#text.startsWith(each, start));
    if (word !== undefined) {
      this.#at += word.length;
      return { kind: word, start, end: this.#at };
    }
    return this.#match(NUMBER) ? { kind: 'number', start, end: this.#at } : undefined;
  }

  #object(start: number, depth: number): JsonNode | undefined {
    const members = new Map<string, JsonNode>();
    if (!this.#take('}')) {
      do {
        this.#match(SPACE);
        const key = this.#string();
        if (key === undefined || !this.#take(':')) return undefined;
        const value = this.value(depth);
        if (value === undefined) return undefined;
        if (!members.has(key)) members.set(key, value);
      } while (this.#take(','));
      if (!this.#take('}')) return undefined;
    }
    return { kind: 'object', start, end: this.#at, members };
  }

  #array(start: number, depth: number): JsonNode | undefined {
    const items: JsonNode[] = [];
    if (!this.#take(']')) {
      do {
        const value = this.value(depth);
        if (value === undefined) return undefined;
        items.push(value);
      } while (this.#take(','));
      if (!this.#take(']')) return undefined;
    }
    return { kind: 'array', start, end: this.#at, items };
  }

  /** A string at this place, decoded. `JSON.parse` judges its escapes. */
  #string(): string | undefined {
    if (this.#text.charAt(this.#at) !== '"') return undefined;
    let end = this.#at + 1;
    while (this.#text.charAt(end) !== '"') {
      if (end >= this.#text.length) return undefined;
      end += this.#text.charAt(end) === '\\' ? 2 : 1;
    }
    const raw = this.#text.slice(this.#at, end + 1);
    this.#at = end + 1;
    try {
      return String(JSON.parse(raw));
    } catch {
      return undefined; // an escape or a control character that JSON does not allow
    }
  }

  #take(character: string): boolean {
    this.#match(SPACE);
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found !== null;
  }
}
