/**
 * How far a source has been asked again. Time is worked off in slices, oldest first, and the place is kept before a run ends, so that a run that was
 * missed or cut goes on where the last one ended: nothing is left out, and what is read twice is known by its mark.
 */
import { attempt } from '../attempt.ts';

/** A stretch of time in ms since 1970, both ends included. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A slice that is being read. */
export interface Slice {
  /** Up to here all has been read when nothing is left of it. */
  readonly endMs: number;
  /** What the pages of the token are of. */
  readonly asked: Stretch;
  /** What is certainly not read yet; asked for where there is no token any more. */
  readonly left: Stretch;
  /** Of the next page of what was asked; undefined: the first one. */
  readonly token: string | undefined;
}

/** How far a source has been asked. */
export interface Place {
  /** All up to here has been read. */
  readonly doneToMs: number;
  readonly slice: Slice | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * Age from which everything that will be told of a time has been told: CloudTrail's history takes up to 15 minutes (User Guide, "Viewing
 * events with CloudTrail Event history", read 2026-11), and the stream has had its time too.
 */
export const SETTLED_MS: number = 15 * MINUTE_MS;

/** Longest slice: in an account of 100 changes a second as much as one run can read. */
const SLICE_MS = 10 * MINUTE_MS;

/** Beyond this age nothing is asked for: marks live for 30 days, and what has none would look as if it had been missed. */
export const OLDEST_MS: number = 28 * DAY_MS;

/** Where one begins whose place was lost: where the last run should have ended. */
const LOST_MS = 75 * MINUTE_MS;

/** Longest token that is kept, in UTF-16 units; without it the rest of its slice is read again. */
const MAX_TOKEN = 16_384;

/** The place of a source that is asked for the first time: nobody has missed what happened before. */
export function firstPlace(nowMs: number): Place {
  return { doneToMs: nowMs, slice: undefined };
}

/** The slice to read next; undefined when all that is settled has been read. */
export function nextSlice({ doneToMs, slice }: Place, nowMs: number): Slice | undefined {
  if (slice !== undefined) return slice;
  const fromMs = Math.max(doneToMs, nowMs - OLDEST_MS);
  const toMs = Math.min(fromMs + SLICE_MS, nowMs - SETTLED_MS);
  if (fromMs >= toMs) return undefined;
  const asked = { fromMs, toMs };
  return { endMs: toMs, asked, left: asked, token: undefined };
}

/**
 * The place after a page of a slice.
 *
 * @param left - What the page leaves of the slice.
 * @param token - Of the next page; undefined: that was the last one, and the slice has been read.
 */
export function afterPage({ doneToMs }: Place, slice: Slice, left: Stretch, token: string | undefined): Place {
  if (token === undefined) return { doneToMs: slice.endMs, slice: undefined };
  return { doneToMs, slice: { ...slice, left, token } };
}

/** The slice without its token: what is left of it is asked for anew. */
export function withoutToken({ endMs, left }: Slice): Slice {
  return { endMs, asked: left, left, token: undefined };
}

/** Writes a place. */
export function placeText({ doneToMs, slice }: Place): string {
  if (slice === undefined) return JSON.stringify({ version: 1, done_to_ms: doneToMs });
  const { endMs, asked, left, token } = slice.token !== undefined && slice.token.length > MAX_TOKEN ? withoutToken(slice) : slice;
  const written = {
    end_ms: endMs,
    asked: [asked.fromMs, asked.toMs],
    left: [left.fromMs, left.toMs],
    ...(token === undefined ? {} : { token }),
  };
  return JSON.stringify({ version: 1, done_to_ms: doneToMs, slice: written });
}

/** Reads a place. What is none - damaged, or of a later version - begins where the last run should have ended. */
export function parsePlace(text: string, nowMs: number): Place {
  const parsed = attempt(SyntaxError, (): unknown => JSON.parse(text));
  const lost: Place = { doneToMs: nowMs - LOST_MS, slice: undefined };
  if (!parsed.ok || !isRecord(parsed.value)) return lost;
  const { version, done_to_ms: doneToMs, slice } = parsed.value;
  if (version !== 1 || !isTime(doneToMs)) return lost;
  return { doneToMs, slice: readSlice(slice) };
}

/** A slice that cannot be read is one that was not begun. */
function readSlice(value: unknown): Slice | undefined {
  if (!isRecord(value)) return undefined;
  const asked = readStretch(value['asked']);
  const left = readStretch(value['left']);
  const { token, end_ms: endMs } = value;
  if (asked === undefined || left === undefined || !isTime(endMs)) return undefined;
  return { endMs, asked, left, token: typeof token === 'string' ? token : undefined };
}

function readStretch(value: unknown): Stretch | undefined {
  if (!Array.isArray(value)) return undefined;
  const [fromMs, toMs]: readonly unknown[] = value;
  return isTime(fromMs) && isTime(toMs) && fromMs <= toMs ? { fromMs, toMs } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
