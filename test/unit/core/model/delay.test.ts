import { describe, expect, test } from 'vitest';
import { DELAY_BUCKETS, delayHistograms, delayIncrements } from '../../../../lib/core/model/delay.ts';
import type { Increment, Total } from '../../../../lib/core/ports.ts';

const totalsOf = (increments: readonly Increment[]): readonly Total[] => increments.map(({ by, ...series }) => ({ ...series, value: by }));

describe('delivery delays', () => {
  test('each delivery counts in its bucket and in every wider one', () => {
    const totals = totalsOf([...delayIncrements('loki', 1_000), ...delayIncrements('loki', 1_001), ...delayIncrements('loki', 90_000_000)]);
    const [loki] = delayHistograms(totals, []);
    expect(loki?.count).toBe(3);
    expect(loki?.sumSeconds).toBe(90_002.001);
    expect(new Map(loki?.buckets).get(1)).toBe(1);
    expect(new Map(loki?.buckets).get(2.5)).toBe(2);
    expect(new Map(loki?.buckets).get(86_400)).toBe(2);
  });

  test('an event of the future has no delay, and one of long ago is a number that the ledger takes', () => {
    expect(delayIncrements('loki', -5_000)[1]?.by).toBe(0);
    expect(delayIncrements('loki', 1e15)[1]?.by).toBe(2 ** 31);
    expect(delayIncrements('loki', 1.4)[1]?.by).toBe(1);
  });

  test('a sink to which nothing was delivered has a histogram of zeros', () => {
    expect(delayHistograms([], ['slack'])).toEqual([
      { sink: 'slack', buckets: DELAY_BUCKETS.map((seconds) => [seconds, 0]), sumSeconds: 0, count: 0 },
    ]);
  });

  test('each sink has its own, also one that is no longer configured; other totals are not looked at', () => {
    const totals = totalsOf([
      ...delayIncrements('loki', 500),
      ...delayIncrements('slack', 700),
      { metric: 'driftwire_records_total', labels: { sink: 'other' }, by: 9 },
      { metric: 'driftwire_delivery_delay_seconds_bucket', labels: { le: '1' }, by: 9 },
    ]);
    expect(delayHistograms(totals, ['loki']).map(({ sink, count }) => [sink, count])).toEqual([
      ['loki', 1],
      ['slack', 1],
    ]);
  });
});
