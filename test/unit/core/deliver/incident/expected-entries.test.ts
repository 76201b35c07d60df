import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../../../lib/config/load.ts';
import { claimed } from '../../../../../lib/core/deliver/incident/claim.ts';
import { expectedEntries } from '../../../../../lib/core/deliver/incident/expected-entries.ts';
import { EMPTY_GROUP } from '../../../../../lib/core/deliver/incident/incident.ts';
import type { JsonObject } from '../../../../../lib/core/model/audit-event.ts';
import type { Finding } from '../../../../../lib/core/model/finding.ts';
import { deliveryWith } from '../../../../support/deliveries.ts';
import { alarm, deed } from '../../../../support/incidents.ts';
import { cloudtrailRecord, IAM_USER, kubernetesEvent } from '../../../../support/records.ts';

const AT = Date.UTC(2026, 10, 20, 9);

function deliveryOf(record: JsonObject | string, finding: Partial<Omit<Finding, 'actor' | 'action' | 'target'>> = {}) {
  const recordText = typeof record === 'string' ? record : JSON.stringify(record);
  return deliveryWith({ recordText, findings: [finding] });
}

describe('what would have to stand in the configuration', () => {
  test('is made of the record, and the configuration takes it', () => {
    const entries = expectedEntries(
      deliveryOf(cloudtrailRecord({ userIdentity: IAM_USER }), { source: 'aws_cloudtrail', reason: 'iam_user' }),
    );
    expect(entries?.pipelines).toBe('- { name: "111122223333-user-carol", user: "carol", accounts: ["111122223333"] }');
    expect(entries?.ignore).toContain('drift.principal');
    const { config, problems } = parseConfig(`pipelines:\n${entries?.pipelines}\nignore:\n${entries?.ignore}\n`, 'driftwire.yaml');
    expect(problems).toEqual([]);
    expect(config?.pipelines).toHaveLength(1);
    expect(config?.ignore).toHaveLength(1);
  });

  test('is made of a Kubernetes event too, whole or cut', () => {
    const event = kubernetesEvent({ user: { username: 'carol' } });
    const kubernetes = { source: 'k8s_audit', reason: 'kubernetes_user', cluster: 'demo', account: null } as const;
    expect(expectedEntries(deliveryOf(event, kubernetes))?.pipelines).toBe('- { name: "kubernetes-carol", kubernetes_user: "carol" }');
    const cut = `${JSON.stringify(event).slice(0, -1)},"requestObject":{"kind":"Dep`;
    expect(expectedEntries(deliveryOf(cut, { ...kubernetes, truncated: true }))?.pipelines).toContain('carol');
  });

  test.each([
    ['an event of Falco', deliveryOf('{}', { source: 'falco' })],
    ['an alert', alarm({ startsAtMs: AT })],
    ['a break-glass principal', deliveryOf(cloudtrailRecord(), { source: 'aws_cloudtrail', reason: 'break_glass' })],
    ['a record that is no JSON', deliveryOf('{')],
    ['a record that is no object', deliveryOf('[]')],
    ['a record that is no event', deliveryOf('{}', { source: 'aws_cloudtrail', account: null, cluster: null })],
    [
      'a name of 10,000 characters',
      deliveryOf(kubernetesEvent({ user: { username: 'x'.repeat(10_000) } }), { source: 'k8s_audit', reason: 'kubernetes_user' }),
    ],
  ])('is nothing for %s', (_, delivery) => {
    expect(expectedEntries(delivery)).toBeUndefined();
  });
});

describe('an incident', () => {
  const settings = { windowMs: 15 * 60_000, manner: 'threads' as const };
  test('keeps what its lead would take', () => {
    const first = deliveryOf(kubernetesEvent({ user: { username: 'carol' } }), { reason: 'kubernetes_user', cluster: 'demo' });
    const [incident] = claimed('ab', EMPTY_GROUP, [first], '#drift', AT, settings).group.incidents;
    expect(incident?.expected?.pipelines).toContain('carol');
    expect(incident?.subject).toMatch(/^[0-9a-f]{28}$/);
  });

  test('keeps what the worst of its events would take, and nothing of another', () => {
    const [carol, dora] = ['carol', 'dora'].map((username) => kubernetesEvent({ user: { username } }));
    const lesser = deliveryOf(carol ?? {}, { reason: 'kubernetes_user', cluster: 'demo' });
    const worse = deliveryOf(dora ?? {}, { reason: 'kubernetes_user', cluster: 'demo', priority: 'Critical' });
    const unknown = deliveryOf('{', { priority: 'Alert' });
    const lead = (deliveries: readonly ReturnType<typeof deliveryOf>[]) =>
      claimed('ab', EMPTY_GROUP, deliveries, '#drift', AT, settings).group.incidents[0]?.expected?.pipelines;
    expect(lead([lesser, worse, lesser])).toContain('dora');
    expect(lead([lesser, worse, unknown])).toBeUndefined();
  });

  test('shows a mute that is over no more', () => {
    const { group } = claimed('ab', EMPTY_GROUP, [deed({ id: 'e1', atMs: AT })], '#drift', AT, settings);
    const muted = { ...group, incidents: group.incidents.map((each) => ({ ...each, muted: { by: 'bob', untilMs: AT + 1_000 } })) };
    const again = (nowMs: number) => claimed('ab', muted, [deed({ id: 'e2', atMs: AT + 1 })], '#drift', nowMs, settings).group.incidents[0];
    expect(again(AT + 999)?.muted).toEqual({ by: 'bob', untilMs: AT + 1_000 });
    expect(again(AT + 1_000)?.muted).toBeUndefined();
  });
});
