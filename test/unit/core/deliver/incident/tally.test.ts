import { expect, test } from 'vitest';
import { EMPTY_TALLY, tallied, topOf } from '../../../../../lib/core/deliver/incident/tally.ts';

const tallyOf = (names: readonly string[]) => names.reduce(tallied, EMPTY_TALLY);

test('counts each name, the most frequent first', () => {
  expect(topOf(tallyOf(['b', 'a', 'c', 'a', '__proto__', 'c', 'a']))).toEqual({
    top: [
      { name: 'a', count: 3 },
      { name: 'c', count: 2 },
      { name: 'b', count: 1 },
      { name: '__proto__', count: 1 },
    ],
    others: 0,
  });
});

test('shows ten names and counts every occurrence of the others, however many names there are', () => {
  const names = Array.from({ length: 1_000 }, (_, n) => `n${n}`);
  const tally = tallyOf([...names, ...names]);
  expect(tally.names).toHaveLength(20);
  const { top, others } = topOf(tally);
  expect(top).toHaveLength(10);
  expect(top.reduce((sum, { count }) => sum + count, 0) + others).toBe(2_000);
});
