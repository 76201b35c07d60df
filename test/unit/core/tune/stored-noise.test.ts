import { describe, expect, test } from 'vitest';
import { StoredNoise } from '../../../../lib/core/tune/stored-noise.ts';
import { seenOnce } from '../../../contract/noise.ts';

describe('what a store has kept of several days', () => {
  test('is ranked by group, over all days, the largest first', () => {
    const noise = new StoredNoise();
    expect([noise.groups(), noise.total, noise.further, noise.days]).toEqual([[], 0, 0, undefined]);
    noise.add(seenOnce({ action: 'B' }));
    noise.add({ kind: 'further', day: '2026-11-22', count: 3 });
    noise.add({ ...seenOnce({ action: 'A', day: '2026-11-20', user: 3 }), count: 4 });
    noise.add(seenOnce({ action: 'A', user: 7, id: 'newest' }));
    noise.add({ ...seenOnce({ action: 'A', day: '2026-11-19', user: 3, id: 'oldest' }), count: 2 });
    noise.add({ kind: 'further', day: '2026-11-20', count: 1 });
    noise.add(seenOnce({ action: 'C' }));
    expect([noise.total, noise.further, noise.days]).toEqual([13, 4, { from: '2026-11-19', to: '2026-11-22' }]);
    expect(noise.groups().map(({ action, count }) => [action, count])).toEqual([
      ['A', 7],
      ['B', 1],
      ['C', 1],
    ]);
    expect(noise.groups()[0]).toEqual({
      rule: 'Manual AWS change',
      source: 'aws_cloudtrail',
      principal: '111122223333:role/deploy',
      action: 'A',
      priority: 'Warning',
      reason: 'role_session',
      count: 7,
      users: 2,
      usersAreMore: false,
      usersAreEstimated: true,
      firstMs: Date.parse('2026-11-19T08:00:00Z'),
      lastMs: Date.parse('2026-11-21T08:00:00Z'),
      last: { id: 'newest', message: 'newest by hand' },
    });
    expect(noise.groups()[1]).toMatchObject({ users: 1, usersAreEstimated: false });
  });

  test('is in the same order whatever order the store gives it in', () => {
    const days = ['A', 'B', 'C'].map((action) => seenOnce({ action }));
    const order = (given: typeof days) => {
      const noise = new StoredNoise();
      for (const each of given) noise.add(each);
      return noise.groups().map(({ action }) => action);
    };
    expect(order(days.toReversed())).toEqual(order(days));
  });

  test('beyond the bound on groups is counted without its name', () => {
    const noise = new StoredNoise(1);
    for (const action of ['A', 'B', 'A', 'B']) noise.add(seenOnce({ action }));
    expect([noise.groups().length, noise.groups()[0]?.count, noise.further, noise.total]).toEqual([1, 2, 2, 4]);
  });
});
