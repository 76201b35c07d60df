import { expect, test } from 'vitest';
import { pairs } from '../../../../lib/core/deliver/pairs.ts';

test('lists are paired as far as both go, whatever they hold', () => {
  expect(pairs([1, 2, 3], ['a', undefined])).toEqual([
    [1, 'a'],
    [2, undefined],
  ]);
  expect(pairs([], ['a'])).toEqual([]);
});
