import { expect, test } from 'vitest';
import { boundaryAt, snapshotOf } from '../../../../lib/core/deliver/snapshot.ts';

test('a boundary is a whole minute, and a moment on it is its own', () => {
  expect(boundaryAt(120_000)).toBe(120_000);
  expect(boundaryAt(179_999)).toBe(120_000);
});

test('a snapshot holds each series once, with the constant labels', () => {
  const value = { name: 'a_total', kind: 'counter', labels: [['user', 'ada']], value: 2 } as const;
  const { boundaryMs, series } = snapshotOf(60_000, [value, value], [['job', 'driftwire']]);
  expect(boundaryMs).toBe(60_000);
  expect([...series.values()]).toEqual([
    {
      ...value,
      value: 4,
      labels: [
        ['job', 'driftwire'],
        ['user', 'ada'],
      ],
    },
  ]);
});

test('without constant labels a series has its own alone', () => {
  const value = { name: 'a_total', kind: 'counter', labels: [], value: 2 } as const;
  expect([...snapshotOf(0, [value]).series.values()]).toEqual([value]);
});
