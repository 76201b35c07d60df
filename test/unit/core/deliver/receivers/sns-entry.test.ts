import { describe, expect, test } from 'vitest';
import { snsEntry } from '../../../../../lib/core/deliver/receivers/sns-entry.ts';
import { alertDeliveryWith } from '../../../../support/alerts.ts';
import { deliveryWith } from '../../../../support/deliveries.ts';

describe('a message for a topic', () => {
  test('has a subject, the findings as JSON, and what subscriptions filter by', () => {
    const entry = snsEntry(deliveryWith({ id: 'event-1' }), false);
    expect(entry.subject).toBe('Warning: Manual Kubernetes change: alice@example.com patched Deployment shop/checkout');
    expect(JSON.parse(entry.message)).toMatchObject([{ id: 'event-1' }]);
    expect(entry.attributes).toEqual({
      event_key: expect.stringMatching(/^[0-9a-f]{28}$/),
      rule: 'Manual Kubernetes change',
      priority: 'Warning',
      source: 'k8s_audit',
      account: '111122223333',
      cluster: 'demo',
      user: 'alice@example.com',
    });
    expect(entry).not.toHaveProperty('fifo');
    expect(entry.sizeBytes).toBeGreaterThan(entry.message.length);
  });

  test('of a FIFO topic has its order by person, and its event once', () => {
    const [first, second] = [snsEntry(deliveryWith({ id: 'a' }), true).fifo, snsEntry(deliveryWith({ id: 'b' }), true).fifo];
    expect(first?.groupId).toBe(second?.groupId);
    expect(first?.deduplicationId).not.toBe(second?.deduplicationId);
  });

  test('has a subject of ASCII without controls below 100 characters, whatever the log holds', () => {
    for (const user of ['Zoë\nBcc: x@y', 'é'.repeat(300), '\u202e', 'a'.repeat(300)]) {
      const { subject } = snsEntry(deliveryWith({ findings: [{ actor: { user } }] }), false);
      expect(subject).toMatch(/^[!-~][ -~]{0,98}$/);
    }
  });

  test('tells whether an alert fires, and leaves out attributes that are not known', () => {
    expect(snsEntry(alertDeliveryWith(), false).attributes).toMatchObject({ status: 'firing', source: 'alertmanager' });
    const { attributes } = snsEntry(deliveryWith({ findings: [{ account: null, cluster: '' }] }), false);
    expect(Object.keys(attributes)).toEqual(['event_key', 'rule', 'priority', 'source', 'user']);
  });

  test('is never larger than a topic takes', () => {
    const text = 'é'.repeat(2_000);
    const output_fields = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`field_${n}`, text]));
    expect(snsEntry(deliveryWith({ findings: [{ output_fields }] }), true).sizeBytes).toBeLessThanOrEqual(262_144);
  });
});
