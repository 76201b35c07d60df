import { expect, test } from 'vitest';
import { mapAtOnce } from '../../../../lib/core/deliver/map-at-once.ts';

test('no more at once than allowed, results in the order of the items', async () => {
  let now = 0;
  let most = 0;
  const results = await mapAtOnce([5, 1, 4, 2, 3], 2, async (item) => {
    most = Math.max(most, ++now);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    now--;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

test('at least one works, and nothing comes of nothing', async () => {
  expect(await mapAtOnce([1, 2], 0, async (item) => item)).toEqual([1, 2]);
  expect(await mapAtOnce([], 3, async (item) => item)).toEqual([]);
});
