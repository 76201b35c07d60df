/**
 * The line of a Loki entry: the record as it was received, byte for byte. One that Loki would refuse for its length
 * (`max_line_size`, 256 KB) is cut here and not there, because Loki's own cut falls at any byte and makes one entry of two long
 * lines that differ only behind it. The steps, each only if the one before was not enough:
 *
 * 1. the answer (`responseElements`, `responseObject`) gives way to a mark with its size;
 * 2. every longer text below the top level of the record keeps its beginning;
 * 3. the request (`requestParameters`, `requestObject`) gives way to a mark;
 * 4. so do the other members, the largest first, but never the id;
 * 5. the id alone is left.
 *
 * What is left between the marks stays byte for byte, and the line stays JSON. A record that is no whole JSON keeps its
 * beginning, with the id behind it.
 */

import { type JsonNode, type JsonObjectNode, parseTree, stringOf } from '../json/tree.ts';
import type { FindingSource } from '../model/finding.ts';
import { utf8Bytes, utf8Head } from './utf8.ts';

/** A line and whether it is less than the record. */
export interface LokiLine {
  readonly text: string;
  readonly isCut: boolean;
}

interface RecordShape {
  readonly id: string;
  readonly answer: string;
  readonly request: string;
}

const SHAPES: Readonly<Record<FindingSource, RecordShape>> = {
  aws_cloudtrail: { id: 'eventID', answer: 'responseElements', request: 'requestParameters' },
  k8s_audit: { id: 'auditID', answer: 'responseObject', request: 'requestObject' },
  falco: { id: 'uuid', answer: 'output_fields', request: 'output' },
  alertmanager: { id: 'fingerprint', answer: 'annotations', request: 'labels' },
};

/** A longer text in a member is cut to its first 256 bytes. */
const LONG_TEXT_BYTES = 1024;
const KEPT_TEXT_BYTES = 256;
/** A member of at most so many bytes is not worth a mark. */
const SMALL_MEMBER_BYTES = 64;
/** More members than that are large only where somebody made the record to be a burden: the id alone is left then. */
const MAX_MARKED = 64;
/** Deeper than any record that was read (the readers' own bound is below this). */
const MAX_DEPTH = 512;

/** A piece of the text and what stands in its place. */
interface Cut {
  readonly node: JsonNode;
  readonly instead: string;
}

/**
 * The line for a record.
 *
 * @param recordText - As received.
 * @param id - The event's id; it is in the line, however little else is.
 * @param maxBytes - Bound in UTF-8 bytes.
 */
export function lokiLine(source: FindingSource, recordText: string, id: string, maxBytes: number): LokiLine {
  const text = recordText.toWellFormed();
  if (text.length <= maxBytes && utf8Bytes(text) <= maxBytes) return { text, isCut: false };
  const root = parseTree(text, MAX_DEPTH);
  const cut = root?.kind === 'object' ? cutObject(text, root, SHAPES[source], id, maxBytes) : cutText(text, id, maxBytes);
  return { text: cut ?? bareId(SHAPES[source].id, id, maxBytes), isCut: true };
}

function cutObject(text: string, root: JsonObjectNode, shape: RecordShape, id: string, maxBytes: number): string | undefined {
  const marked = new Map<JsonNode, Cut>();
  const mark = (name: string): void => {
    const node = root.members.get(name);
    if (node !== undefined && isWorthMarking(text, node)) marked.set(node, { node, instead: markOf(text, node) });
  };
  const render = (extra: readonly Cut[]): string | undefined => {
    const cut = withId(withCuts(text, [...marked.values(), ...extra]), root.start, id);
    return utf8Bytes(cut) <= maxBytes ? cut : undefined;
  };
  const shortened = (): readonly Cut[] => longTexts(text, root, (node) => marked.has(node));

  mark(shape.answer);
  const withoutAnswer = render([]) ?? render(shortened());
  if (withoutAnswer !== undefined) return withoutAnswer;
  mark(shape.request);
  const withoutRequest = render(shortened());
  if (withoutRequest !== undefined) return withoutRequest;
  for (const [name] of bySize(text, root)) {
    if (name === shape.id) continue;
    mark(name);
    const without = render(shortened());
    if (without !== undefined) return without;
  }
  return undefined;
}

/** Members worth a mark, the largest first. */
function bySize(text: string, root: JsonObjectNode): readonly (readonly [string, JsonNode])[] {
  return [...root.members]
    .filter(([, node]) => isWorthMarking(text, node))
    .sort(([, a], [, b]) => b.end - b.start - (a.end - a.start))
    .slice(0, MAX_MARKED);
}

function isWorthMarking(text: string, node: JsonNode): boolean {
  return utf8Bytes(text.slice(node.start, node.end)) > SMALL_MEMBER_BYTES;
}

function markOf(text: string, node: JsonNode): string {
  return `"(cut: ${utf8Bytes(text.slice(node.start, node.end))} bytes)"`;
}

/** Cuts of the long texts below a node; what is marked as a whole is passed over. */
function longTexts(text: string, node: JsonNode, isMarked: (node: JsonNode) => boolean): readonly Cut[] {
  if (isMarked(node)) return [];
  if (node.kind === 'object') return [...node.members.values()].flatMap((member) => longTexts(text, member, isMarked));
  if (node.kind === 'array') return node.items.flatMap((item) => longTexts(text, item, isMarked));
  if (node.kind !== 'string' || utf8Bytes(text.slice(node.start, node.end)) <= LONG_TEXT_BYTES) return [];
  const content = stringOf(text, node).toWellFormed();
  const instead = JSON.stringify(`${utf8Head(content, KEPT_TEXT_BYTES)}(cut: ${utf8Bytes(content)} bytes)`);
  return [{ node, instead }];
}

function withCuts(text: string, cuts: readonly Cut[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { node, instead } of cuts.toSorted((a, b) => a.node.start - b.node.start)) {
    parts.push(text.slice(at, node.start), instead);
    at = node.end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** An id that is not the record's own (there are records without one) becomes its first member: what is left must tell events apart. */
function withId(text: string, start: number, id: string): string {
  const begin = start + 1;
  return text.includes(id) ? text : `${text.slice(0, begin)}"driftwire_id":${JSON.stringify(id)},${text.slice(begin)}`;
}

/** The beginning of a text that is no JSON. */
function cutText(text: string, id: string, maxBytes: number): string | undefined {
  const tail = ` (cut: ${utf8Bytes(text)} bytes) ${id}`;
  const room = maxBytes - utf8Bytes(tail);
  return room <= 0 ? undefined : `${utf8Head(text, room)}${tail}`;
}

/** The least line: the id; one that is longer than a line is cut as well. */
function bareId(name: string, id: string, maxBytes: number): string {
  return utf8Head(JSON.stringify({ [name]: id.toWellFormed() }), maxBytes);
}
