import { expect, test } from 'vitest';
import { EMPTY_BOOK, holds, noted, standing } from '../../../../../lib/core/deliver/incident/alert-book.ts';
import type { AlertState } from '../../../../../lib/core/model/alert.ts';

const word = (fingerprint: string, startsAtMs: number, status: AlertState['status'] = 'firing'): AlertState => ({
  status,
  groupKey: 'g',
  fingerprint,
  startsAtMs,
  endsAtMs: null,
  labels: {},
  annotations: {},
  generatorUrl: null,
});
const bookOf = (...words: readonly AlertState[]) => words.reduce(noted, EMPTY_BOOK);

test('counts what fires and what is over', () => {
  const book = bookOf(word('a', 1), word('b', 1), word('a', 1, 'resolved'));
  expect(standing(book)).toEqual({ firing: 1, resolved: 1 });
});

test('is the same whatever word about an alert comes first', () => {
  const words = [word('a', 1), word('a', 1, 'resolved'), word('a', 5)];
  for (const order of [words, words.toReversed(), [...words, ...words]])
    expect(standing(bookOf(...order))).toEqual({ firing: 1, resolved: 0 });
  expect(standing(bookOf(word('a', 1, 'resolved'), word('a', 1)))).toEqual({ firing: 0, resolved: 1 });
});

test('knows an occurrence by its beginning', () => {
  const book = bookOf(word('a', 1), word('b', 2));
  expect([holds(book, word('a', 1, 'resolved')), holds(book, word('a', 2)), holds(book, word('c', 1))]).toEqual([true, false, false]);
});

test('is bounded: resolved alerts are let go first and stay counted', () => {
  const over = Array.from({ length: 300 }, (_, n) => word(`over-${n}`, 1, 'resolved'));
  const firing = Array.from({ length: 600 }, (_, n) => word(`fires-${n}`, 1));
  const book = bookOf(...over, ...firing);
  expect(book.alerts).toHaveLength(500);
  expect(standing(book)).toEqual({ firing: 500, resolved: 300 });
});
