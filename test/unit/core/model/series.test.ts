import { describe, expect, test } from 'vitest';
import { type Label, MAX_LABEL_VALUE, mergeSeries, type SeriesKind, seriesId } from '../../../../lib/core/model/series.ts';

const series = (labels: readonly Label[], value = 1, kind: SeriesKind = 'counter') => ({ name: 'changes_total', kind, labels, value });
const merged = (...values: Parameters<typeof mergeSeries>) => [...mergeSeries(...values).values()];

describe('what a receiver takes', () => {
  test('labels are sorted by name and an empty value is no label', () => {
    const [only] = merged([
      series([
        ['verb', 'patch'],
        ['kind', ''],
        ['cluster', 'demo'],
      ]),
    ]);
    expect(only?.labels).toEqual([
      ['cluster', 'demo'],
      ['verb', 'patch'],
    ]);
  });

  test("a constant label stands on every series and gives way to the series' own", () => {
    const constant: readonly Label[] = [
      ['env', 'prod'],
      ['user', 'constant'],
    ];
    const found = merged([series([['user', 'ada']]), series([])], constant);
    expect(found.map(({ labels }) => labels)).toEqual([
      [
        ['env', 'prod'],
        ['user', 'ada'],
      ],
      [
        ['env', 'prod'],
        ['user', 'constant'],
      ],
    ]);
  });

  test('series that are one when they are cleaned are added up, so that the sum stays right', () => {
    const found = merged([series([['user', '\ud800']], 2), series([['user', '\ufffd']], 3)]);
    expect(found).toEqual([series([['user', '\ufffd']], 5)]);
  });

  test('of two gauges that have become one the later stands', () => {
    expect(merged([series([], 2, 'gauge'), series([], 3, 'gauge')])).toEqual([series([], 3, 'gauge')]);
  });

  test('a control character is shown and not sent', () => {
    expect(merged([series([['user', 'a\u0000\u001b[31m\u0085']])])[0]?.labels).toEqual([['user', 'a\\x00\\x1b[31m\\x85']]);
  });

  test('a value that is too long is cut, also between the halves of a character', () => {
    const [label] = merged([series([['user', `${'x'.repeat(MAX_LABEL_VALUE - 1)}😀`]])])[0]?.labels ?? [];
    expect(label?.[1]).toBe(`${'x'.repeat(MAX_LABEL_VALUE - 1)}\ufffd`);
  });

  test('a value that is no number is left out', () => {
    expect(merged([series([], Number.NaN), series([], Number.POSITIVE_INFINITY)])).toEqual([]);
  });
});

test('two series are told apart whatever their labels hold', () => {
  const ids = [
    series([['a', 'x","b","y']]),
    series([
      ['a', 'x'],
      ['b', 'y'],
    ]),
    series([['a', 'x']]),
  ].map(seriesId);
  expect(new Set(ids).size).toBe(3);
});
