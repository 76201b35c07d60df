import { describe, expect, test } from 'vitest';
import { falcoEventIncrement, marksOf, recordIncrements } from '../../../../lib/core/deliver/ledger.ts';
import { userSlot } from '../../../../lib/core/tune/user-slots.ts';
import { foundWith } from '../../../support/findings.ts';

const AWS = {
  source: 'aws_cloudtrail',
  rule: 'Manual AWS change',
  tags: ['aws', 'drift'],
  cluster: null,
  actor: { user: 'carol' },
  action: { service: 'ec2', name: 'AuthorizeSecurityGroupIngress', verb: 'AuthorizeSecurityGroupIngress' },
  target: { kind: 'SecurityGroup', name: 'sg-1', namespace: null },
} as const;

describe('a manual Kubernetes change', () => {
  test('counts once for its record and for its request', () => {
    const keys = { key: 'k8s_audit 1 ResponseComplete', requestKey: 'k8s_audit 1 request' };
    expect(marksOf({ ...keys, principal: 'kubernetes:alice@example.com', findings: [foundWith()] })).toEqual([
      {
        key: 'k8s_audit 1 ResponseComplete',
        increments: [
          { metric: 'driftwire_records_total', labels: { source: 'k8s_audit', outcome: 'finding' }, by: 1 },
          {
            metric: 'driftwire_findings_total',
            labels: { rule: 'Manual Kubernetes change', priority: 'Warning', source: 'k8s_audit' },
            by: 1,
          },
          {
            metric: 'falco_events',
            labels: {
              rule: 'Manual Kubernetes change',
              priority: '4',
              hostname: 'demo',
              source: 'k8s_audit',
              k8s_ns_name: 'shop',
              k8s_pod_name: '',
            },
            by: 1,
          },
        ],
        noise: [
          {
            kind: 'group',
            day: '2026-03-14',
            group: {
              rule: 'Manual Kubernetes change',
              source: 'k8s_audit',
              principal: 'kubernetes:alice@example.com',
              action: 'patch deployments',
            },
            count: 1,
            seen: {
              priority: 'Warning',
              reason: 'kubernetes_user',
              users: [userSlot('alice@example.com')],
              firstMs: 1_773_480_413_589,
              lastMs: 1_773_480_413_589,
              last: { id: '5f9d1f3e-0000-4000-8000-000000000001', message: 'alice@example.com changed Deployment shop/checkout by hand' },
            },
          },
        ],
      },
      {
        key: 'k8s_audit 1 request',
        increments: [
          {
            metric: 'kubernetes_audit_manual_changes_total',
            labels: { user: 'alice@example.com', verb: 'patch', kind: 'Deployment', namespace: 'shop', cluster: 'demo' },
            by: 1,
          },
        ],
      },
    ]);
  });

  test('of a pod names it for the dashboard of Falco', () => {
    const [mark] = marksOf({ key: 'k', requestKey: 'r', findings: [foundWith({ target: { kind: 'Pod', name: 'web-0' } })] });
    expect(mark?.increments.find(({ metric }) => metric === 'falco_events')?.labels['k8s_pod_name']).toBe('web-0');
  });
});

describe('a manual AWS change', () => {
  test('is one mark, because each request is one record', () => {
    const marks = marksOf({ key: 'aws_cloudtrail 1', requestKey: 'aws_cloudtrail 1', findings: [foundWith(AWS)] });
    expect(marks).toHaveLength(1);
    expect(marks[0]?.increments.at(-1)).toEqual({
      metric: 'aws_cloudtrail_manual_changes_total',
      labels: { user: 'carol', service: 'ec2', action: 'AuthorizeSecurityGroupIngress', account: '111122223333', region: 'eu-west-1' },
      by: 1,
    });
  });

  test('with findings of several rules is one change and one record', () => {
    const found = [foundWith(AWS), foundWith({ ...AWS, rule: 'Root user activity', tags: ['aws'] }), foundWith(AWS)] as const;
    const [mark] = marksOf({ key: 'k', requestKey: 'k', findings: found });
    const by = (metric: string) => mark?.increments.filter((each) => each.metric === metric).map((each) => each.by);
    expect(by('driftwire_records_total')).toEqual([1]);
    expect(by('driftwire_findings_total')).toEqual([2, 1]);
    expect(by('aws_cloudtrail_manual_changes_total')).toEqual([1]);
    expect(marksOf({ key: 'k', requestKey: 'k', principal: 'p', findings: found })[0]?.noise?.map(({ count }) => count)).toEqual([2, 1]);
  });
});

