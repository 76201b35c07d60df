import { describe, expect, test } from 'vitest';
import { copyOf } from '../../../../lib/core/deliver/copy-of.ts';
import { deliveryText, parseDelivery } from '../../../../lib/core/deliver/delivery-text.ts';
import type { Delivery } from '../../../../lib/core/model/delivery.ts';
import { deliveryWith } from '../../../support/deliveries.ts';

const event = deliveryWith({ id: 'a', findings: [{ output_fields: { 'evt.time': 1_763_715_600_123_456_789n } }] });
const [found] = event.findings;

/** The same event as another way tells it. */
const others: Readonly<Record<string, Delivery>> = {
  'a text of its own': { ...event, findings: [{ ...found, recordText: ` ${found.recordText}` }] },
  'a source that is late': { ...event, ingest: 'backfill' },
  'rules that have changed': { ...event, findings: [found, { ...found, finding: { ...found.finding, rule: 'Another rule' } }] },
  'a label of the configuration': { ...event, findings: [{ ...found, finding: { ...found.finding, labels: { env: 'prod' } } }] },
};

describe('copies of an event', () => {
  test.each(Object.entries(others))('are two with %s', (_, other) => {
    expect(copyOf(other)).not.toBe(copyOf(event));
  });

  test('are one wherever and however often they were read', () => {
    const again = {
      ...event,
      missed: true as const,
      findings: [{ ...found, origin: { input: 'message-2', line: 1, path: '$.Records[3]' } }] as const,
    };
    expect(copyOf(again)).toBe(copyOf(event));
    expect(copyOf(parseDelivery(deliveryText(event)) ?? event)).toBe(copyOf(event));
  });

  test('keep their names from one version to the next, because marks and messages outlive a deployment', () => {
    const waiting =
      '{"version":1,"key":"k","requestKey":"k","ingest":"backfill","recordText":"{}","origin":{"input":"m","line":1,"path":""},"timeMs":0,' +
      '"findings":[{"id":"e","rule":"Manual AWS change","output_fields":{"evt.time":{"integer":"1763715600123456789"}}}]}';
    expect(parseDelivery(waiting)).toBeDefined();
    expect(copyOf(parseDelivery(waiting) ?? event)).toBe('10135c7473d3e30f610e765c6455');
  });
});
