import { changeBetweenStrings } from '../../json/strings.ts';
import { type JsonNode, stringOf } from '../../json/tree.ts';
import type { FieldEvent } from './field.ts';

/** What Falco's JSON library takes for a position in an array (Go's `strconv.Atoi`). */
const INDEX = /^[+-]?[0-9]{1,15}$/;

/** The node at a path of keys and positions. */
export function nodeAt(root: JsonNode | undefined, path: readonly string[]): JsonNode | undefined {
  let here = root;
  for (const step of path) {
    if (here?.kind === 'object') here = here.members.get(step);
    else if (here?.kind === 'array' && INDEX.test(step)) here = here.items[Number(step)];
    else return undefined;
  }
  return here;
}

/** The node at a path of keys from the root of the event's record. */
export function nodeOf(event: FieldEvent, ...path: readonly string[]): JsonNode | undefined {
  return nodeAt(event.root(), path);
}

/** The content of a string up to a NUL character, where Falco's C strings end; undefined: the node is none. */
export function contentOf(text: string, node: JsonNode | undefined): string | undefined {
  if (node?.kind !== 'string') return undefined;
  const content = stringOf(text, node);
  const end = content.indexOf('\0');
  return end < 0 ? content : content.slice(0, end);
}

/** A node as rules show it: a string's content, all else as compact JSON text with numbers and strings as they were written. */
export function textOf(text: string, node: JsonNode): string {
  return contentOf(text, node) ?? compact(text, node);
}

/** A node's JSON text without blanks between tokens; equal keys, numbers and escapes stay as they were written. */
export function compact(text: string, node: JsonNode): string {
  return compactText(text.slice(node.start, node.end));
}

/** JSON text without blanks between tokens. */
export function compactText(json: string): string {
  return changeBetweenStrings(json, (between) => between.replace(/[ \t\r\n]+/g, ''));
}

/** A record of 8 MiB that is nested 200 deep would grow beyond what a program can hold. */
const MAX_INDENTED_CHARS = 64_000_000;

/**
 * JSON text with each member on a line of its own, indented by two blanks (Go's `json.Indent`).
 *
 * @throws RangeError when that would be too long, which counts as a failure of the rule that asks for it.
 */
export function indented(json: string): string {
  let depth = 0;
  let added = 0;
  const line = (): string => {
    added += 1 + 2 * depth;
    if (added > MAX_INDENTED_CHARS) throw new RangeError('the record is too long and too deeply nested to be shown indented');
    return `\n${'  '.repeat(depth)}`;
  };
  const token = (text: string): string => {
    if (text === '{' || text === '[') {
      depth++;
      return text + line();
    }
    if (text === '}' || text === ']') {
      depth--;
      return line() + text;
    }
    if (text === ',') return `,${line()}`;
    if (text === ':') return ': ';
    return /^[[{]/.test(text) ? text.charAt(0) + text.slice(-1) : text.trim();
  };
  return changeBetweenStrings(json, (between) => between.replace(/[[{][ \t\r\n]*[\]}]|[ \t\r\n]+|[^ \t\r\n]/g, token));
}
