import { describe, expect, test } from 'vitest';
import type { Admission } from '../../../lib/core/deliver/label-budget.ts';
import { marksOf } from '../../../lib/core/deliver/ledger.ts';
import type { Increment } from '../../../lib/core/ports.ts';
import { countActions, type LabelsSeen, resolve, type Standing, type Wanted } from '../../../lib/stores/dynamodb/plan.ts';
import { seenOnce } from '../../contract/noise.ts';
import { foundWith } from '../../support/findings.ts';
import { CHANGES, change, record } from '../../support/store-harness.ts';

const ROOM = { budget: { chosenValues: 3, placedValues: 9, series: 50 }, noiseGroupsADay: 2, nowMs: Date.parse('2026-11-21T23:59:59Z') };
const wanted = (...increments: readonly Increment[]): Wanted => ({ increments, noise: [] });

/** What is seen: standings by value; how many values each scope had. */
function seen(standings: Readonly<Record<string, Standing>>, admitted = 0, otherwise: Standing | 'unknown' = 'admitted'): LabelsSeen {
  const rest = otherwise === 'unknown' ? undefined : otherwise;
  return { standing: ({ value }: Admission) => (Object.hasOwn(standings, value) ? standings[value] : rest), admitted: () => admitted };
}

describe('a plan', () => {
  test('of known values admits nobody', () => {
    const { increments, admissions, unknown } = resolve(wanted(change('alice'), change('alice', 2)), ROOM, seen({}));
    expect(increments).toEqual([change('alice', 3)]);
    expect([admissions, unknown]).toEqual([[], []]);
  });

  test('admits free values as far as there is room, each once, and folds the others', () => {
    const view = seen({ alice: 'free', bob: 'free', carol: 'free' }, 1);
    const { increments, admissions } = resolve(wanted(change('alice'), change('bob'), change('alice'), change('carol')), ROOM, view);
    expect(admissions.map(({ value }) => value)).toEqual(['alice', 'bob']);
    expect(increments.filter(({ metric }) => metric === CHANGES).map(({ labels, by }) => [labels['user'], by])).toEqual([
      ['alice', 2],
      ['bob', 1],
      ['other', 1],
    ]);
  });

  test('folds a value without room though there seems to be some', () => {
    const { increments, admissions } = resolve(wanted(change('mallory')), ROOM, seen({ mallory: 'full' }));
    expect([increments[0]?.labels['user'], admissions]).toEqual(['other', []]);
  });

  test('asks for what nobody has looked up', () => {
    const { unknown } = resolve(wanted(change('alice')), ROOM, seen({}, 0, 'unknown'));
    expect(unknown.map(({ scope }) => scope)).toEqual([
      `${CHANGES} user`,
      `${CHANGES} verb`,
      `${CHANGES} kind`,
      `${CHANGES} namespace`,
      `${CHANGES} cluster`,
      CHANGES,
    ]);
  });
});

test('a transaction touches each item once', () => {
  const view = seen({}, 0, 'free');
  const noise = [seenOnce(), seenOnce({ user: 8, id: 'e-2' }), seenOnce({ day: '2026-11-20' }), seenOnce({ action: 'third' })];
  const resolved = resolve({ ...wanted(change('alice'), change('bob'), record('finding', 2)), noise }, ROOM, view);
  const actions = countActions('t', [{ key: 'a' }, { key: 'b' }], resolved, { nowMs: 0, random: () => 0.999 });
  const keys = actions.map(({ write: { Put, Update } }) => {
    const { pk, sk } = Put?.Item ?? Update?.Key ?? {};
    return `${pk?.S} | ${sk?.S}`;
  });
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toContain('mark a | -');
  expect(keys.filter((key) => key.startsWith('scope'))).toHaveLength(7);
  expect(keys.filter((key) => key.startsWith('noise'))).toHaveLength(3);
  expect(keys).toContain('noise 7 | 2026-11-21 further');
  expect(keys.filter((key) => key.startsWith('total'))).toHaveLength(3);
  // Room is taken once for both users.
  const room = actions.find(({ write }) => write.Update?.Key?.['sk']?.S === `${CHANGES} user`)?.write.Update;
  expect(room?.ExpressionAttributeValues).toEqual({ ':values': { N: '2' }, ':most': { N: '1' } });
});

test('two transactions that meet where noise is kept would meet without it, at the total of their rule', () => {
  // one role, two people, two places: nothing else of them is the same, and totals of closed labels fall into different shards
  const keysOf = (at: number, rule: string): readonly string[] => {
    const actor = { user: `user-${at}` };
    const found = foundWith({ rule, hostname: `host-${at}`, actor, target: { namespace: `ns-${at}` } });
    const [event] = marksOf({ key: `k${at}`, requestKey: `k${at}`, principal: '111122223333:role/admin', findings: [found] });
    if (event === undefined) throw new Error('no mark');
    const resolved = resolve({ increments: event.increments, noise: event.noise ?? [] }, ROOM, seen({}));
    return countActions('t', [event], resolved, { nowMs: ROOM.nowMs, random: () => at / 10 }).map(({ write: { Put, Update } }) => {
      const { pk, sk } = Put?.Item ?? Update?.Key ?? {};
      return `${pk?.S} | ${sk?.S}`;
    });
  };
  const common = (one: readonly string[], other: readonly string[]) =>
    one.filter((key) => other.includes(key)).map((key) => key.slice(0, 5));
  expect(common(keysOf(1, 'Rule'), keysOf(9, 'Rule'))).toEqual(['total', 'noise']);
  expect(common(keysOf(1, 'Rule'), keysOf(9, 'Another rule'))).toEqual([]);
});
