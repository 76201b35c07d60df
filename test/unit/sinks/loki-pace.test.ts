import { describe, expect, test } from 'vitest';
import { StreamPace } from '../../../lib/sinks/loki-pace.ts';
import { manualTiming } from '../../support/timing.ts';

describe('the pace of a stream', () => {
  test('lets a push pass at once, and then no more than 1.2 MB a second', () => {
    const timing = manualTiming();
    const pace = new StreamPace(timing);
    const stream = { cluster: 'a' };
    expect(pace.waitMs(stream)).toBe(0);
    pace.pushed(stream, 1_200_000);
    expect(pace.waitMs(stream)).toBe(0);
    pace.pushed(stream, 1_200_000);
    expect(pace.waitMs(stream)).toBe(1_000);
    expect(pace.waitMs({ cluster: 'b' })).toBe(0);
    timing.advance(1_000);
    expect(pace.waitMs({ ...stream })).toBe(0);
  });

  test('does not save up for later what was not used', () => {
    const timing = manualTiming();
    const pace = new StreamPace(timing);
    timing.advance(1_000_000);
    for (let n = 0; n < 3; n++) pace.pushed({}, 1_200_000);
    expect(pace.waitMs({})).toBe(2_000);
  });

  test('forgets streams that are quiet when there are many', () => {
    const timing = manualTiming();
    const pace = new StreamPace(timing);
    pace.pushed({ n: 'busy' }, 12_000_000);
    for (let n = 0; n < 1_000; n++) pace.pushed({ n: String(n) }, 10);
    timing.advance(1_000);
    for (let n = 0; n < 2_000; n++) pace.pushed({ n: `later ${n}` }, 10);
    expect(pace.waitMs({ n: 'busy' })).toBeGreaterThan(0);
  });
});
