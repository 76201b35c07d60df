import { expect, test } from 'vitest';
import { EMPTY_GROUP, lacksDetail, MAX_DETAILED } from '../../../../../lib/core/deliver/incident/incident.ts';

test('details are due for the first events of an incident that has a message of its own', () => {
  const detailed = [[2, 3]] as const;
  expect([1, 2, 3, 4].map((seq) => lacksDetail({ home: 'own', detailed }, seq))).toEqual([true, false, false, true]);
  expect(lacksDetail({ home: 'own', detailed }, MAX_DETAILED + 1)).toBe(false);
  expect(lacksDetail({ home: { digest: 'd' }, detailed }, 1)).toBe(false);
  expect(EMPTY_GROUP.incidents).toEqual([]);
});
