/**
 * YAML as Falco's reader (yaml-cpp) sees it: every scalar as it is written, null by its spelling, the first of equal keys
 * wins, no merge keys. Anchored values are shared, never copied, so that a small text cannot make a large tree.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode, parseAllDocuments, type Scalar } from 'yaml';

interface At {
  /** First character of the value, its anchor and tag included. */
  readonly at: number;
}
export interface YamlNull extends At {
  readonly kind: 'null';
}
export interface YamlScalar extends At {
  readonly kind: 'scalar';
  readonly value: string;
  /** How it is written, for places inside it. */
  readonly style: 'plain' | 'single' | 'double' | 'block';
  /** First character behind its text in the file. */
  readonly end: number;
}
export interface YamlSeq extends At {
  readonly kind: 'seq';
  readonly items: readonly YamlNode[];
}
export interface YamlMap extends At {
  readonly kind: 'map';
  readonly pairs: readonly { readonly key: YamlNode; readonly value: YamlNode }[];
}
export type YamlNode = YamlNull | YamlScalar | YamlSeq | YamlMap;

/** What a text is no YAML for. */
export interface YamlProblem {
  readonly at: number;
  readonly message: string;
}

/** Falco's own bound. */
const MAX_DEPTH = 500;
const MAX_PROBLEMS = 10;
const NULL_WORDS: readonly string[] = ['', '~', 'null', 'Null', 'NULL'];

/** The first value of a key; of a duplicate key the first counts. */
export function valueAt(map: YamlMap, key: string): YamlNode | undefined {
  return map.pairs.find((pair) => pair.key.kind === 'scalar' && pair.key.value === key)?.value;
}

/** Reads all documents of a text. Never throws. */
export function readYaml(text: string): { readonly documents: readonly YamlNode[] } | { readonly problems: readonly YamlProblem[] } {
  const parsed = parseAllDocuments(text, { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, resolveKnownTags: false });
  const documents = Array.isArray(parsed) ? parsed : [];
  const problems: YamlProblem[] = [];
  for (const { pos, message, code } of documents.flatMap(({ errors }) => errors)) {
    // what follows on the same line is the consequence
    const last = problems.at(-1);
    if (last === undefined || text.slice(last.at, pos[0]).includes('\n')) problems.push({ at: pos[0], message: wordsOf(message, code) });
    if (problems.length === MAX_PROBLEMS) break;
  }
  if (problems.length > 0) return { problems };
  const converted = documents.map(({ contents, range }) => {
    const converter = new Converter(text, problems);
    return converter.convert(contents, range[0], 0);
  });
  return problems.length > 0 ? { problems: problems.slice(0, MAX_PROBLEMS) } : { documents: converted };
}

class Converter {
  readonly #text: string;
  readonly #problems: YamlProblem[];
  readonly #anchors = new Map<string, YamlNode | undefined>();

  constructor(text: string, problems: YamlProblem[]) {
    this.#text = text;
    this.#problems = problems;
  }

  convert(node: Node | ParsedNode | null, before: number, depth: number): YamlNode {
    if (depth > MAX_DEPTH) return this.#problem(`nested more than ${MAX_DEPTH} levels deep`, before);
    if (node === null) return { kind: 'null', at: this.#nextToken(before) };
    const range = node.range?.[0] ?? before;
    if (isAlias(node)) return this.#anchored(node.source, range);
    const name = (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor;
    if (typeof name === 'string') this.#anchors.set(name, undefined);
    const made = this.#value(node, range, depth);
    if (typeof name === 'string') this.#anchors.set(name, made);
    return made;
  }

  #value(node: Node, range: number, depth: number): YamlNode {
    const hasProperties = (isScalar(node) || isMap(node) || isSeq(node)) && (node.anchor !== undefined || node.tag !== undefined);
    const at = hasProperties ? this.#withProperties(range) : range;
    if (isMap(node)) {
      const pairs = node.items.map(({ key, value }) => {
        const made = this.convert(key as Node | null, range, depth + 1);
        return { key: made, value: this.convert(value as Node | null, made.kind === 'scalar' ? made.end : made.at, depth + 1) };
      });
      return { kind: 'map', at, pairs };
    }
    if (isSeq(node)) return { kind: 'seq', at, items: node.items.map((item) => this.convert(item as Node | null, range, depth + 1)) };
    const scalar = node as Scalar;
    const value = String(scalar.value);
    if (scalar.type === 'PLAIN' && scalar.tag === undefined && NULL_WORDS.includes(value)) {
      return { kind: 'null', at: value === '' ? this.#nextToken(range) : at };
    }
    return { kind: 'scalar', at, value, style: STYLES[scalar.type ?? 'PLAIN'] ?? 'block', end: scalar.range?.[1] ?? range };
  }

  #anchored(name: string, at: number): YamlNode {
    const found = this.#anchors.get(name);
    if (found !== undefined) return found;
    const what = this.#anchors.has(name) ? 'stands inside the value it names' : 'names no anchor before it';
    return this.#problem(`the alias *${name} ${what}`, at);
  }

  #problem(message: string, at: number): YamlNode {
    this.#problems.push({ message, at });
    return { kind: 'null', at };
  }

  /** Anchor and tag belong to the value in Falco's places. */
  #withProperties(at: number): number {
    const before = this.#text.slice(Math.max(0, at - 300), at);
    return at - (/(?:[&!][^\s,[\]{}]*\s+)+$/.exec(before)?.[0].length ?? 0);
  }

  /** A value that is not written stands, for Falco, where the next thing stands. */
  #nextToken(from: number): number {
    NEXT_TOKEN.lastIndex = from;
    NEXT_TOKEN.exec(this.#text);
    return NEXT_TOKEN.lastIndex;
  }
}

const NEXT_TOKEN = /:?(?:\s+|(?<=\s)#[^\n]*)*/y;
const STYLES: Readonly<Record<string, YamlScalar['style']>> = { PLAIN: 'plain', QUOTE_SINGLE: 'single', QUOTE_DOUBLE: 'double' };

/** The library's words as this program's: lower case. */
function wordsOf(message: string, code: string): string {
  return code === 'RESOURCE_EXHAUSTION' ? `nested more than ${MAX_DEPTH} levels deep` : message.charAt(0).toLowerCase() + message.slice(1);
}
