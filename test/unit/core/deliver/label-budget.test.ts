import { describe, expect, test } from 'vitest';
import { type Admission, OVERFLOW_METRIC, withinBudget } from '../../../../lib/core/deliver/label-budget.ts';
import type { Increment } from '../../../../lib/core/ports.ts';

const METRIC = 'kubernetes_audit_manual_changes_total';

function change(labels: Readonly<Record<string, string>>): Increment {
  return { metric: METRIC, labels: { verb: 'patch', kind: 'Deployment', namespace: 'shop', cluster: 'demo', ...labels }, by: 1 };
}

/** A store's answers: the first values of a scope, as many as there is room for. */
function book(): (admission: Admission) => boolean {
  const known = new Map<string, Set<string>>();
  return ({ scope, value, limit }) => {
    const values = known.get(scope) ?? new Set();
    known.set(scope, values);
    if (values.has(value) || values.size < limit) values.add(value);
    return values.has(value);
  };
}

const BUDGET = { chosenValues: 2, placedValues: 3, series: 10 };

describe('a value of an open label', () => {
  test('has its own series while there is room, and counts under other ever after', () => {
    const admit = book();
    const users = ['alice', 'bob', 'carol', 'alice', 'carol', 'bob'].map(
      (user) => withinBudget(change({ user }), BUDGET, admit)[0]?.labels['user'],
    );
    expect(users).toEqual(['alice', 'bob', 'other', 'alice', 'other', 'bob']);
  });

  test('is counted as folded, by metric and label', () => {
    const admit = book();
    for (const user of ['alice', 'bob']) withinBudget(change({ user }), BUDGET, admit);
    expect(withinBudget({ ...change({ user: 'carol' }), by: 7 }, BUDGET, admit)).toEqual([
      { metric: METRIC, labels: { user: 'other', verb: 'patch', kind: 'Deployment', namespace: 'shop', cluster: 'demo' }, by: 7 },
      { metric: OVERFLOW_METRIC, labels: { metric: METRIC, label: 'user' }, by: 7 },
    ]);
  });

  test('takes no room when it is empty or called other', () => {
    const admit = book();
    const users = ['', 'other', 'alice', 'bob'].map((user) => withinBudget(change({ user }), BUDGET, admit)[0]?.labels['user']);
    expect(users).toEqual(['', 'other', 'alice', 'bob']);
    expect(withinBudget({ metric: METRIC, labels: {}, by: 1 }, BUDGET, admit)).toEqual([{ metric: METRIC, labels: {}, by: 1 }]);
  });

  test('that follows from the place has the wider bound', () => {
    const admit = book();
    const clusters = ['a', 'b', 'c', 'd'].map(
      (cluster) => withinBudget(change({ user: 'alice', cluster }), BUDGET, admit)[0]?.labels['cluster'],
    );
    expect(clusters).toEqual(['a', 'b', 'c', 'other']);
  });
});

describe('combinations', () => {
  test('beyond the bound of series count under one series of all others', () => {
    const admit = book();
    const budget = { chosenValues: 100, placedValues: 100, series: 2 };
    const series = ['alice', 'bob', 'carol', 'dave', 'alice'].map((user) => withinBudget(change({ user }), budget, admit));
    const others = { user: 'other', verb: 'other', kind: 'other', namespace: 'other', cluster: 'other' };
    expect(series.map(([first]) => first?.labels)).toEqual([
      change({ user: 'alice' }).labels,
      change({ user: 'bob' }).labels,
      others,
      others,
      change({ user: 'alice' }).labels,
    ]);
    expect(series[2]?.[1]).toEqual({ metric: OVERFLOW_METRIC, labels: { metric: METRIC, label: 'series' }, by: 1 });
  });
});

test('a metric of closed labels asks nobody', () => {
  const increment = { metric: 'driftwire_records_total', labels: { source: 'k8s_audit', outcome: 'finding' }, by: 1 };
  const asked = () => {
    throw new Error('asked');
  };
  expect(withinBudget(increment, BUDGET, asked)).toEqual([increment]);
});
