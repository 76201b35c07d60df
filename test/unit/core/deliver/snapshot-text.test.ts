import { describe, expect, test } from 'vitest';
import { type MetricSnapshot, MINUTE_MS, snapshotOf } from '../../../../lib/core/deliver/snapshot.ts';
import type { Backlog } from '../../../../lib/core/deliver/snapshot-backlog.ts';
import { backlogOf, backlogText } from '../../../../lib/core/deliver/snapshot-text.ts';

const at = (minute: number, values: Readonly<Record<string, number>>): MetricSnapshot =>
  snapshotOf(
    minute * MINUTE_MS,
    Object.entries(values).map(([user, value]) => ({ name: 'changes_total', kind: 'counter', labels: [['user', user]], value })),
  );
const backlog: Backlog = {
  instance: 'host',
  settled: at(1, { ada: 1, bob: 2 }),
  pending: [at(2, { ada: 1, bob: 3 }), at(3, { ada: 1, ['__proto__']: 4 }), at(4, { ada: 1, bob: 5 })],
};

describe('a backlog as text', () => {
  test('comes back as it was, series that end and come again included', () => {
    const read = backlogOf(backlogText(backlog));
    expect(read?.instance).toBe('host');
    const values = (snapshots: readonly (MetricSnapshot | undefined)[]) =>
      snapshots.map((snapshot) => [snapshot?.boundaryMs, new Map(snapshot?.series)]);
    expect(values([read?.settled, ...(read?.pending ?? [])])).toEqual(values([backlog.settled, ...backlog.pending]));
  });

  test('names each series once and, of a snapshot, only what changed', () => {
    const { series, snapshots } = JSON.parse(backlogText(backlog));
    expect(series).toHaveLength(3);
    expect(snapshots.map(({ changes }: { changes: unknown }) => changes)).toEqual([
      [
        [0, 1],
        [1, 2],
      ],
      [[1, 3]],
      [
        [2, 4],
        [1, null],
      ],
      [
        [1, 5],
        [2, null],
      ],
    ]);
  });

  const good = {
    version: 1,
    instance: 'host',
    series: [['a', 'counter', [['user', 'ada']]]],
    snapshots: [{ boundaryMs: 0, constant: [], changes: [] }],
  };
  test.each([
    ['cut off', '{"version":1'],
    ['no object', 'null'],
    ['another kind of value', '7'],
    ['of another version', JSON.stringify({ ...good, version: 2 })],
    ['without an instance', JSON.stringify({ ...good, instance: 1 })],
    ['without a snapshot', JSON.stringify({ ...good, snapshots: [] })],
    ['without a list of snapshots', JSON.stringify({ ...good, snapshots: {} })],
    ['without a list of series', JSON.stringify({ ...good, series: {} })],
    ['with a series that is none', JSON.stringify({ ...good, series: ['a'] })],
    ['with a series of another kind', JSON.stringify({ ...good, series: [['a', 'summary', []]] })],
    ['with a series without a name', JSON.stringify({ ...good, series: [[1, 'gauge', []]] })],
    ['with a series without labels', JSON.stringify({ ...good, series: [['a', 'gauge', 'x']] })],
    ['with a label that is none', JSON.stringify({ ...good, series: [['a', 'gauge', [['x']]]] })],
    ['with a label that is no text', JSON.stringify({ ...good, series: [['a', 'gauge', [['x', 1]]]] })],
    ['with a label that is no list', JSON.stringify({ ...good, series: [['a', 'gauge', ['xy']]] })],
    ['with a snapshot that is none', JSON.stringify({ ...good, snapshots: [null] })],
    ['with a snapshot without its time', JSON.stringify({ ...good, snapshots: [{ changes: [] }] })],
    ['with a snapshot without changes', JSON.stringify({ ...good, snapshots: [{ boundaryMs: 1, constant: [] }] })],
    ['with a snapshot without constant labels', JSON.stringify({ ...good, snapshots: [{ boundaryMs: 1, changes: [] }] })],
    ['with a change that is none', JSON.stringify({ ...good, snapshots: [{ boundaryMs: 1, constant: [], changes: [1] }] })],
    ['with a change of no series', JSON.stringify({ ...good, snapshots: [{ boundaryMs: 1, constant: [], changes: [['0', 1]] }] })],
    ['with a change that is no number', JSON.stringify({ ...good, snapshots: [{ boundaryMs: 1, constant: [], changes: [[0, '1']] }] })],
    [
      'with a change of a series that is not listed',
      JSON.stringify({ ...good, snapshots: [{ boundaryMs: 1, constant: [], changes: [[1, 1]] }] }),
    ],
  ])('a text %s is no backlog', (_what, text) => {
    expect(backlogOf(text)).toBeUndefined();
  });

  test('a well-formed text is one', () => {
    expect(backlogOf(JSON.stringify(good))).toBeDefined();
  });
});
