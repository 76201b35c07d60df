import { describe, expect, test } from 'vitest';
import { LokiMemory } from '../../../lib/sinks/loki-memory.ts';
import { manualTiming } from '../../support/timing.ts';

describe('what a sender remembers of its Loki', () => {
  test('the lowest limit of a line, and no higher one', () => {
    const memory = new LokiMemory(manualTiming(), 1000);
    expect([undefined, 1000, 500, 600, 10].map((bytes) => memory.learnLineLimit(bytes))).toEqual([false, false, true, false, false]);
    expect(memory.maxLineBytes).toBe(500);
  });

  test('since when the fate of an event is open, until it is known', () => {
    const timing = manualTiming();
    const memory = new LokiMemory(timing, 100);
    memory.settled('never seen');
    const startMs = timing.now();
    expect(memory.isOpen('a')).toBe(false);
    expect(memory.openSinceMs('a')).toBe(startMs);
    expect(memory.isOpen('a')).toBe(true);
    timing.advance(70);
    expect([memory.openSinceMs('a'), memory.openSinceMs('b')]).toEqual([startMs, startMs + 70]);
    memory.settled('a');
    expect([memory.openSinceMs('a'), memory.openSinceMs('b')]).toEqual([startMs + 70, startMs + 70]);
  });

  test('only so many open events: the oldest is forgotten', () => {
    const timing = manualTiming();
    const memory = new LokiMemory(timing, 100);
    const startMs = timing.now();
    for (let n = 0; n <= 10_000; n++) memory.openSinceMs(`e${n}`);
    timing.advance(5);
    expect([memory.openSinceMs('e1'), memory.openSinceMs('e0')]).toEqual([startMs, startMs + 5]);
  });
});
