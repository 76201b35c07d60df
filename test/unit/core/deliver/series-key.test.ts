import { expect, test } from 'vitest';
import { seriesKey, seriesOf } from '../../../../lib/core/deliver/series-key.ts';

test('the order of labels does not matter, and an empty one is none', () => {
  const key = seriesKey({ metric: 'x_total', labels: { user: 'alice', kind: 'Pod', namespace: '' } });
  expect(seriesKey({ metric: 'x_total', labels: { kind: 'Pod', user: 'alice' } })).toBe(key);
  expect(seriesKey({ metric: 'x_total', labels: { kind: 'alice', user: 'Pod' } })).not.toBe(key);
});

test('a key tells its series, whatever the values hold', () => {
  const series = { metric: 'x_total', labels: { kind: '"],[{}', user: 'a\u0000b\\ é 北京' } };
  expect(seriesOf(seriesKey(series))).toEqual(series);
  expect(seriesOf(seriesKey({ metric: 'y', labels: {} }))).toEqual({ metric: 'y', labels: {} });
});
