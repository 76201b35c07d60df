import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAlerts } from '../../lib/core/alerts/read-alerts.ts';
import { deliveryText, parseDelivery } from '../../lib/core/deliver/delivery-text.ts';
import { alertMessage, postedAlert } from '../support/alerts.ts';

const CONTEXT = { labels: {}, accounts: {} };
/** Names that mean something to the reader, so that arbitrary values land where they are looked at. */
const NAME = fc.oneof(
  fc.constantFrom('alertname', 'severity', 'priority', 'account', 'cluster', 'user', 'summary', 'description', '__proto__', 'constructor'),
  fc.string({ unit: 'binary' }),
);
const texts = fc.dictionary(NAME, fc.jsonValue());
const time = fc.oneof(
  fc.string(),
  fc.constantFrom('2026-11-20T09:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999+00:00', '0000-01-01T00:00:00Z'),
);
const alert = fc
  .record(
    {
      status: fc.oneof(fc.constantFrom('firing', 'resolved'), fc.jsonValue()),
      labels: fc.oneof(texts, fc.jsonValue()),
      annotations: fc.oneof(texts, fc.jsonValue()),
      startsAt: time,
      endsAt: time,
      generatorURL: fc.oneof(fc.webUrl(), fc.string()),
      fingerprint: fc.oneof(fc.string(), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  .map((change) => postedAlert(change));
const message = fc
  .tuple(
    fc.array(fc.oneof(alert, fc.jsonValue()), { maxLength: 8 }),
    fc.record({ groupKey: fc.jsonValue(), truncatedAlerts: fc.jsonValue(), groupLabels: fc.jsonValue() }, { requiredKeys: [] }),
  )
  .map(([alerts, change]) => alertMessage(alerts, change));

describe('whatever is posted as alerts', () => {
  test('is read or told why not, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (body) => {
        const reading = readAlerts(body, 'x', CONTEXT);
        if (!reading.ok) expect(reading.hint).not.toBe('');
      }),
    );
  });

  test('comes to one delivery or one failure for each alert, bounded, and survives the spool', () => {
    fc.assert(
      fc.property(message, (posted) => {
        const reading = readAlerts(JSON.stringify(posted), 'x', CONTEXT);
        if (!reading.ok) throw new Error(reading.hint);
        const { alerts } = posted as { readonly alerts: readonly unknown[] };
        expect(reading.deliveries.length + reading.failures.length).toBe(alerts.length);
        for (const delivery of reading.deliveries) {
          const { finding } = delivery.findings[0];
          expect(finding.rule).not.toBe('');
          expect(finding.message).not.toBe('');
          expect(finding.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
          expect(parseDelivery(deliveryText(delivery))).toStrictEqual(delivery);
        }
      }),
    );
  });

  test('has the same keys when it comes again', () => {
    fc.assert(
      fc.property(message, (posted) => {
        const keys = () => {
          const reading = readAlerts(JSON.stringify(posted), 'x', CONTEXT);
          return reading.ok ? reading.deliveries.map(({ key }) => key) : [];
        };
        expect(keys()).toEqual(keys());
      }),
    );
  });
});
