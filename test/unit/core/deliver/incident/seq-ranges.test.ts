import { expect, test } from 'vitest';
import { includesSeq, withSeqs } from '../../../../../lib/core/deliver/incident/seq-ranges.ts';

test('numbers that touch become one range, in whatever order they come', () => {
  expect(withSeqs([], [5, 1, 3])).toEqual([
    [1, 1],
    [3, 3],
    [5, 5],
  ]);
  expect(withSeqs(withSeqs([], [5, 1, 3]), [2, 4, 4])).toEqual([[1, 5]]);
  expect(withSeqs([[1, 9]], [4])).toEqual([[1, 9]]);
});

test('a number is in the ranges that hold it', () => {
  expect(
    [1, 2, 3, 4].map((seq) =>
      includesSeq(
        [
          [1, 2],
          [4, 4],
        ],
        seq,
      ),
    ),
  ).toEqual([true, true, false, true]);
});
