/**
 * A JSON text as a tree of spans. Rules see what `JSON.parse` loses: how a number is spelt, which of two equal keys came
 * first (the first one counts, as in Falco's plugins), and the text of a member as it was written.
 */
export type JsonNode =
  | { readonly kind: 'string' | 'number' | 'true' | 'false' | 'null'; readonly start: number; readonly end: number }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly start: number; readonly end: number; readonly members: ReadonlyMap<string, JsonNode> };

const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\r\n]*/y;

/** The tree of a JSON text; undefined when it is none or is nested deeper than `maxDepth`. */
export function parseTree(text: string, maxDepth: number): JsonNode | undefined {
  const reader = new TreeReader(text, maxDepth);
  const root = reader.value(0);
  return root !== undefined && reader.atEnd() ? root : undefined;
}

class TreeReader {
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;
  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }
  atEnd(): boolean {
    this.#skip();
    return this.#at === this.#text.length;
  }
  value(depth: number): JsonNode | undefined {
    this.#skip();
    const start = this.#at;
    const first = this.#text.charAt(start);
    if (first === '{') return depth < this.#maxDepth ? this.#object(start, depth + 1) : undefined;
    if (first === '[') return depth < this.#maxDepth ? this.#array(start, depth + 1) : undefined;
    if (first === '"') return this.#match(STRING) === undefined ? undefined : { kind: 'string', start, end: this.#at };
    const scalar = this.#match(SCALAR);
    if (scalar === undefined) return undefined;
    const kind = scalar === 'true' || scalar === 'false' || scalar === 'null' ? scalar : 'number';
    return { kind, start, end: this.#at };
  }
  #object(start: number, depth: number): JsonNode | undefined {
    const members = new Map<string, JsonNode>();
    this.#at++;
    this.#skip();
    if (this.#take('}')) return { kind: 'object', start, end: this.#at, members };
    do {
      this.#skip();
      const key = this.#match(STRING);
      this.#skip();
      if (key === undefined || !this.#take(':')) return undefined;
      const value = this.value(depth);
      if (value === undefined) return undefined;
      const name = key.includes('\\') ? (JSON.parse(key) as string) : key.slice(1, -1);
      if (!members.has(name)) members.set(name, value);
      this.#skip();
    } while (this.#take(','));
    return this.#take('}') ? { kind: 'object', start, end: this.#at, members } : undefined;
  }
  #array(start: number, depth: number): JsonNode | undefined {
    const items: JsonNode[] = [];
    this.#at++;
    this.#skip();
    if (this.#take(']')) return { kind: 'array', start, end: this.#at, items };
    do {
      const value = this.value(depth);
      if (value === undefined) return undefined;
      items.push(value);
      this.#skip();
    } while (this.#take(','));
    return this.#take(']') ? { kind: 'array', start, end: this.#at, items } : undefined;
  }
  #skip(): void {
    this.#match(SPACE);
  }
  #take(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at++;
    return true;
  }
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
