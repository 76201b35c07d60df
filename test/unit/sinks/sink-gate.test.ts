import { describe, expect, test } from 'vitest';
import type { DeliveryResult } from '../../../lib/core/model/delivery-result.ts';
import { SinkGate } from '../../../lib/sinks/sink-gate.ts';
import { manualTiming } from '../../support/timing.ts';

const REFUSED: DeliveryResult = { kind: 'refused', reason: 'unauthorized', permanent: false, message: 'no' };

describe('what a sender remembers of its receiver', () => {
  test('the longest pause that was asked for', () => {
    const timing = manualTiming();
    const gate = new SinkGate(timing);
    gate.pause(500);
    gate.pause(100);
    expect(gate.notBeforeMs).toBe(timing.now() + 500);
  });

  test('an answer that only a person can change, for a minute', () => {
    const timing = manualTiming();
    const gate = new SinkGate(timing);
    expect(gate.barred).toBeUndefined();
    gate.bar(REFUSED);
    timing.advance(59_999);
    expect(gate.barred).toBe(REFUSED);
    timing.advance(1);
    expect(gate.barred).toBeUndefined();
  });
});
