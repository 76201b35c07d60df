/** Finds the line and column of a value in a YAML document, for messages that point at the right place. */
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type LineCounter, type Node } from 'yaml';

/** A place in the text, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of a value, of its key (`atKey`), or of the nearest thing around it that is written down. */
export function placeOf(document: Document, lines: LineCounter, path: readonly PropertyKey[], atKey: boolean): Place {
  let offset = 0;
  let node: unknown = document.contents;
  offset = startOf(node) ?? offset;
  for (const [index, part] of path.entries()) {
    const step = childOf(document, node, part);
    if (step === undefined) break;
    const last = index === path.length - 1;
    offset = (last && atKey ? step.keyStart : startOf(step.value)) ?? step.keyStart ?? offset;
    node = step.value;
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

interface Step {
  readonly keyStart: number | undefined;
  readonly value: unknown;
}

function childOf(document: Document, parent: unknown, part: PropertyKey): Step | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isSeq(node)) {
    const value = node.items[Number(part)];
    return value === undefined ? undefined : { keyStart: startOf(value), value };
  }
  if (!isMap(node)) return undefined;
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key) || String(pair.key.value) !== String(part)) continue;
    return { keyStart: startOf(pair.key), value: pair.value };
  }
  return undefined;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
