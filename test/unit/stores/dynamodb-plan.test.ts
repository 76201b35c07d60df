import { describe, expect, test } from 'vitest';
import type { Admission } from '../../../lib/core/deliver/label-budget.ts';
import { countActions, type LabelsSeen, resolve, type Standing } from '../../../lib/stores/dynamodb/plan.ts';
import { CHANGES, change, record } from '../../support/store-harness.ts';

const BUDGET = { chosenValues: 3, placedValues: 9, series: 50 };

/** What is seen: standings by value; how many values each scope had. */
function seen(standings: Readonly<Record<string, Standing>>, admitted = 0, otherwise: Standing | 'unknown' = 'admitted'): LabelsSeen {
  const rest = otherwise === 'unknown' ? undefined : otherwise;
  return { standing: ({ value }: Admission) => (Object.hasOwn(standings, value) ? standings[value] : rest), admitted: () => admitted };
}

describe('a plan', () => {
  test('of known values admits nobody', () => {
    const { increments, admissions, unknown } = resolve([change('alice'), change('alice', 2)], BUDGET, seen({}));
    expect(increments).toEqual([change('alice', 3)]);
    expect([admissions, unknown]).toEqual([[], []]);
  });

  test('admits free values as far as there is room, each once, and folds the others', () => {
    const view = seen({ alice: 'free', bob: 'free', carol: 'free' }, 1);
    const { increments, admissions } = resolve([change('alice'), change('bob'), change('alice'), change('carol')], BUDGET, view);
    expect(admissions.map(({ value }) => value)).toEqual(['alice', 'bob']);
    expect(increments.filter(({ metric }) => metric === CHANGES).map(({ labels, by }) => [labels['user'], by])).toEqual([
      ['alice', 2],
      ['bob', 1],
      ['other', 1],
    ]);
  });

  test('folds a value without room though there seems to be some', () => {
    const { increments, admissions } = resolve([change('mallory')], BUDGET, seen({ mallory: 'full' }));
    expect([increments[0]?.labels['user'], admissions]).toEqual(['other', []]);
  });

  test('asks for what nobody has looked up', () => {
    const { unknown } = resolve([change('alice')], BUDGET, seen({}, 0, 'unknown'));
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
  const resolved = resolve([change('alice'), change('bob'), record('finding', 2)], BUDGET, view);
  const actions = countActions('t', ['a', 'b'], resolved, { nowMs: 0, random: () => 0.999 });
  const keys = actions.map(({ write: { Put, Update } }) => {
    const { pk, sk } = Put?.Item ?? Update?.Key ?? {};
    return `${pk?.S} | ${sk?.S}`;
  });
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toContain('mark a | -');
  expect(keys.filter((key) => key.startsWith('scope'))).toHaveLength(6);
  expect(keys.filter((key) => key.startsWith('total'))).toHaveLength(3);
  // Room is taken once for both users.
  const room = actions.find(({ write }) => write.Update?.Key?.['sk']?.S === `${CHANGES} user`)?.write.Update;
  expect(room?.ExpressionAttributeValues).toEqual({ ':values': { N: '2' }, ':most': { N: '1' } });
});
