import { describe, expect, test } from 'vitest';
import { pagerDutyCheck, pagerDutyEvent } from '../../../../../lib/core/deliver/receivers/pagerduty-event.ts';
import type { Delivery } from '../../../../../lib/core/model/delivery.ts';
import { alertDeliveryWith } from '../../../../support/alerts.ts';
import { deliveryWith } from '../../../../support/deliveries.ts';

const keyOf = (delivery: Delivery) => pagerDutyEvent(delivery, 'key').dedup_key;
const by = (change: object, id = 'event-1') => deliveryWith({ id, findings: [change] });

describe('an event for PagerDuty', () => {
  test('says what happened, where, how bad', () => {
    expect(pagerDutyEvent(deliveryWith({ id: 'event-1' }), 'routing')).toEqual({
      routing_key: 'routing',
      event_action: 'trigger',
      dedup_key: expect.stringMatching(/^driftwire\/[0-9a-f]{28}$/),
      client: 'Driftwire',
      payload: {
        summary: 'Manual Kubernetes change: alice@example.com patched Deployment shop/checkout',
        source: 'demo',
        severity: 'warning',
        timestamp: '2026-03-14T09:26:53.589Z',
        component: 'Deployment shop/checkout',
        group: 'prod (111122223333) · cluster demo · eu-west-1',
        class: 'Manual Kubernetes change',
        custom_details: expect.objectContaining({ Who: 'alice@example.com', Event: 'event-1' }),
      },
      links: [{ text: 'Cluster in EKS', href: expect.stringMatching(/^https:/) }],
    });
  });

  test('belongs to the incident of its person, place and rule, so that a burst pages once', () => {
    const first = keyOf(by({}));
    expect(keyOf(by({ target: { name: 'other' } }, 'event-2'))).toBe(first);
    const others = [
      { rule: 'Other' },
      { cluster: 'other' },
      { account: '999999999999' },
      { actor: { user: 'bob', principal: 'bob' } },
      { actor: { principal: null, user: 'carol' } },
    ];
    const keys = others.map((change) => keyOf(by(change)));
    expect(new Set([first, ...keys]).size).toBe(others.length + 1);
  });

  test('is resolved by the end of its alert', () => {
    const firing = alertDeliveryWith();
    const resolved = alertDeliveryWith({ status: 'resolved', endsAt: '2026-11-20T09:30:00Z' });
    expect(pagerDutyEvent(firing, 'key')).toMatchObject({ event_action: 'trigger', payload: { severity: 'critical' } });
    expect(pagerDutyEvent(resolved, 'key')).toEqual({ routing_key: 'key', event_action: 'resolve', dedup_key: keyOf(firing) });
    expect(keyOf(alertDeliveryWith({ fingerprint: 'other' }))).not.toBe(keyOf(firing));
  });

  test('is bounded and has no secret, whatever the log holds', () => {
    const long = `AKIAIOSFODNN7EXAMPLE ${'x'.repeat(100_000)}`;
    const nowhere = { account: null, account_name: null, region: null, cluster: null, hostname: long };
    const event = pagerDutyEvent(
      by({ ...nowhere, rule: long, message: long, actor: { user: long }, target: { kind: null, name: null, namespace: null } }),
      'key',
    );
    expect(event.payload?.summary.length).toBeLessThanOrEqual(1_024);
    expect(event.payload).not.toHaveProperty('group');
    expect(event.payload).not.toHaveProperty('component');
    expect(JSON.stringify(event).length).toBeLessThan(64 * 1024);
    expect(JSON.stringify(event.payload?.custom_details)).not.toContain('AKIAIOSFODNN7EXAMPLE');
  });

  test('leads to the runbook, where there is one; an alert names its own', () => {
    const links = { runbookUrl: 'https://wiki/runbook#{rule}' };
    expect(pagerDutyEvent(by({}), 'key', links).links).toContainEqual({
      text: 'Runbook',
      href: 'https://wiki/runbook#manual-kubernetes-change',
    });
    expect(JSON.stringify(pagerDutyEvent(alertDeliveryWith(), 'key', links).links)).not.toContain('wiki');
  });

  test('has a source even where nobody knows the host', () => {
    expect(pagerDutyEvent(by({ hostname: ' ' }), 'key').payload?.source).toBe('unknown');
  });

  test('for a check resolves what was never triggered', () => {
    expect(pagerDutyCheck('key')).toEqual({ routing_key: 'key', event_action: 'resolve', dedup_key: 'driftwire/check' });
  });
});
