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
  return json.replace(/("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g, '$1');
}

/** JSON text with each member on a line of its own, indented by two blanks (Go's `json.Indent`). */
export function indented(json: string): string {
  let depth = 0;
  const line = (): string => `\n${'  '.repeat(depth)}`;
  return json.replace(/"(?:[^"\\]|\\.)*"|[[{][ \t\r\n]*[\]}]|[ \t\r\n]+|[^"]/g, (token) => {
    if (token === '{' || token === '[') {
      depth++;
      return token + line();
    }
    if (token === '}' || token === ']') {
      depth--;
      return line() + token;
    }
    if (token === ',') return `,${line()}`;
    if (token === ':') return ': ';
    return /^[[{]/.test(token) ? token.charAt(0) + token.slice(-1) : token.trim();
  });
}
