/**
 * What Loki's answer to a push of one stream means. Decided by the status wherever that is enough: texts change between
 * versions. Texts are read only where they save a push or name a reason, and every such reading is checked against the numbers.
 */
import type { DeliveryReason } from '../model/delivery-result.ts';
import { formatRfc3339, parseRfc3339 } from '../time.ts';
import type { Placed } from './loki-batch.ts';
import { utf8Bytes } from './utf8.ts';

/** What to do about a push. */
export type PushVerdict =
  | { readonly kind: 'stored' }
  /** Some of it was refused and the rest is stored; or all of it was refused. */
  | { readonly kind: 'refused' }
  /** All of it was refused for what all entries of the stream have in common. */
  | { readonly kind: 'stream_refused'; readonly reason: DeliveryReason }
  /** Too large in one piece. */
  | { readonly kind: 'too_large' }
  /** Not now. `stream`: only this stream is concerned. `smaller`: less at a time may pass. */
  | { readonly kind: 'wait'; readonly reason: DeliveryReason; readonly concerns: 'stream' | 'sink'; readonly smaller: boolean }
  /** Nothing will pass until somebody changes something. */
  | { readonly kind: 'barred'; readonly reason: DeliveryReason };

/** Judges status and text of an answer to a push. */
export function judgePush(status: number, text: string): PushVerdict {
  if (status === 204 || status === 200) return { kind: 'stored' };
  if (status === 400 || status === 422) return judgeRefusal(text);
  if (status === 413) return { kind: 'too_large' };
  if (status === 401 || status === 403) return { kind: 'barred', reason: 'unauthorized' };
  if (status === 260) return { kind: 'barred', reason: 'blocked' };
  if (status === 404 || status === 405 || status === 415 || (status >= 300 && status < 400))
    return { kind: 'barred', reason: 'misconfigured' };
  if (status === 429) return judgeLimit(text);
  if (status >= 500) return judgeServerError(text);
  if (status === 408) return { kind: 'wait', reason: 'timeout', concerns: 'sink', smaller: false };
  return { kind: 'barred', reason: 'unexpected' };
}

/** Faults of the labels, or of how the sender is set up: the same for every entry of the stream. */
const STREAM_FAULTS: readonly RegExp[] = [
  /couldn't parse labels/,
  /has \d+ label names; limit/,
  /has label (?:name|value) too long/,
  /has duplicate label name/,
  /missing required labels/,
  /at least one label pair is required/,
];

function judgeRefusal(text: string): PushVerdict {
  if (/but this feature is disallowed/.test(text)) return { kind: 'barred', reason: 'misconfigured' };
  if (/^no org id|^tenant ID/i.test(text)) return { kind: 'barred', reason: 'unauthorized' };
  if (STREAM_FAULTS.some((fault) => fault.test(text))) return { kind: 'stream_refused', reason: 'invalid' };
  return { kind: 'refused' };
}

function judgeLimit(text: string): PushVerdict {
  if (/ingestion blocked/.test(text)) return { kind: 'barred', reason: 'blocked' };
  if (/maximum active stream limit/i.test(text)) return { kind: 'wait', reason: 'stream_limit', concerns: 'stream', smaller: false };
  const concerns = /per stream rate limit/i.test(text) ? 'stream' : 'sink';
  return { kind: 'wait', reason: 'rate_limited', concerns, smaller: true };
}

/** Two permanent errors come as a 500 (measured on 3.7.6); repeated, they would be answered so for ever. */
function judgeServerError(text: string): PushVerdict {
  if (/received message larger than max/.test(text)) return { kind: 'too_large' };
  if (/resulted in invalid name/.test(text)) return { kind: 'stream_refused', reason: 'invalid' };
  return { kind: 'wait', reason: 'unavailable', concerns: 'sink', smaller: false };
}

