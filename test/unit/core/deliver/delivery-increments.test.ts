import { expect, test } from 'vitest';
import { deliveryIncrements } from '../../../../lib/core/deliver/delivery-increments.ts';
import type { DeliveryResult } from '../../../../lib/core/model/delivery-result.ts';
import { deliveryWith } from '../../../support/deliveries.ts';
import { DELIVERED, later, refused } from '../../../support/recording-sink.ts';

const delivery = deliveryWith();
const { timeMs } = delivery.findings[0];
const outcomes = (result: DeliveryResult): readonly string[] =>
  deliveryIncrements('loki', delivery, result, timeMs + 1_500).map(
    ({ metric, labels, by }) => `${metric} ${labels['outcome'] ?? labels['le'] ?? ''} ${by}`,
  );

test('what a sink has counts with its delay', () => {
  expect(outcomes(DELIVERED)).toEqual([
    'driftwire_deliveries_total delivered 1',
    'driftwire_delivery_delay_seconds_bucket 2.5 1',
    'driftwire_delivery_delay_milliseconds  1500',
  ]);
});

test('what it will never take is refused; what it may take later has failed this time', () => {
  expect(outcomes(refused(true))).toEqual(['driftwire_deliveries_total refused 1']);
  expect(outcomes(refused(false))).toEqual(['driftwire_deliveries_total failed 1']);
  expect(outcomes(later(1))).toEqual(['driftwire_deliveries_total failed 1']);
});

test('what was not meant for a sink counts as nothing', () => {
  expect(outcomes({ kind: 'delivered', skipped: true })).toEqual([]);
});

test('what waits for its turn has not failed', () => {
  expect(outcomes({ kind: 'later', reason: 'queued', message: 'a message a second', afterMs: 1_000 })).toEqual([]);
});

test('what people have muted is counted as that', () => {
  expect(outcomes({ kind: 'delivered', skipped: 'muted' })).toEqual(['driftwire_deliveries_total muted 1']);
});
