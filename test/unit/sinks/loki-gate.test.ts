import { describe, expect, test } from 'vitest';
import type { DeliveryResult } from '../../../lib/core/model/delivery-result.ts';
import { LokiGate } from '../../../lib/sinks/loki-gate.ts';
import { manualTiming } from '../../support/timing.ts';

const REFUSED: DeliveryResult = { kind: 'refused', reason: 'unauthorized', permanent: false, message: 'no' };

describe('what a sender remembers of its Loki', () => {
  test('the longest pause that was asked for', () => {
    const timing = manualTiming();
    const gate = new LokiGate(timing, 100);
    gate.pause(500);
    gate.pause(100);
    expect(gate.notBeforeMs).toBe(timing.now() + 500);
  });

  test('an answer that only a person can change, for a minute', () => {
    const timing = manualTiming();
    const gate = new LokiGate(timing, 100);
    expect(gate.barred).toBeUndefined();
    gate.bar(REFUSED);
    timing.advance(59_999);
    expect(gate.barred).toBe(REFUSED);
    timing.advance(1);
    expect(gate.barred).toBeUndefined();
  });

  test('the lowest limit of a line, and no higher one', () => {
    const gate = new LokiGate(manualTiming(), 1000);
    expect([undefined, 1000, 500, 600, 10].map((bytes) => gate.learnLineLimit(bytes))).toEqual([false, false, true, false, false]);
    expect(gate.maxLineBytes).toBe(500);
  });

  test('since when the fate of an event is open, until it is known', () => {
    const timing = manualTiming();
    const gate = new LokiGate(timing, 100);
    gate.settled('never seen');
    const startMs = timing.now();
    expect(gate.openSinceMs('a')).toBe(startMs);
    timing.advance(70);
    expect([gate.openSinceMs('a'), gate.openSinceMs('b')]).toEqual([startMs, startMs + 70]);
    gate.settled('a');
    expect([gate.openSinceMs('a'), gate.openSinceMs('b')]).toEqual([startMs + 70, startMs + 70]);
  });

  test('only so many open events: the oldest is forgotten', () => {
    const timing = manualTiming();
    const gate = new LokiGate(timing, 100);
    const startMs = timing.now();
    for (let n = 0; n <= 10_000; n++) gate.openSinceMs(`e${n}`);
    timing.advance(5);
    expect([gate.openSinceMs('e1'), gate.openSinceMs('e0')]).toEqual([startMs, startMs + 5]);
  });
});
