import { describe, expect, test } from 'vitest';
import { type MetricSnapshot, MINUTE_MS, snapshotOf } from '../../../../lib/core/deliver/snapshot.ts';
import { MAX_CARRIED, slicesOf } from '../../../../lib/core/deliver/snapshot-slices.ts';
import type { SeriesKind } from '../../../../lib/core/model/series.ts';

const minute = (number: number) => 1_000_000 * MINUTE_MS + number * MINUTE_MS;
const at = (number: number, values: Readonly<Record<string, number>>, kind: SeriesKind = 'counter'): MetricSnapshot =>
  snapshotOf(
    minute(number),
    Object.entries(values).map(([user, value]) => ({ name: 'changes_total', kind, labels: [['user', user]], value })),
  );
/** Each slice as its distance to a minute, and who has which value. */
const shown = (previous: MetricSnapshot, current: MetricSnapshot, from: number) =>
  slicesOf(previous, current).map(({ timeMs, samples }) => [
    timeMs - minute(from),
    Object.fromEntries(samples.map(({ series, value }) => [series.labels[0]?.[1], value])),
  ]);

describe('samples of one boundary', () => {
  test('a known series stands 1 ms before the boundary and 1 ms after it', () => {
    expect(shown(at(0, { ada: 3 }), at(1, { ada: 4 }), 1)).toEqual([
      [-1, { ada: 4 }],
      [1, { ada: 4 }],
    ]);
  });

  test('a new series stands at zero one boundary and five minutes before', () => {
    expect(shown(at(0, { ada: 3 }), at(1, { ada: 3, bob: 7 }), 1)).toEqual([
      [-300_001, { bob: 0 }],
      [-59_999, { bob: 0 }],
      [-1, { ada: 3, bob: 7 }],
      [1, { ada: 3, bob: 7 }],
    ]);
  });

  test('a new gauge has no zero: it was not zero, it was not', () => {
    expect(shown(at(0, {}), at(1, { ada: 3 }, 'gauge'), 1)).toEqual([
      [-1, { ada: 3 }],
      [1, { ada: 3 }],
    ]);
  });

  test('a series that has ended gets one stale marker and no value', () => {
    expect(shown(at(0, { ada: 3, bob: 1 }), at(1, { ada: 3 }), 1)).toEqual([
      [-1, { ada: 3, bob: 'stale' }],
      [1, { ada: 3 }],
    ]);
  });

  test('series that are new because the constant labels changed have no zero: what they count was counted', () => {
    const value = { name: 'changes_total', kind: 'counter', labels: [['user', 'ada']], value: 500 } as const;
    const slices = slicesOf(snapshotOf(minute(0), [value], [['env', 'prod']]), snapshotOf(minute(1), [value], [['env', 'production']]));
    expect(slices.map(({ timeMs, samples }) => [timeMs - minute(1), samples.map((sample) => sample.value)])).toEqual([
      [-1, [500, 'stale']],
      [1, [500]],
    ]);
  });

  test('nothing known and nothing counted is nothing to send', () => {
    expect(slicesOf(at(0, {}), at(1, {}))).toEqual([]);
  });
});

describe('missed boundaries', () => {
  test('each carries the last value of what was known', () => {
    expect(shown(at(0, { ada: 3 }), at(3, { ada: 9, bob: 1 }), 3)).toEqual([
      [-300_001, { bob: 0 }],
      [-120_001, { ada: 3 }],
      [-119_999, { ada: 3 }],
      [-60_001, { ada: 3 }],
      [-59_999, { ada: 3, bob: 0 }],
      [-1, { ada: 9, bob: 1 }],
      [1, { ada: 9, bob: 1 }],
    ]);
  });

  test('none is carried that receivers no longer take', () => {
    const slices = slicesOf(at(0, { ada: 3 }), at(500, { ada: 9 }));
    expect(slices).toHaveLength(2 * MAX_CARRIED + 2);
    expect(slices[0]?.timeMs).toBe(minute(500 - MAX_CARRIED) - 1);
  });
});

test('no slice has two samples of a series, and slices are in order of time', () => {
  const slices = slicesOf(at(0, { ada: 3, eve: 1 }), at(12, { ada: 9, bob: 1 }));
  for (const { samples } of slices) expect(new Set(samples.map(({ series }) => series.labels[0]?.[1])).size).toBe(samples.length);
  const times = slices.map(({ timeMs }) => timeMs);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
});
