import { describe, expect, test } from 'vitest';
import { type Batch, batchesOf, halvesOf, type Placed, pushBody } from '../../../../lib/core/deliver/loki-batch.ts';

function placed(index: number, over: Partial<Placed['entry']> = {}): Placed {
  const entry = {
    stream: { service_name: 'driftwire' },
    timeNs: BigInt(index),
    line: `line ${index}`,
    metadata: {},
    sizeBytes: 10,
    ...over,
  };
  return { entry, index };
}
const BOUNDS = { maxBytes: 100, maxEntries: 5 };
const indices = (batches: readonly Batch[]) => batches.map(({ items }) => items.map(({ index }) => index));

describe('pushes', () => {
  test('hold one stream each, the oldest entry first, whatever the order before', () => {
    const other = { service_name: 'driftwire', cluster: 'b' };
    const batches = batchesOf([placed(3), placed(1, { stream: other }), placed(0), placed(2, { stream: { ...other } })], BOUNDS);
    expect(batches.map(({ stream }) => stream)).toEqual([{ service_name: 'driftwire' }, other]);
    expect(indices(batches)).toEqual([
      [0, 3],
      [1, 2],
    ]);
  });

  test('order entries of one time by their line, and equal ones as they came', () => {
    const at = { timeNs: 1n };
    const items = [placed(0, { ...at, line: 'b' }), placed(1, { ...at, line: 'a' }), placed(2, { ...at, line: 'b' })];
    expect(indices(batchesOf(items, BOUNDS))).toEqual([[1, 0, 2]]);
  });

  test('stay within the bounds of entries and bytes; an entry larger than all goes alone', () => {
    const many = Array.from({ length: 12 }, (_, index) => placed(index));
    expect(indices(batchesOf(many, BOUNDS)).map(({ length }) => length)).toEqual([5, 5, 2]);
    const large = [
      placed(0, { sizeBytes: 60 }),
      placed(1, { sizeBytes: 40 }),
      placed(2, { sizeBytes: 1 }),
      placed(3, { sizeBytes: 500 }),
      placed(4),
    ];
    expect(indices(batchesOf(large, BOUNDS))).toEqual([[0, 1], [2], [3], [4]]);
  });

  test('of nothing are none', () => {
    expect(batchesOf([], BOUNDS)).toEqual([]);
  });

  test('are halved in order', () => {
    const [batch] = batchesOf([placed(0), placed(1), placed(2)], BOUNDS);
    const halves = halvesOf({ ...(batch ?? { stream: {}, items: [] }), isKept: true });
    expect(indices(halves)).toEqual([[0, 1], [2]]);
    expect(halves.map(({ isKept }) => isKept)).toEqual([true, true]);
  });

  test('are JSON with times as strings and metadata only where there is some', () => {
    const items = [placed(1), placed(2, { line: 'ä"\\\n', metadata: { user: 'alice' } })];
    expect(pushBody({ stream: { service_name: 'driftwire' }, items })).toBe(
      '{"streams":[{"stream":{"service_name":"driftwire"},"values":[["1","line 1"],["2","ä\\"\\\\\\n",{"user":"alice"}]]}]}',
    );
  });
});
