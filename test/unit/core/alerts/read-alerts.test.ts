import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type AlertsReading, readAlerts } from '../../../../lib/core/alerts/read-alerts.ts';
import type { Delivery } from '../../../../lib/core/model/delivery.ts';
import { alertMessage, postedAlert } from '../../../support/alerts.ts';

const CONTEXT = { labels: { env: 'prod' }, accounts: { '111122223333': { name: 'shop-prod' }, '444455556666': {} } };

function read(message: unknown): Extract<AlertsReading, { ok: true }> {
  const reading = readAlerts(JSON.stringify(message), 'alertmanager endpoint', CONTEXT);
  if (!reading.ok) throw new Error(reading.hint);
  return reading;
}

function one(alert: Parameters<typeof postedAlert>[0] = {}, message: object = {}): Delivery {
  const [delivery] = read(alertMessage([postedAlert(alert)], message)).deliveries;
  if (delivery === undefined) throw new Error('no delivery');
  return delivery;
}

const findingOf = (delivery: Delivery) => delivery.findings[0].finding;

describe('a message as it was posted', () => {
  const posted = (name: string) =>
    read(JSON.parse(readFileSync(new URL(`../../../fixtures/alertmanager/${name}.json`, import.meta.url), 'utf8')));

  test('by Alertmanager 0.25.0, firing and then with one alert over', () => {
    const [firing, later] = [posted('firing'), posted('one-resolved')];
    expect(firing).toMatchObject({ failures: [], truncatedAlerts: 1 });
    expect(firing.deliveries.map(({ alert }) => [alert?.status, alert?.labels['pod'], alert?.endsAtMs])).toEqual([
      ['firing', 'web-1', null],
      ['firing', 'web-2', null],
    ]);
    expect(later.deliveries.map(({ alert }) => [alert?.status, alert?.endsAtMs])).toEqual([
      ['resolved', Date.parse('2026-11-21T10:51:15.807Z')],
      ['firing', null],
    ]);
    const [first, second] = [firing, later].map(({ deliveries }) => deliveries.map(({ key }) => key));
    expect(first?.[1]).toBe(second?.[1]);
    expect(first?.[0]).not.toBe(second?.[0]);
  });

  test('by Grafana, with its own members', () => {
    const [delivery] = posted('grafana').deliveries;
    expect(delivery?.alert).toMatchObject({
      status: 'firing',
      startsAtMs: Date.parse('2026-11-21T10:02:30Z'),
      generatorUrl: 'https://grafana.example/alerting/grafana/a1b2/view?orgId=1',
    });
    expect(delivery?.findings[0].finding).toMatchObject({
      rule: 'High error rate',
      priority: 'Warning',
      message: '5 % of requests fail',
      cluster: 'demo',
    });
  });
});

