import { type JsonNode, parseTree } from '../json/tree.ts';
import type { EventContext } from './engine.ts';
import type { FieldEvent } from './fields/field.ts';

/** Deeper than the reader lets any record be nested. */
const MAX_DEPTH = 1_000;

/** An event as fields see it; the tree of its record is built once, and only if a rule asks for it. */
export function fieldEvent(context: EventContext): FieldEvent {
  const { text } = context.event.record;
  let root: { readonly node: JsonNode | undefined } | undefined;
  return {
    context,
    text,
    root: () => {
      root ??= { node: parseTree(text, MAX_DEPTH) };
      return root.node;
    },
    memory: new Map(),
  };
}
