/** Which entries go into one push, and the push itself as text. */
import type { LokiEntry, Pairs } from './loki-entry.ts';

/** Bounds of one push. */
export interface BatchBounds {
  /**
   * Raw bytes. About 1 MB: above 4 MiB of protobuf Loki answers a permanent 500, above the tenant's burst (6 MB) a 429 for ever.
   */
  readonly maxBytes: number;
  readonly maxEntries: number;
}

/** What Loki is asked to take in one go unless told otherwise. */
export const DEFAULT_BOUNDS: BatchBounds = { maxBytes: 1_000_000, maxEntries: 1_000 };

/** An entry and the place of its delivery among those handed in. */
export interface Placed {
  readonly entry: LokiEntry;
  readonly index: number;
}

/** The entries of one push: of one stream, the oldest first. */
export interface Batch {
  readonly stream: Pairs;
  readonly items: readonly Placed[];
  /** Loki has said that it kept all of it that is in order: what it calls too far behind now is a repeat. */
  readonly isKept?: boolean;
}

/**
 * Cuts entries into pushes. One stream a push, because Loki answers 204 for several even when it has refused one of them; the
 * oldest first, because an entry more than an hour behind the newest of its stream is refused. Nothing depends on how the
 * entries were grouped or ordered before.
 */
export function batchesOf(items: readonly Placed[], bounds: BatchBounds): readonly Batch[] {
  const streams = new Map<string, { readonly stream: Pairs; readonly members: Placed[] }>();
  for (const item of items) {
    const { stream } = item.entry;
    const key = JSON.stringify(stream);
    const known = streams.get(key);
    if (known === undefined) streams.set(key, { stream, members: [item] });
    else known.members.push(item);
  }
  return [...streams.values()].flatMap(({ stream, members }) =>
    cut(members.sort(byTime), bounds).map((batch) => ({ stream, items: batch })),
  );
}

/** Two halves of a batch, in order; of a single entry there are none. */
export function halvesOf({ items, ...rest }: Batch): readonly Batch[] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)].map((half) => ({ ...rest, items: half }));
}

/** The body of a push, as `POST /loki/api/v1/push` takes it. */
export function pushBody({ stream, items }: Batch): string {
  const values = items.map(({ entry: { timeNs, line, metadata } }) =>
    Object.keys(metadata).length === 0 ? [String(timeNs), line] : [String(timeNs), line, metadata],
  );
  return JSON.stringify({ streams: [{ stream, values }] });
}

function byTime({ entry: a }: Placed, { entry: b }: Placed): number {
  if (a.timeNs !== b.timeNs) return a.timeNs < b.timeNs ? -1 : 1;
  return a.line < b.line ? -1 : Number(a.line !== b.line);
}

function cut(items: readonly Placed[], bounds: BatchBounds): readonly (readonly Placed[])[] {
  const batches: Placed[][] = [];
  let bytes = 0;
  for (const item of items) {
    const current = batches.at(-1);
    const fits = current !== undefined && current.length < bounds.maxEntries && bytes + item.entry.sizeBytes <= bounds.maxBytes;
    if (fits) current.push(item);
    else batches.push([item]);
    bytes = (fits ? bytes : 0) + item.entry.sizeBytes;
  }
  return batches;
}
