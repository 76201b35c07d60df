import { type JsonNode, stringOf } from '../../json/tree.ts';

const INDEX = /^(?:0|[1-9][0-9]{0,8})$/;

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

/** A node as rules show it: a string's content, all else as compact JSON text with numbers and strings as they were written. */
export function textOf(text: string, node: JsonNode): string {
  return node.kind === 'string' ? stringOf(text, node) : compact(text, node);
}

/** JSON text without blanks between tokens. */
export function compact(text: string, node: JsonNode): string {
  if (node.kind === 'array') return `[${node.items.map((item) => compact(text, item)).join(',')}]`;
  if (node.kind === 'object') {
    return `{${[...node.members].map(([key, value]) => `${JSON.stringify(key)}:${compact(text, value)}`).join(',')}}`;
  }
  return text.slice(node.start, node.end);
}
