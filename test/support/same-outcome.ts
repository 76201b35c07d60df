import { expect } from 'vitest';
import type { ReadLimits } from '../../lib/core/ports.ts';
import { DEFAULT_LIMITS } from '../../lib/sources/limits.ts';
import { openReader, type ReadContext } from '../../lib/sources/reader.ts';
import { openFastReader } from '../../lib/sources/scanner/fast-reader.ts';
import { answerFor, readAll, SIMPLE_PREFILTER } from './scanned.ts';

/** What both ways of reading gave: how many items, and how many of them the fast one skipped. */
export interface Compared {
  readonly items: number;
  readonly skipped: number;
}

/** Expects that the fast reader tells of the same items as the full one, but for records that it may skip, under the reason they have. */
export function expectSameOutcome(pieces: readonly Uint8Array[], context: ReadContext = {}, limits: ReadLimits = DEFAULT_LIMITS): Compared {
  const full = readAll(openReader, [Buffer.concat(pieces)], limits, undefined, context);
  const fast = readAll(openFastReader, pieces, limits, SIMPLE_PREFILTER, context);
  let skipped = 0;
  const comparable = fast.map((told, i) => {
    const whole = full[i];
    if (told.told === 'item' || whole?.told !== 'item' || whole.item.kind !== 'record' || whole.item.record.truncated) return told;
    skipped++;
    return told.source === whole.item.record.source && told.reason === answerFor(SIMPLE_PREFILTER, whole.item.record) ? whole : told;
  });
  expect(comparable).toEqual(full);
  return { items: full.length, skipped };
}
