import { expect, test } from 'vitest';
import { mergeIncrements } from '../../../../lib/core/deliver/merge-increments.ts';

test('additions to one series become one', () => {
  const a = { metric: 'x', labels: { user: 'a', kind: 'Pod' } };
  const b = { metric: 'x', labels: { user: 'b', kind: 'Pod' } };
  const merged = mergeIncrements([
    { ...a, by: 1 },
    { ...b, by: 2 },
    { metric: 'x', labels: { kind: 'Pod', user: 'a' }, by: 3 },
  ]);
  expect(merged).toEqual([
    { ...a, by: 4 },
    { ...b, by: 2 },
  ]);
});