/** Why an entry was refused, by the text of a refusal of that entry alone. */
export function refusalReason(text: string): DeliveryReason {
  if (/timestamp too old/.test(text)) return 'too_old';
  if (/timestamp too new/.test(text)) return 'too_new';
  if (/too far behind|out of order/.test(text)) return 'too_far_behind';
  if (/max entry size/i.test(text)) return 'too_large';
  return 'invalid';
}

/** The limit that a refusal for length names, in bytes; undefined when it names none. */
export function namedLineLimit(text: string): number | undefined {
  const [, limit] = /max entry size '(\d{1,9})' bytes exceeded/i.exec(text) ?? [];
  return limit === undefined ? undefined : Number(limit);
}

/** One entry that was refused. */
export interface Refused {
  readonly item: Placed;
  readonly reason: DeliveryReason;
}

/**
 * Which entries a refusal speaks of; undefined when text and numbers leave any doubt. The entries that are not among them are
 * stored.
 *
 * @param items - Of one stream, sorted by time, as they were pushed.
 */
export function refusedOf(text: string, items: readonly Placed[]): readonly Refused[] | undefined {
  const total = /total ignored: (\d+) out of (\d+) for stream/.exec(text);
  return total === null ? refusedByChecks(text, items) : refusedByStore(text, items, Number(total[1]), Number(total[2]));
}

/**
 * Refusals of the part that stores: each with its exact time, ten of them at most, then how many of how many. Fewer than were
 * sent means that others were refused before, which this text does not tell.
 */
function refusedByStore(text: string, items: readonly Placed[], ignored: number, of: number): readonly Refused[] | undefined {
  if (of !== items.length) return undefined;
  const said = [
    ...text.matchAll(/entry with timestamp (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?) \+0000 UTC ignored, reason: '([^']*)/g),
  ];
  if (said.length === 0 || said.some(([, , , reason = '']) => refusalReason(reason) !== 'too_far_behind')) return undefined;
  // sorted as they are, those that are too far behind are the first
  const refused = items.slice(0, ignored);
  const times = new Set(refused.map(({ entry }) => entry.timeNs));
  const fits = said.every(([, day, clock]) => times.has(parseRfc3339(`${day}T${clock}Z`)?.ns ?? -1n));
  const next = items[ignored];
  // equal times stand or fall together
  if (!fits || (next !== undefined && times.has(next.entry.timeNs))) return undefined;
  return refused.map((item) => ({ item, reason: 'too_far_behind' }));
}

/**
 * Whether a refusal comes from the part that checks and not from the one that stores: then everything that passed the checks is
 * stored, because of one stream the outcome of storing would have been told instead.
 */
export function isRefusedByChecks(text: string): boolean {
  return /timestamp too (?:old|new)|max entry size|structured metadata too/.test(text) && !/total ignored: /.test(text);
}

/** Refusals of the part that checks: one kind alone, or counted (`2 errors like: ...; 1 errors like: ...`), with times in seconds. */
function refusedByChecks(text: string, items: readonly Placed[]): readonly Refused[] | undefined {
  const refused: Refused[] = [];
  for (const said of text.trimEnd().split(/; (?=\d+ errors like: )/)) {
    const count = /^(\d+) errors like: /.exec(said);
    const meant = meantBy(said, items);
    if (meant.length !== Number(count?.[1] ?? 1)) return undefined;
    refused.push(...meant.map((item) => ({ item, reason: refusalReason(said) })));
  }
  return new Set(refused.map(({ item }) => item)).size === refused.length ? refused : undefined;
}

function meantBy(said: string, items: readonly Placed[]): readonly Placed[] {
  const [, time] = /' has timestamp too (?:old|new): (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/.exec(said) ?? [];
  if (time !== undefined) return items.filter(({ entry }) => `${formatRfc3339(entry.timeNs).slice(0, 19)}Z` === time);
  const [, length] = /while adding an entry with length '(\d{1,12})' bytes/.exec(said) ?? [];
  if (length !== undefined) return items.filter(({ entry }) => utf8Bytes(entry.line) === Number(length));
  // one entry alone cannot be mistaken for another; anything else is found out by pushing less
  return items.length === 1 ? items : [];
}
