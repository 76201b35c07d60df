import type { JsonNode } from '../json/tree.ts';
import type { FieldEvent } from './field.ts';

/** The node at a path of keys and positions. */
export function nodeAt(root: JsonNode | undefined, path: readonly string[]): JsonNode | undefined {
  let here = root;
  for (const step of path) {
    if (here?.kind === 'object') here = here.members.get(step);
    else if (here?.kind === 'array') here = /^(?:0|[1-9][0-9]{0,8})$/.test(step) ? here.items[Number(step)] : undefined;
    else return undefined;
  }
  return here;
}

/** A node as rules show it: a string's content, all else as compact JSON text, numbers and escapes as they were written. */
export function textOf(event: FieldEvent, node: JsonNode): string {
  return node.kind === 'string' ? stringOf(event, node) : compact(event, node);
}

/** A string node's content. */
export function stringOf(event: FieldEvent, node: JsonNode): string {
  const raw = event.text.slice(node.start, node.end);
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

/** JSON text without blanks between tokens. */
export function compact(event: FieldEvent, node: JsonNode): string {
  if (node.kind === 'array') return `[${node.items.map((item) => compact(event, item)).join(',')}]`;
  if (node.kind === 'object')
    return `{${[...node.members].map(([key, value]) => `${JSON.stringify(key)}:${compact(event, value)}`).join(',')}}`;
  return event.text.slice(node.start, node.end);
}
