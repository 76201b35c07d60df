import { describe, expect, test } from 'vitest';
import { MINUTE_MS, snapshotOf } from '../../../../lib/core/deliver/snapshot.ts';
import { type Backlog, MAX_PENDING, withSettled, withSnapshot } from '../../../../lib/core/deliver/snapshot-backlog.ts';

const at = (minute: number) => snapshotOf(minute * MINUTE_MS, []);
const minutes = ({ settled, pending }: Backlog) => [settled, ...pending].map(({ boundaryMs }) => boundaryMs / MINUTE_MS);
const empty: Backlog = { instance: 'host', settled: at(0), pending: [] };

describe('the backlog', () => {
  test('a snapshot waits behind those before it', () => {
    expect(minutes(withSnapshot(withSnapshot(empty, at(1)), at(2)))).toEqual([0, 1, 2]);
  });

  test('the oldest is settled first', () => {
    const two = withSnapshot(withSnapshot(empty, at(1)), at(2));
    expect(withSettled(two).settled).toEqual(at(1));
    expect(minutes(withSettled(withSettled(two)))).toEqual([2]);
  });

  test('there is nothing to settle when nothing waits', () => {
    expect(withSettled(empty)).toBe(empty);
  });

  test('when it is full the second gives way, because the first may have been stored already', () => {
    let backlog = empty;
    for (let minute = 1; minute <= MAX_PENDING + 2; minute++) backlog = withSnapshot(backlog, at(minute));
    expect(backlog.pending).toHaveLength(MAX_PENDING);
    expect(minutes(backlog).slice(0, 3)).toEqual([0, 1, 4]);
    expect(minutes(backlog).at(-1)).toBe(MAX_PENDING + 2);
  });
});
