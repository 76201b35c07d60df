import type { Finding, FindingWithOrigin } from '../../lib/core/model/finding.ts';

type Change = Partial<Omit<Finding, 'actor' | 'action' | 'target'>> & {
  readonly actor?: Partial<Finding['actor']>;
  readonly action?: Partial<Finding['action']>;
  readonly target?: Partial<Finding['target']>;
};

/** A finding about a change in a cluster by alice, with what the test needs to be different. */
export function findingWith(change: Change = {}): Finding {
  const base: Finding = {
    id: '5f9d1f3e-0000-4000-8000-000000000001',
    rule: 'Manual Kubernetes change',
    priority: 'Warning',
    source: 'k8s_audit',
    tags: ['drift', 'kubernetes'],
    time: '2026-03-14T09:26:53.589793000Z',
    hostname: 'demo',
    message: 'alice@example.com changed Deployment shop/checkout by hand',
    output: '09:26:53.589793000: Warning alice@example.com changed Deployment shop/checkout by hand',
    output_fields: { 'drift.user': 'alice@example.com' },
    account: '111122223333',
    account_name: 'prod',
    region: 'eu-west-1',
    cluster: 'demo',
    actor: {
      hand: 'human',
      user: 'alice@example.com',
      principal: 'alice@example.com',
      session: null,
      source_identity: null,
      channel: 'kubectl',
      source_ip: '198.51.100.7',
      user_agent: 'kubectl/v1.33.0 (linux/amd64)',
      mfa: null,
      impersonates: null,
    },
    action: { class: 'change', service: 'apps', name: 'patch deployments', verb: 'patch', error: null },
    target: { kind: 'Deployment', name: 'checkout', namespace: 'shop', subresource: null, arn: null },
    reason: 'kubernetes_user',
    pipeline: null,
    labels: {},
    truncated: false,
  };
  return {
    ...base,
    ...change,
    actor: { ...base.actor, ...change.actor },
    action: { ...base.action, ...change.action },
    target: { ...base.target, ...change.target },
  };
}

/** The same with its record and the place it came from. */
export function foundWith(change: Change = {}, recordText = '{"kind":"Event"}'): FindingWithOrigin {
  const finding = findingWith(change);
  return { finding, recordText, origin: { input: 'audit.log', line: 7, path: '' }, timeMs: Date.parse(finding.time) };
}
