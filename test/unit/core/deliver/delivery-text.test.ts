import { describe, expect, test } from 'vitest';
import { deliveryText, parseDelivery } from '../../../../lib/core/deliver/delivery-text.ts';
import { Intake } from '../../../../lib/core/intake.ts';
import type { Delivery } from '../../../../lib/core/model/delivery.ts';
import { detectorOf, item } from '../../../support/detector.ts';
import { cloudtrailRecord } from '../../../support/records.ts';

/** A delivery of two findings, one of them with a time in nanoseconds. */
function deliveryOf(ingest?: 'backfill'): Delivery {
  const intake = new Intake(detectorOf(), ingest);
  intake.take(item('aws_cloudtrail', cloudtrailRecord({ userAgent: 'a lone \ud800 surrogate, "quotes"\n' })));
  const [delivery] = intake.batch().deliveries;
  if (delivery === undefined) throw new Error('nothing was found');
  const [{ finding, ...origin }] = delivery.findings;
  const output_fields = { 'evt.rawtime': 1_763_630_102_000_000_001n, 'ct.error': null, 'ka.user.groups': ['a', 'b'], 'evt.num': 7 };
  return {
    ...delivery,
    findings: [
      { finding, ...origin },
      { finding: { ...finding, output_fields }, ...origin },
    ],
  };
}

describe('a delivery as text', () => {
  test.each([undefined, 'backfill'] as const)('comes back as it was, nanoseconds and record included (%s)', (ingest) => {
    const delivery = deliveryOf(ingest);
    expect(delivery.findings).toHaveLength(2);
    expect(parseDelivery(deliveryText(delivery))).toStrictEqual(delivery);
  });

  test('keeps that it is an alert, and what the Alertmanager said of it', () => {
    const alert = {
      status: 'resolved',
      groupKey: '{}:{alertname="Down"}',
      fingerprint: 'a1b2',
      startsAtMs: 1,
      endsAtMs: 2,
      labels: { severity: 'page' },
      annotations: {},
      generatorUrl: null,
    } as const;
    const delivery = { ...deliveryOf(), alert };
    expect(parseDelivery(deliveryText(delivery))).toStrictEqual(delivery);
  });

  test('of a version that did not tell whose it is is read', () => {
    const { principal, ...delivery } = deliveryOf();
    expect(principal).toBe('111122223333:user/carol');
    expect(parseDelivery(deliveryText(delivery))).toStrictEqual(delivery);
  });

  test('keeps that the stream did not bring it', () => {
    const delivery = { ...deliveryOf('backfill'), missed: true } as const;
    expect(parseDelivery(deliveryText(delivery))).toStrictEqual(delivery);
  });

  test('holds the text of its record once', () => {
    const text = deliveryText(deliveryOf());
    expect(text.split('0b8e1a52-90cc-4c4e-8f4a-2d6b0a1f7c11')).toHaveLength(2);
  });

  test.each(['', '{', 'null', '[]', '"x"', '{"version":2}'])('that nobody wrote is none: %s', (text) => {
    expect(parseDelivery(text)).toBeUndefined();
  });
});
