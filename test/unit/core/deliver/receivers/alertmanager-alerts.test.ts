import { describe, expect, test } from 'vitest';
import { alertmanagerAlerts } from '../../../../../lib/core/deliver/receivers/alertmanager-alerts.ts';
import { deliveryWith } from '../../../../support/deliveries.ts';

const OPTIONS = { minimumPriority: 'Debug', holdMs: 900_000 } as const;
const FIRST_MS = Date.parse('2026-03-14T09:27:00.000Z');

describe('findings as alerts', () => {
  test('are labelled by who, where and which rule, and fire for a while', () => {
    expect(alertmanagerAlerts(deliveryWith({ id: 'event-1', labels: { env: 'prod' } }), FIRST_MS, OPTIONS)).toEqual([
      {
        labels: {
          env: 'prod',
          alertname: 'Manual Kubernetes change',
          severity: 'warning',
          priority: 'Warning',
          source: 'k8s_audit',
          user: 'alice@example.com',
          account: '111122223333',
          account_name: 'prod',
          region: 'eu-west-1',
          cluster: 'demo',
          namespace: 'shop',
        },
        annotations: {
          summary: 'alice@example.com patched Deployment shop/checkout',
          description: expect.stringMatching(/^Who: alice@example\.com\nWhat: /),
          event_id: 'event-1',
        },
        startsAt: '2026-03-14T09:26:53.589Z',
        endsAt: '2026-03-14T09:42:00.000Z',
        generatorURL: expect.stringMatching(/^https:/),
      },
    ]);
  });

  test('have the same labels for every event of a burst', () => {
    const labels = ['a', 'b'].map(
      (id) => alertmanagerAlerts(deliveryWith({ id, findings: [{ target: { name: id } }] }), FIRST_MS, OPTIONS)[0]?.labels,
    );
    expect(labels[0]).toEqual(labels[1]);
  });

  test('lead to the runbook, where there is one', () => {
    const [alert] = alertmanagerAlerts(deliveryWith(), FIRST_MS, { ...OPTIONS, links: { runbookUrl: 'https://wiki/runbook#{rule}' } });
    expect(alert?.annotations['runbook_url']).toBe('https://wiki/runbook#manual-kubernetes-change');
  });

  test('are those that are bad enough', () => {
    const delivery = deliveryWith({
      findings: [
        { rule: 'One', priority: 'Error' },
        { rule: 'Two', priority: 'Notice' },
      ],
    });
    const alerts = alertmanagerAlerts(delivery, FIRST_MS, { ...OPTIONS, minimumPriority: 'Warning' });
    expect(alerts.map(({ labels }) => labels['alertname'])).toEqual(['One']);
    expect(alerts[0]?.annotations['summary']).toContain('alice');
  });

  test('of a clock that runs ahead begin when they are sent', () => {
    const [alert] = alertmanagerAlerts(deliveryWith(), FIRST_MS - 3_600_000, OPTIONS);
    expect(alert?.startsAt).toBe('2026-03-14T08:27:00.000Z');
  });

  test('have neither empty labels nor labels of their own choice, and are bounded', () => {
    const long = 'x'.repeat(100_000);
    const hostile = { user: `\u202e${long}`, principal: long, user_agent: long, session: long };
    const [alert] = alertmanagerAlerts(
      deliveryWith({
        labels: { alertname: 'mine' },
        findings: [{ cluster: null, region: '', actor: hostile, message: long, target: { name: long, arn: long } }],
      }),
      FIRST_MS,
      OPTIONS,
    );
    expect(alert?.labels).toMatchObject({ alertname: 'Manual Kubernetes change', user: expect.stringMatching(/^\\u\{202e\}x+…$/) });
    expect(Object.keys(alert?.labels ?? {})).not.toContain('region');
    expect(alert).not.toHaveProperty('generatorURL');
    expect(JSON.stringify(alert).length).toBeLessThan(8_000);
  });
});
