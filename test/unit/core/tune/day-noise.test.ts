import { describe, expect, test } from 'vitest';
import { dayOf, furtherNoise, groupOf, groupText, mergeNoise, mergeSeen } from '../../../../lib/core/tune/day-noise.ts';
import { seenOnce } from '../../../contract/noise.ts';

const HOUR_MS = 3_600_000;

describe('the day of an event', () => {
  test.each([
    ['2026-11-21T00:00:00Z', '2026-11-21'],
    ['2026-11-20T23:59:59.999Z', '2026-11-20'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31'],
    ['0000-01-01T00:00:00Z', '0001-01-01'],
    ['+010000-01-01T00:00:00Z', '9999-12-31'],
  ])('of %s is %s', (time, day) => {
    expect(dayOf(Date.parse(time))).toBe(day);
  });
});

test('a group comes back from its text as it was', () => {
  const { group } = seenOnce({ principal: '", "\\', action: '__proto__' });
  expect(groupOf(groupText(group))).toStrictEqual(group);
});

describe('noise of two', () => {
  test('is joined by day and group', () => {
    const further = { kind: 'further', day: '2026-11-21', count: 4 } as const;
    const noise = [seenOnce(), further, seenOnce({ day: '2026-11-20' }), seenOnce({ action: 'B' }), furtherNoise(seenOnce()), seenOnce()];
    expect(mergeNoise(noise).map((each) => [each.day, each.kind === 'group' ? each.group.action : each.kind, each.count])).toEqual([
      ['2026-11-21', 'UpdateFunctionCode', 2],
      ['2026-11-21', 'further', 5],
      ['2026-11-20', 'UpdateFunctionCode', 1],
      ['2026-11-21', 'B', 1],
    ]);
    expect(mergeNoise([])).toEqual([]);
  });

  test('keeps the first time, the newest finding, and all the people, whichever comes first', () => {
    const early = seenOnce({ atMs: 0, user: 200, id: 'early' }).seen;
    const late = seenOnce({ atMs: HOUR_MS, user: 3, id: 'late' }).seen;
    for (const merged of [mergeSeen(early, late), mergeSeen(late, early)]) {
      expect(merged).toEqual({ ...late, users: [3, 200], firstMs: early.firstMs });
    }
    const again = { ...late, reason: 'other', users: [3] };
    expect(mergeSeen(late, again)).toEqual(again);
  });
});
