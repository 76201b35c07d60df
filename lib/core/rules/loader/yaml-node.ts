/**
 * YAML as Falco's reader (yaml-cpp) sees it: every scalar as it is written, null by its spelling, the first of equal keys
 * wins, no merge keys. Anchored values are shared, never copied, so that a small text cannot make a large tree.
 */
import { type Alias, isAlias, isMap, isSeq, type ParsedNode, type Scalar } from 'yaml';
import { parseDocuments } from './yaml-documents.ts';

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
/** Anchors and tags before a value are short. */
const MAX_PROPERTIES_CHARS = 300;
const NULL_WORDS: readonly string[] = ['', '~', 'null', 'Null', 'NULL'];

/** The first value of a key; of a duplicate key the first counts. */
export function valueAt(map: YamlMap, key: string): YamlNode | undefined {
  return map.pairs.find((pair) => pair.key.kind === 'scalar' && pair.key.value === key)?.value;
}

/** What a text says. */
export interface YamlDocuments {
  readonly documents: readonly YamlNode[];
  /** First characters of documents that begin although nothing says so. */
  readonly breaks: readonly number[];
}

/**
 * Reads all documents of a text. Never throws.
 *
 * @param asFalco - Takes what Falco's reader takes although it can hardly be meant (`yaml-documents.ts`); otherwise it is a problem.
 */
export function readYaml(text: string, asFalco: boolean): YamlDocuments | { readonly problems: readonly YamlProblem[] } {
  const { documents, errors, breaks } = parseDocuments(text, asFalco);
  const problems: YamlProblem[] = [];
  let lineEnd = -1;
  for (const { pos, message, code } of errors) {
    // what follows on the same line is the consequence, and so is what follows a value that is complete
    if (pos[0] <= lineEnd || (problems.length > 0 && message.includes('token in YAML stream'))) continue;
    problems.push({ at: placeOf(text, message, pos[0]), message: wordsOf(message, code) });
    lineEnd = text.indexOf('\n', pos[0]);
    if (problems.length === MAX_PROBLEMS || lineEnd < 0) break;
  }
  if (problems.length > 0) return { problems };
  const converted = documents.map(({ contents, range }) => new Converter(text, problems).convert(contents, range[0], 0));
  return problems.length > 0 ? { problems: problems.slice(0, MAX_PROBLEMS) } : { documents: converted, breaks };
}

class Converter {
  readonly #text: string;
  readonly #problems: YamlProblem[];
  readonly #anchors = new Map<string, YamlNode | undefined>();

  constructor(text: string, problems: YamlProblem[]) {
    this.#text = text;
    this.#problems = problems;
  }

  convert(node: ParsedNode | null, before: number, depth: number): YamlNode {
    if (depth > MAX_DEPTH) return this.#problem(`nested more than ${MAX_DEPTH} levels deep`, before);
    if (node === null) return { kind: 'null', at: this.#nextToken(before) };
    if (isAlias(node)) return this.#anchored(node.source, node.range[0]);
    const { anchor } = node;
    if (anchor === undefined) return this.#value(node, depth);
    this.#anchors.set(anchor, undefined);
    const made = this.#value(node, depth);
    this.#anchors.set(anchor, made);
    return made;
  }

  #value(node: Exclude<ParsedNode, Alias.Parsed>, depth: number): YamlNode {
    const { anchor, tag } = node;
    const [start, end] = node.range;
    const at = anchor === undefined && tag === undefined ? start : this.#withProperties(start);
    if (isMap(node)) {
      const pairs = node.items.map((pair) => {
        const key = this.convert(pair.key as ParsedNode | null, start, depth + 1);
        return { key, value: this.convert(pair.value as ParsedNode | null, key.kind === 'scalar' ? key.end : key.at, depth + 1) };
      });
      return { kind: 'map', at, pairs };
    }
    if (isSeq(node)) return { kind: 'seq', at, items: node.items.map((item) => this.convert(item as ParsedNode, start, depth + 1)) };
    const { type, source: value } = node as Scalar.Parsed;
    if (type === 'PLAIN' && tag === undefined && NULL_WORDS.includes(value)) {
      return { kind: 'null', at: value === '' ? this.#nextToken(start) : at };
    }
    return { kind: 'scalar', at, value, style: styleOf(type), end };
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
    const before = this.#text.slice(Math.max(0, at - MAX_PROPERTIES_CHARS), at);
    return at - before.length + before.search(/(?:[&!][^\s,[\]{}]*\s+)*$/);
  }

  /** A value that is not written stands, for Falco, where the next thing stands. */
  #nextToken(from: number): number {
    NEXT_TOKEN.lastIndex = from;
    NEXT_TOKEN.exec(this.#text);
    return NEXT_TOKEN.lastIndex;
  }
}

const NEXT_TOKEN = /:?(?:\s+|(?<=\s)#[^\n]*)*/y;

function styleOf(type: Scalar['type']): YamlScalar['style'] {
  if (type === 'PLAIN') return 'plain';
  return type === 'QUOTE_SINGLE' ? 'single' : type === 'QUOTE_DOUBLE' ? 'double' : 'block';
}

/** Of a quote that is not closed, where it opens; the library gives the place where it gave up. */
function placeOf(text: string, message: string, at: number): number {
  const quote = /^Missing closing (["'])/.exec(message)?.[1];
  return quote === undefined ? at : text.lastIndexOf(quote, at - 1);
}

/** The library's words as this program's: lower case. */
function wordsOf(message: string, code: string): string {
  return code === 'RESOURCE_EXHAUSTION' ? `nested more than ${MAX_DEPTH} levels deep` : message.charAt(0).toLowerCase() + message.slice(1);
}