test('a finding that is no drift is no manual change', () => {
  const marks = marksOf({ key: 'k', requestKey: 'r', findings: [foundWith({ tags: ['audit'] })] });
  expect(marks.map(({ key }) => key)).toEqual(['k']);
  expect(marks[0]?.increments.map(({ metric }) => metric)).not.toContain('kubernetes_audit_manual_changes_total');
});

test("an event that Falco judged is no manual change, whatever its rule's tags", () => {
  const found = { ...foundWith({ source: 'falco', tags: ['drift'] }), foreignSource: 'k8s_audit' };
  const marks = marksOf({ key: 'falco 1', requestKey: 'falco 1', findings: [found] });
  expect(marks.map(({ key }) => key)).toEqual(['falco 1']);
  expect(marks[0]?.increments.map(({ metric, labels }) => [metric, labels['source']])).toEqual([
    ['driftwire_records_total', 'falco'],
    ['driftwire_findings_total', 'falco'],
    ['falco_events', 'k8s_audit'],
  ]);
  expect(marks[0]).not.toHaveProperty('noise');
});

test('an event that no stream brought counts as missed under its own mark, and once', () => {
  const delivery = { key: 'a', requestKey: 'a request', ingest: 'backfill', findings: [foundWith()] } as const;
  const [seen] = marksOf(delivery);
  const marks = marksOf({ ...delivery, missed: true });
  expect(marks.map(({ key }) => key)).toEqual(['a', 'a request']);
  expect(marks[0]?.increments.filter((increment) => seen?.increments.every(({ metric }) => metric !== increment.metric))).toEqual([
    { metric: 'driftwire_missed_total', labels: { source: 'k8s_audit' }, by: 1 },
  ]);
});

describe('a record that made no finding', () => {
  test('counts under one outcome, with its reason', () => {
    expect(recordIncrements('k8s_audit', { kind: 'dropped', reason: 'read' }, 5)).toEqual([
      { metric: 'driftwire_records_total', labels: { source: 'k8s_audit', outcome: 'dropped' }, by: 5 },
      { metric: 'driftwire_dropped_total', labels: { source: 'k8s_audit', reason: 'read' }, by: 5 },
    ]);
    expect(recordIncrements('unknown', { kind: 'failed', code: 'bad_json' })).toEqual([
      { metric: 'driftwire_records_total', labels: { source: 'unknown', outcome: 'failed' }, by: 1 },
      { metric: 'driftwire_failed_total', labels: { source: 'unknown', code: 'bad_json' }, by: 1 },
    ]);
    expect(recordIncrements('aws_cloudtrail', { kind: 'duplicate' })).toEqual([
      { metric: 'driftwire_records_total', labels: { source: 'aws_cloudtrail', outcome: 'duplicate' }, by: 1 },
    ]);
  });
});

test("an event of Falco's own counts beside ours", () => {
  const event = { rule: 'Terminal shell', priority: 5, hostname: 'node-1', source: 'syscall', namespace: 'shop', pod: 'web-0' };
  expect(falcoEventIncrement(event)).toEqual({
    metric: 'falco_events',
    labels: {
      rule: 'Terminal shell',
      priority: '5',
      hostname: 'node-1',
      source: 'syscall',
      k8s_ns_name: 'shop',
      k8s_pod_name: 'web-0',
    },
    by: 1,
  });
});
