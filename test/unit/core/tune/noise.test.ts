import { describe, expect, test } from 'vitest';
import { NoiseTally, type Sighting } from '../../../../lib/core/tune/noise.ts';

function sighting(change: Partial<Sighting> = {}): Sighting {
  return {
    rule: 'Manual AWS change',
    priority: 'Warning',
    source: 'aws_cloudtrail',
    principal: '111122223333:role/deploy',
    action: 'UpdateFunctionCode',
    user: 'run-1',
    reason: 'role_session',
    timeMs: 1_000,
    id: 'a',
    message: 'm',
    fields: {},
    ...change,
  };
}

function tallied(...sightings: readonly Partial<Sighting>[]): NoiseTally {
  const tally = new NoiseTally();
  for (const each of sightings) tally.add(sighting(each));
  return tally;
}

describe('noise', () => {
  test('is counted by rule, principal and action, the largest group first', () => {
    const tally = tallied({ action: 'A' }, { action: 'B' }, { action: 'B' }, { principal: 'p' }, { rule: 'r' }, { source: 'k8s_audit' });
    expect(tally.groups().map(({ rule, principal, action, count }) => [rule, principal, action, count])).toEqual([
      ['Manual AWS change', '111122223333:role/deploy', 'B', 2],
      ['Manual AWS change', '111122223333:role/deploy', 'A', 1],
      ['Manual AWS change', 'p', 'UpdateFunctionCode', 1],
      ['r', '111122223333:role/deploy', 'UpdateFunctionCode', 1],
      ['Manual AWS change', '111122223333:role/deploy', 'UpdateFunctionCode', 1],
    ]);
    expect([tally.total, tally.further]).toEqual([6, 0]);
  });

  test('keeps first and last time and the newest finding, in whatever order the log is', () => {
    const [group] = tallied({ timeMs: 5, id: 'b' }, { timeMs: 9, id: 'c', fields: { x: '1' } }, { timeMs: 2, id: 'a' }).groups();
    expect(group).toMatchObject({ firstMs: 2, lastMs: 9, last: { id: 'c', message: 'm', fields: { x: '1' } }, count: 3 });
  });

  test('counts the people of a principal, up to a bound', () => {
    const tally = new NoiseTally({ groups: 10, usersPerGroup: 2 });
    for (const user of ['a', 'b', 'a']) tally.add(sighting({ user }));
    expect(tally.groups()).toMatchObject([{ users: 2, usersAreMore: false, count: 3 }]);
    tally.add(sighting({ user: 'b' }));
    expect(tally.groups()).toMatchObject([{ users: 2, usersAreMore: false }]);
    tally.add(sighting({ user: 'c' }));
    expect(tally.groups()).toMatchObject([{ users: 2, usersAreMore: true, count: 5 }]);
  });

  test('counts what lies beyond the bound on groups apart', () => {
    const tally = new NoiseTally({ groups: 1, usersPerGroup: 2 });
    for (const action of ['A', 'B', 'A', 'C']) tally.add(sighting({ action }));
    expect([tally.groups().length, tally.groups()[0]?.count, tally.further, tally.total]).toEqual([1, 2, 2, 4]);
  });
});
