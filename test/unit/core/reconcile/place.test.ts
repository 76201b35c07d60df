import { describe, expect, test } from 'vitest';
import {
  afterPage,
  firstPlace,
  nextSlice,
  OLDEST_MS,
  type Place,
  parsePlace,
  placeText,
  SETTLED_MS,
  type Slice,
  withoutToken,
} from '../../../../lib/core/reconcile/place.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);

/** The slices that a run at a time reads, each in one page, and where it ends. */
function read(begin: Place, nowMs: number): { readonly slices: readonly Slice[]; readonly place: Place } {
  const slices: Slice[] = [];
  let place = begin;
  for (let slice = nextSlice(place, nowMs); slice !== undefined; slice = nextSlice(place, nowMs)) {
    slices.push(slice);
    place = afterPage(place, slice, slice.left, undefined);
  }
  return { slices, place };
}

describe('what is asked for', () => {
  test('is nothing of the time before the first run: nobody has missed it', () => {
    expect(nextSlice(firstPlace(NOW), NOW)).toBeUndefined();
    expect(nextSlice(firstPlace(NOW), NOW + SETTLED_MS)).toBeUndefined();
  });

  test('an hour later is what is settled by then, oldest first, without a gap', () => {
    const { slices, place } = read(firstPlace(NOW), NOW + 60 * MINUTE);
    expect(slices.map(({ asked }) => [(asked.fromMs - NOW) / MINUTE, (asked.toMs - NOW) / MINUTE])).toEqual([
      [0, 10],
      [10, 20],
      [20, 30],
      [30, 40],
      [40, 45],
    ]);
    expect(place).toEqual({ doneToMs: NOW + 45 * MINUTE, slice: undefined });
    const next = read(place, NOW + 120 * MINUTE);
    expect(next.slices[0]?.asked.fromMs).toBe(NOW + 45 * MINUTE);
    expect(next.place.doneToMs).toBe(NOW + 105 * MINUTE);
  });

  test('after a pause is all of it, but no more than marks are remembered', () => {
    expect(read(firstPlace(NOW), NOW + 24 * 60 * MINUTE).slices).toHaveLength(143);
    const late = NOW + 40 * 24 * 60 * MINUTE;
    expect(nextSlice(firstPlace(NOW), late)?.asked.fromMs).toBe(late - OLDEST_MS);
  });
});

describe('a slice of several pages', () => {
  const asked = { fromMs: NOW, toMs: NOW + 10 * MINUTE };
  const slice: Slice = { endMs: asked.toMs, asked, left: asked, token: undefined };

  test('goes on with its token, and without it with what is left', () => {
    const left = { fromMs: NOW, toMs: NOW + 4 * MINUTE };
    const place = afterPage(firstPlace(NOW), slice, left, 'page 2');
    expect(place).toEqual({ doneToMs: NOW, slice: { ...slice, left, token: 'page 2' } });
    const going = nextSlice(place, NOW + 999 * MINUTE);
    expect(going).toEqual(place.slice);
    if (going === undefined) throw new Error('no slice');
    const rest = withoutToken(going);
    expect(rest).toEqual({ endMs: asked.toMs, asked: left, left, token: undefined });
    // newest first: what was left was the beginning, and the end had been read before
    expect(afterPage(place, rest, left, undefined)).toEqual({ doneToMs: asked.toMs, slice: undefined });
  });
});

describe('a place as text', () => {
  const asked = { fromMs: NOW, toMs: NOW + 10 };
  const slice = { endMs: NOW + 10, asked, left: { fromMs: NOW, toMs: NOW + 5 }, token: undefined };

  test.each<Place>([firstPlace(NOW), { doneToMs: NOW, slice }, { doneToMs: NOW, slice: { ...slice, token: 'AAAA' } }])(
    'comes back as it was: %j',
    (place) => {
      expect(parsePlace(placeText(place), NOW + 1)).toEqual(place);
    },
  );

  test('leaves out a token that is too long to keep, and with it what it was of', () => {
    const place = { doneToMs: NOW, slice: { ...slice, token: 'x'.repeat(20_000) } };
    expect(parsePlace(placeText(place), NOW)).toEqual({ doneToMs: NOW, slice: withoutToken(slice) });
  });

  test.each([
    '',
    '{',
    'null',
    '7',
    '[]',
    '{"version":2,"done_to_ms":1}',
    '{"version":1}',
    '{"version":1,"done_to_ms":"1"}',
    '{"version":1,"done_to_ms":0.5}',
  ])('that is none begins where the last run should have ended: %s', (text) => {
    expect(parsePlace(text, NOW)).toEqual({ doneToMs: NOW - 75 * MINUTE, slice: undefined });
  });

  test.each([
    7,
    null,
    {},
    { asked: [1, 2] },
    { left: [1, 2] },
    { end_ms: 2, asked: [2, 1], left: [1, 2] },
    { end_ms: 2, asked: [1, 2], left: ['1', 2] },
    { asked: 1, left: 2 },
    { asked: [1, 2], left: [1, 2], end_ms: 'x' },
  ])('with a slice that is none begins that anew: %j', (damaged) => {
    expect(parsePlace(JSON.stringify({ version: 1, done_to_ms: NOW, slice: damaged }), NOW)).toEqual({ doneToMs: NOW, slice: undefined });
  });
});
