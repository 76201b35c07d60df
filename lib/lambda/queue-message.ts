/**
 * What lies in the queues between our functions. A message is a delivery as the spool of `serve` has it, one that was compressed, or
 * counts. Only our own functions may write to these queues; what is read back is checked all the same, because a message that cannot be
 * read must go aside and not stop its siblings.
 *
 * A message of SQS has at most 1 MiB (Developer Guide, "Amazon SQS message quotas", read 2026-11). A delivery that is larger as text is
 * compressed (audit records shrink 8 to 16 times); one that is too large even then keeps its findings and loses parts of its
 * record, in the same steps as a line of Loki does, and where rules have written much of it into their outputs, of these too.
 */
import { randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { deliveryText, parseDelivery } from '../core/deliver/delivery-text.ts';
import { lokiLine } from '../core/deliver/loki-line.ts';
import type { Delivery } from '../core/model/delivery.ts';
import type { FindingWithOrigin } from '../core/model/finding.ts';
import type { Increment, Series, Total } from '../core/ports.ts';
import type { Counts } from './counts.ts';
import { withCutTexts } from './cut-texts.ts';

/** Most bytes of one message, and of one batch of up to 10. */
export const MAX_MESSAGE_BYTES = 1_048_576;
/** Room that is left for the message's attributes. */
const MAX_BODY_BYTES = MAX_MESSAGE_BYTES - 4_096;
/** What a compressed body may come to; a record has at most 8 MiB (`sources/limits.ts`). */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;
/** Records that are too large even when compressed are cut to this size: larger than any line that Loki takes. */
const CUT_RECORD_BYTES = 512 * 1024;
/** Longest text that is compressed, in UTF-16 units. */
const MAX_PACKED_CHARS = 16 * 1024 * 1024;
/** Where even that is too large, because rules have written the event into their outputs: texts of findings are cut, as far as it takes. */
const TEXT_BOUNDS = [65_536, 8_192, 1_024, 128] as const;
/** Bound of one increment, as ledgers have it. */
const MAX_INCREMENT = 2 ** 31;
const MAX_SERIES = 10_000;

/** A press of a button as Slack has signed it, so that whoever works it off can ask for the signature too. */
export interface SignedPress {
  /** `X-Slack-Request-Timestamp` */
  readonly timestamp: string;
  /** `X-Slack-Signature` */
  readonly signature: string;
  /** As it came. */
  readonly body: string;
}

/** A message that was read. */
export type QueueMessage =
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  | ({ readonly kind: 'counts'; readonly id: string } & Counts)
  | { readonly kind: 'press'; readonly press: SignedPress };

/** Writes a delivery; always within the bound. */
export function deliveryMessage(delivery: Delivery): string {
  const text = sendable(deliveryText(delivery));
  if (Buffer.byteLength(text) <= MAX_BODY_BYTES) return text;
  const cut = withCutRecord(delivery);
  const smaller = [() => text, () => deliveryText(cut), ...TEXT_BOUNDS.map((maxChars) => () => deliveryText(withCutTexts(cut, maxChars)))];
  let packed = '';
  for (const make of smaller) {
    const next = make();
    // What would have to shrink to a twentieth is not even tried: that takes seconds.
    if (next.length <= MAX_PACKED_CHARS) packed = compressed(next);
    if (packed !== '' && packed.length <= MAX_BODY_BYTES) break;
  }
  return packed;
}

/**
 * Writes counts.
 *
 * @param id - Makes them count once, however often the message is delivered.
 */
export function countsMessage({ increments, levels }: Counts, id: string = randomUUID()): string {
  return sendable(JSON.stringify({ counts: 1, id, increments, levels }));
}

/** Writes a press. */
export function pressMessage({ timestamp, signature, body }: SignedPress): string {
  return sendable(JSON.stringify({ press: 1, timestamp, signature, body }));
}

/** Reads a message; undefined for one that no version up to this one wrote. */
export function readMessage(body: string): QueueMessage | undefined {
  const value = parse(body);
  if (value === undefined) return undefined;
  if (value['counts'] === 1) return readCounts(value);
  if (value['press'] === 1) return readSignedPress(value);
  const packed = value['gzip'];
  const text = typeof packed === 'string' ? inflated(packed) : body;
  const delivery = text === undefined ? undefined : readDelivery(text);
  return delivery === undefined ? undefined : { kind: 'delivery', delivery };
}

/** SQS refuses U+FFFE and U+FFFF (API reference, SendMessage, read 2026-11); in JSON they stand in strings only, where an escape means the same. */
function sendable(json: string): string {
  return json.replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

function compressed(text: string): string {
  return JSON.stringify({ gzip: gzipSync(text).toString('base64') });
}

function inflated(base64: string): string | undefined {
  try {
    return gunzipSync(Buffer.from(base64, 'base64'), { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8');
  } catch {
    return undefined;
  }
}

function withCutRecord(delivery: Delivery): Delivery {
  const [first, ...more] = delivery.findings;
  const { finding, recordText } = first;
  const { text } = lokiLine(finding.source, recordText, finding.id, CUT_RECORD_BYTES);
  const cut = (of: FindingWithOrigin): FindingWithOrigin => ({ ...of, recordText: text });
  return { ...delivery, findings: [cut(first), ...more.map(cut)] };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A text of ours that was damaged has the version and not what belongs to it. */
function readDelivery(text: string): Delivery | undefined {
  try {
    const delivery = parseDelivery(text);
    const isWhole =
      typeof delivery?.key === 'string' && typeof delivery.requestKey === 'string' && typeof delivery.findings[0].finding.id === 'string';
    return isWhole ? delivery : undefined;
  } catch {
    return undefined;
  }
}

function readCounts({ id, increments, levels }: Readonly<Record<string, unknown>>): QueueMessage | undefined {
  if (typeof id !== 'string' || !isListOf(increments, isIncrement) || !isListOf(levels, isTotal)) return undefined;
  return { kind: 'counts', id, increments, levels };
}

function readSignedPress({ timestamp, signature, body }: Readonly<Record<string, unknown>>): QueueMessage | undefined {
  if (typeof timestamp !== 'string' || typeof signature !== 'string' || typeof body !== 'string') return undefined;
  return { kind: 'press', press: { timestamp, signature, body } };
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.length <= MAX_SERIES && value.every(isItem);
}

function isIncrement(value: unknown): value is Increment {
  return isSeries(value) && 'by' in value && isCount(value.by) && value.by <= MAX_INCREMENT;
}

function isTotal(value: unknown): value is Total {
  return isSeries(value) && 'value' in value && isCount(value.value);
}

function isSeries(value: unknown): value is Series {
  if (!isRecord(value) || typeof value['metric'] !== 'string') return false;
  const labels = value['labels'];
  return isRecord(labels) && Object.values(labels).every((label) => typeof label === 'string');
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
