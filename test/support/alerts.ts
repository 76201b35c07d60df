import { readAlerts } from '../../lib/core/alerts/read-alerts.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';

/** What an Alertmanager posts to a webhook, as version 0.25.0 was seen to (members and their order from a captured message). */
export function alertMessage(alerts: readonly unknown[], change: object = {}): object {
  return {
    receiver: 'driftwire',
    status: 'firing',
    alerts,
    groupLabels: { alertname: 'PodCrashLooping', user: 'alice' },
    commonLabels: { alertname: 'PodCrashLooping' },
    commonAnnotations: {},
    externalURL: 'http://alertmanager:9093',
    version: '4',
    groupKey: '{}:{alertname="PodCrashLooping", user="alice"}',
    truncatedAlerts: 0,
    ...change,
  };
}

/** One alert of such a message, with what a test needs to be different. */
export function postedAlert(change: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    status: 'firing',
    labels: { alertname: 'PodCrashLooping', severity: 'critical', namespace: 'shop', pod: 'checkout-7d9', cluster: 'demo', user: 'alice' },
    annotations: { summary: 'Pod shop/checkout-7d9 restarts again and again' },
    startsAt: '2026-11-20T09:00:00.12Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
    fingerprint: 'c0ffee0123456789',
    ...change,
  };
}

/** The delivery that such an alert makes. */
export function alertDeliveryWith(alert: Readonly<Record<string, unknown>> = {}, message: object = {}): Delivery {
  const reading = readAlerts(JSON.stringify(alertMessage([postedAlert(alert)], message)), 'alertmanager endpoint', {
    labels: {},
    accounts: {},
  });
  const [delivery] = reading.ok ? reading.deliveries : [];
  if (delivery === undefined) throw new Error('no alert');
  return delivery;
}