describe('a message of an Alertmanager', () => {
  test('makes one delivery of each alert, in the shape of a finding', () => {
    const { deliveries, failures, truncatedAlerts } = read(alertMessage([postedAlert(), postedAlert({ fingerprint: 'ffff000011112222' })]));
    expect(deliveries).toHaveLength(2);
    expect({ failures, truncatedAlerts }).toEqual({ failures: [], truncatedAlerts: 0 });
    expect(deliveries[0]?.alert).toEqual({
      status: 'firing',
      groupKey: '{}:{alertname="PodCrashLooping", user="alice"}',
      fingerprint: 'c0ffee0123456789',
      startsAtMs: Date.UTC(2026, 10, 20, 9, 0, 0, 120),
      endsAtMs: null,
      labels: {
        alertname: 'PodCrashLooping',
        severity: 'critical',
        namespace: 'shop',
        pod: 'checkout-7d9',
        cluster: 'demo',
        user: 'alice',
      },
      annotations: { summary: 'Pod shop/checkout-7d9 restarts again and again' },
      generatorUrl: 'http://prometheus:9090/graph?g0.expr=up',
    });
    expect(deliveries[0]?.findings[0].finding).toMatchObject({
      rule: 'PodCrashLooping',
      priority: 'Critical',
      source: 'alertmanager',
      tags: [],
      time: '2026-11-20T09:00:00.120000000Z',
      hostname: 'demo',
      message: 'Pod shop/checkout-7d9 restarts again and again',
      output: '09:00:00.120000000: Critical Pod shop/checkout-7d9 restarts again and again',
      account: null,
      cluster: 'demo',
      actor: { user: 'alice', hand: 'unknown' },
      action: { service: 'alertmanager', name: 'PodCrashLooping', verb: 'firing' },
      target: { kind: 'Pod', name: 'checkout-7d9', namespace: 'shop' },
      labels: { env: 'prod' },
    });
  });

  test('has the same key however often it is sent, and another for another state, start, alert or group', () => {
    const keys = [
      one(),
      one({ status: 'resolved', endsAt: '2026-11-20T09:30:00Z' }),
      one({ startsAt: '2026-11-20T10:00:00Z' }),
      one({ fingerprint: 'ffff000011112222' }),
      one({}, { groupKey: '{}:{}' }),
    ].map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(one({ annotations: { summary: 'other words' }, endsAt: '2026-11-20T12:00:00Z' }, { receiver: 'other' }).key).toBe(keys[0]);
    expect(one().requestKey).toBe(keys[0]);
  });

  test('tells of a resolved alert when it ended', () => {
    const resolved = one({ status: 'resolved', endsAt: '2026-11-20T09:30:00Z' });
    expect(resolved.alert).toMatchObject({ status: 'resolved', endsAtMs: Date.UTC(2026, 10, 20, 9, 30) });
    expect(findingOf(resolved)).toMatchObject({ time: '2026-11-20T09:30:00.000000000Z', action: { verb: 'resolved' } });
    for (const endsAt of ['0001-01-01T00:00:00Z', 'soon', undefined]) {
      const open = one({ status: 'resolved', endsAt });
      expect(open.alert?.endsAtMs).toBeNull();
      expect(findingOf(open).time).toBe('2026-11-20T09:00:00.120000000Z');
    }
  });

  test.each([
    [{ severity: 'page' }, 'Critical'],
    [{ severity: 'CRITICAL' }, 'Critical'],
    [{ severity: 'error' }, 'Error'],
    [{ severity: 'warning' }, 'Warning'],
    [{ severity: 'info' }, 'Informational'],
    [{ severity: 'none' }, 'Notice'],
    [{ severity: 'constructor' }, 'Notice'],
    [{}, 'Notice'],
    [{ severity: 'warning', priority: 'Emergency' }, 'Emergency'],
    [{ severity: 'warning', priority: 'P1' }, 'Warning'],
    [{ priority: 'high' }, 'Critical'],
  ])('with the labels %j has the priority %s', (labels, priority) => {
    expect(findingOf(one({ labels: { alertname: 'A', ...labels } })).priority).toBe(priority);
  });

  test.each([
    [{ summary: 'S', description: 'D' }, 'S'],
    [{ summary: 'A', description: 'D' }, 'D'],
    [{ summary: ' ', info: 'I' }, 'I'],
    [{ message: 'M' }, 'M'],
    [{}, 'A'],
  ])('with the annotations %j says %s', (annotations, message) => {
    expect(findingOf(one({ labels: { alertname: 'A' }, annotations })).message).toBe(message);
  });

  test('that came by falcosidekick is named after its rule', () => {
    const labels = { rule: 'Terminal shell in container', priority: 'Notice', source: 'falco', k8s_pod_name: 'web-1', k8s_ns_name: 'shop' };
    const finding = findingOf(one({ labels, annotations: { summary: 'Terminal shell in container', info: 'A shell was spawned' } }));
    expect(finding).toMatchObject({
      rule: 'Terminal shell in container',
      message: 'A shell was spawned',
      target: { kind: 'Pod', name: 'web-1', namespace: 'shop' },
    });
  });

  test.each([
    [{ account: '111122223333' }, { account: '111122223333', account_name: 'shop-prod', hostname: 'shop-prod' }],
    [
      { account_id: '111122223333', account_name: 'given' },
      { account: '111122223333', account_name: 'given' },
    ],
    [{ account: '444455556666' }, { account: '444455556666', account_name: null, hostname: '444455556666' }],
    [{ account: '999999999999' }, { account: '999999999999', account_name: null }],
    [{ account: 'prod' }, { account: null, account_name: 'prod' }],
    [
      { instance: '10.0.0.1:9100', region: 'eu-west-1' },
      { hostname: '10.0.0.1:9100', region: 'eu-west-1', target: { kind: 'Instance' } },
    ],
    [
      { kind: 'Deployment', name: 'web' },
      { hostname: 'alertmanager', target: { kind: 'Deployment', name: 'web' }, actor: { user: 'unknown' } },
    ],
    [{}, { rule: 'alert without a name', target: { kind: null, name: null, namespace: null } }],
  ])('with the labels %j is placed', (labels, expected) => {
    expect(findingOf(one({ labels, annotations: {} }))).toMatchObject(expected);
  });

  test('tells how many alerts its sender has left out, once', () => {
    const { deliveries, truncatedAlerts } = read(
      alertMessage([postedAlert(), postedAlert({ fingerprint: 'ffff000011112222' })], { truncatedAlerts: 3 }),
    );
    expect(truncatedAlerts).toBe(3);
    expect(deliveries.map((each) => findingOf(each).message.includes('3 more'))).toEqual([true, false]);
    expect(deliveries.map((each) => findingOf(each).output_fields['truncated_alerts'])).toEqual([3, undefined]);
    for (const truncated of [-1, 1.5, '7', null]) expect(read(alertMessage([], { truncatedAlerts: truncated })).truncatedAlerts).toBe(0);
  });

  test('is read with members that are not known, and without those that are not needed', () => {
    expect(one({ values: { B: 1 } }, { notification_reason: 'x', routeLabels: {}, orgId: 1, version: '1' }).alert?.groupKey).toContain(
      'alice',
    );
    const bare = {
      alerts: [{ startsAt: '2026-11-20T09:00:00Z', labels: { alertname: 'A', value: 7, up: true, none: null } }],
      status: 'firing',
    };
    const [delivery] = read(bare).deliveries;
    expect(delivery?.alert).toMatchObject({
      groupKey: '{"alertname":"A","value":"7","up":"true"}',
      labels: { alertname: 'A', value: '7', up: 'true' },
      annotations: {},
      generatorUrl: null,
    });
    expect(delivery?.alert?.fingerprint).toMatch(/^[0-9a-f]{28}$/);
    expect(read({ ...bare, groupLabels: { alertname: 'A' } }).deliveries[0]?.alert?.groupKey).toBe('{"alertname":"A"}');
  });

  test('keeps names that objects inherit as labels like any other', () => {
    const body = JSON.stringify(alertMessage([postedAlert()])).replace('"alertname":', '"__proto__":"p","constructor":"c","alertname":');
    const reading = readAlerts(body, 'x', CONTEXT);
    const labels = reading.ok ? reading.deliveries[0]?.alert?.labels : undefined;
    expect(Object.entries(labels ?? {})).toContainEqual(['__proto__', 'p']);
    expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
  });

  test.each([
    ['https://grafana.example/d/abc?x=1#y', true],
    ['http://prometheus', true],
    ['javascript:alert(1)', false],
    ['https://user:secret@host/', false],
    ['https://host/a|b', false],
    ['https://host/a>b', false],
    [`https://host/${'a'.repeat(2_000)}`, false],
    ['', false],
  ])('leads to %s: %s', (generatorURL, isKept) => {
    expect(one({ generatorURL }).alert?.generatorUrl).toBe(isKept ? generatorURL : null);
  });

  test('leads to the panel of a Grafana alert that has nothing else', () => {
    expect(one({ generatorURL: '', panelURL: 'https://grafana.example/d/1?viewPanel=2' }).alert?.generatorUrl).toContain('viewPanel');
  });

  test('is bounded, whatever it holds', () => {
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`label_${n}_${'n'.repeat(500)}`, 'v'.repeat(10_000)]));
    const { alert } = one(
      { labels, annotations: { summary: 's'.repeat(100_000) }, fingerprint: 'f'.repeat(1_000) },
      { groupKey: 'g'.repeat(9_000) },
    );
    expect(Object.keys(alert?.labels ?? {})).toHaveLength(64);
    expect(JSON.stringify(alert).length).toBeLessThan(64 * 1_200 + 4_200 + 3_000);
    expect(alert?.fingerprint).toMatch(/^[0-9a-f]{28}$/);
    expect(alert?.groupKey.length).toBeLessThan(1_100);
    const many = read(alertMessage(Array.from({ length: 2_001 }, (_, n) => postedAlert({ fingerprint: String(n) }))));
    expect(many.deliveries).toHaveLength(2_000);
    expect(many.failures).toMatchObject([{ code: 'too_large', origin: { path: 'alerts[2000]' } }]);
  });

  test('with an alert that cannot be read names it and takes the others', () => {
    const bad = [7, { ...postedAlert(), status: 'pending' }, postedAlert({ startsAt: 'yesterday' }), postedAlert({ startsAt: undefined })];
    const { deliveries, failures } = read(alertMessage([bad[0], postedAlert(), ...bad.slice(1)]));
    expect(deliveries).toHaveLength(1);
    expect(failures.map(({ code, origin }) => [code, origin.path])).toEqual([
      ['not_an_event', 'alerts[0]'],
      ['not_an_event', 'alerts[2]'],
      ['bad_time', 'alerts[3]'],
      ['bad_time', 'alerts[4]'],
    ]);
  });

  test.each([
    ['', 'bad_json'],
    ['[]', 'bad_json'],
    ['{"alerts"', 'bad_json'],
    ['{}', 'unknown_format'],
    ['{"alerts":{}}', 'unknown_format'],
  ])('is none: %s', (body, code) => {
    expect(readAlerts(body, 'x', CONTEXT)).toMatchObject({ ok: false, code });
  });
});
