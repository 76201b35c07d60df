import { describe, expect, test } from 'vitest';
import { asAccepted, LATE_AFTER_MS } from '../../../../lib/core/deliver/accepted.ts';
import { deliveryWith } from '../../../support/deliveries.ts';

const TIME_MS = 1_773_480_413_000;
const event = deliveryWith({ timeNs: BigInt(TIME_MS) * 1_000_000n });

describe('an event that is accepted', () => {
  test('in time stays as it is', () => {
    expect(asAccepted(event, TIME_MS + LATE_AFTER_MS)).toBe(event);
    expect(asAccepted(event, TIME_MS - 1)).toBe(event);
  });

  test('late is marked, and stays so when it is accepted again', () => {
    const late = asAccepted(event, TIME_MS + LATE_AFTER_MS + 1);
    expect(late).toEqual({ ...event, ingest: 'backfill' });
    expect(asAccepted(late, TIME_MS)).toBe(late);
  });
});
