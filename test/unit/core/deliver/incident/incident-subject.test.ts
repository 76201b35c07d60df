import { expect, test } from 'vitest';
import { groupIdOf, timeOf } from '../../../../../lib/core/deliver/incident/incident-subject.ts';
import { alarm, deed } from '../../../../support/incidents.ts';

const AT = Date.UTC(2026, 10, 20, 9);
const base = { id: 'e', atMs: AT, user: 'alice', session: 's', account: '111122223333', cluster: 'demo' };

test('the same person, session and place are one subject, whatever they did', () => {
  const id = groupIdOf(deed(base), '#drift');
  expect(groupIdOf(deed({ ...base, id: 'f', atMs: AT + 1, rules: ['Other'], resource: 'x' }), '#drift')).toBe(id);
});

test('another person, session, cluster, account or channel is another subject', () => {
  const ids = [
    groupIdOf(deed(base), '#drift'),
    groupIdOf(deed(base), '#prod'),
    groupIdOf(deed({ ...base, user: 'bob' }), '#drift'),
    groupIdOf(deed({ ...base, session: null }), '#drift'),
    groupIdOf(deed({ ...base, cluster: 'other' }), '#drift'),
    groupIdOf(deed({ ...base, cluster: null }), '#drift'),
    groupIdOf(deed({ ...base, cluster: null, account: null }), '#drift'),
    groupIdOf(alarm({ startsAtMs: AT }), '#drift'),
    groupIdOf(alarm({ startsAtMs: AT, groupKey: 'other' }), '#drift'),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test("of Falco's events the host tells one subject from another", () => {
  const onHost = (hostname: string) => {
    const delivery = deed(base);
    const [first] = delivery.findings;
    return groupIdOf({ ...delivery, findings: [{ ...first, finding: { ...first.finding, source: 'falco', hostname } }] }, '#drift');
  };
  expect(onHost('node-1')).toBe(onHost('node-1'));
  expect(onHost('node-1')).not.toBe(onHost('node-2'));
});

test('all alerts of one group of an Alertmanager are one subject', () => {
  expect(groupIdOf(alarm({ startsAtMs: AT }), '#drift')).toBe(
    groupIdOf(alarm({ startsAtMs: AT + 1, fingerprint: 'f2', status: 'resolved' }), '#drift'),
  );
});

test('a finding without a principal is told apart by its user', () => {
  const [finding] = deed(base).findings;
  const anonymous = {
    ...deed(base),
    findings: [{ ...finding, finding: { ...finding.finding, actor: { ...finding.finding.actor, principal: null } } }] as const,
  };
  expect(groupIdOf(anonymous, '#drift')).toBe(groupIdOf(deed(base), '#drift'));
});

test('an alert happens when it begins, and when it ends', () => {
  expect(timeOf(deed(base))).toBe(AT);
  expect(timeOf(alarm({ startsAtMs: AT }))).toBe(AT);
  expect(timeOf(alarm({ startsAtMs: AT, status: 'resolved', endsAtMs: AT + 9 }))).toBe(AT + 9);
  expect(timeOf(alarm({ startsAtMs: AT, status: 'resolved' }))).toBe(AT);
});
