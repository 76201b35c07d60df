import { type AlertCase, HEARD, seriesOf, TARGET } from './alert-case.ts';

const findings = (labels: string) => seriesOf('driftwire_findings_total', labels);
const rule = (name: string, priority: string, source = 'aws_cloudtrail') => ({ rule: name, priority, source });
const text = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ');

/** An alert on one rule of findings: it fires on that rule's findings and is quiet on those of another. */
function onRule(alert: string, labels: ReturnType<typeof rule>, summary: string, description: string): readonly AlertCase[] {
  return [
    {
      alert,
      name: `a finding of "${labels.rule}" fires at once`,
      series: { ...HEARD, [findings(text(labels))]: '0x10 1x30' },
      at: '11m',
      fires: [{ labels, summary, description }],
    },
    {
      alert,
      name: `earlier findings of "${labels.rule}" and new ones of another rule are quiet`,
      series: { ...HEARD, [findings(text(labels))]: '4x40', [findings(text(rule('Manual AWS change', 'Warning')))]: '0x10 1x30' },
      at: '11m',
      fires: [],
    },
  ];
}

/** Tests of the alerts about what nobody should be doing. */
export const SECURITY_CASES: readonly AlertCase[] = [
  ...onRule(
    'CriticalFinding',
    rule('Breach command run in a pod', 'Critical', 'k8s_audit'),
    'Critical: Breach command run in a pod',
    'Rule "Breach command run in a pod" found something in k8s_audit (priority Critical): 1 in 5 minutes.',
  ),
  {
    alert: 'CriticalFinding',
    name: 'rules that have an alert of their own do not fire the general one too',
    series: {
      ...HEARD,
      [findings(text(rule('Audit trail weakened', 'Critical')))]: '0x10 1x30',
      [findings(text(rule('Break-glass principal used in a cluster', 'Critical', 'k8s_audit')))]: '0x10 1x30',
      [findings(text(rule('Root user activity', 'Critical')))]: '0x10 1x30',
      [findings(text(rule('Machine name used by a person', 'Critical', 'k8s_audit')))]: '0x10 1x30',
    },
    at: '12m',
    fires: [],
  },
  ...onRule(
    'AuditTrailWeakened',
    rule('Audit trail weakened', 'Critical'),
    'An audit trail was stopped, deleted or changed',
    'A trail, a recorder, a detector or the route of audit events was stopped, deleted or changed: 1 in 5 minutes. After this, less is seen than before.',
  ),
  ...onRule(
    'BreakGlassPrincipalUsed',
    rule('Break-glass principal used in a cluster', 'Critical', 'k8s_audit'),
    'A break-glass principal is being used (k8s_audit)',
    'A principal declared under break_glass did something other than reading: 1 in 5 minutes (Break-glass principal used in a cluster).',
  ),
  ...onRule(
    'RootUserActivity',
    rule('Root user activity', 'Critical'),
    'The root user of an AWS account is acting',
    'The root user of an account did something other than reading: 1 in 5 minutes.',
  ),
  ...onRule(
    'MachineNameUsedByPerson',
    rule('Machine name used by a person', 'Critical', 'k8s_audit'),
    'A person acts in a cluster under the name of a machine',
    'An IAM identity acts under the name of a service account, a node or a component: 1 in 5 minutes. Look at who may edit the mapping of IAM identities.',
  ),
  ...onRule(
    'PrivilegedContainerAdmitted',
    rule('Privileged container admitted', 'Warning', 'k8s_audit'),
    'A privileged container was admitted by hand',
    'Somebody admitted a privileged container, or one in the namespaces of its host, by hand: 1 in 5 minutes.',
  ),
  {
    alert: 'ManyDeniedChangeAttempts',
    name: 'more than twenty denials in a quarter of an hour fire',
    series: { ...HEARD, [findings(text(rule('Denied change attempt', 'Notice')))]: '0x10 11x5 21x30' },
    at: '20m',
    fires: [
      {
        labels: { source: 'aws_cloudtrail' },
        summary: 'Many denied attempts at a change (aws_cloudtrail)',
        description:
          '21 changes by people or unknown callers were denied within 15 minutes: somebody tries out what a credential may do, or lost a right.',
      },
    ],
  },
  {
    alert: 'ManyDeniedChangeAttempts',
    name: 'one denial a minute is daily life',
    series: { ...HEARD, [findings(text(rule('Denied change attempt', 'Notice')))]: '0+1x60' },
    at: '50m',
    fires: [],
  },
  {
    alert: 'ManyPolicyEngineDenials',
    name: 'more than twenty refusals in a quarter of an hour fire',
    series: { ...HEARD, [findings(text(rule('Policy engine denied a request', 'Notice', 'k8s_audit')))]: '_x10 30x30' },
    at: '20m',
    fires: [
      {
        labels: { source: 'k8s_audit' },
        summary: 'The policy engine refuses many requests',
        description: 'Gatekeeper, Kyverno, an admission webhook or a ValidatingAdmissionPolicy refused 30 requests within 15 minutes.',
      },
    ],
  },
  {
    alert: 'ManyPolicyEngineDenials',
    name: 'twenty refusals do not fire, nor do denials by access control',
    series: {
      ...HEARD,
      [findings(text(rule('Policy engine denied a request', 'Notice', 'k8s_audit')))]: '0x10 20x30',
      [findings(text(rule('Denied change attempt in a cluster', 'Notice', 'k8s_audit')))]: '0x10 200x30',
    },
    at: '20m',
    fires: [],
  },
  {
    alert: 'FalcoHighPriorityEvent',
    name: 'an event of priority below 3 fires, from whatever exporter it comes',
    series: {
      'up{job="falco", instance="node-1"}': '1x60',
      'falco_events{job="falco", instance="node-1", rule="Terminal shell in container", priority="2", hostname="node-1", source="syscall", k8s_ns_name="shop", k8s_pod_name="checkout-1"}':
        '_x10 1x30',
    },
    at: '11m',
    fires: [
      {
        labels: {
          rule: 'Terminal shell in container',
          priority: '2',
          hostname: 'node-1',
          source: 'syscall',
          k8s_ns_name: 'shop',
          k8s_pod_name: 'checkout-1',
        },
        summary: 'Falco: Terminal shell in container',
        description:
          'Falco rule "Terminal shell in container" (priority 2 of 0 to 7, most urgent first) fired on node-1, pod shop/checkout-1: 1 in 5 minutes.',
      },
    ],
  },
  {
    alert: 'FalcoHighPriorityEvent',
    name: 'events of lower priority, old ones and the findings of Driftwire itself are quiet',
    series: {
      ...HEARD,
      [`falco_events{${TARGET}, rule="Read sensitive file", priority="4", hostname="node-1", source="syscall"}`]: '0x10 9x30',
      [`falco_events{${TARGET}, rule="Old", priority="0", hostname="node-1", source="syscall"}`]: '9x40',
      [`falco_events{${TARGET}, rule="Root user activity", priority="2", hostname="prod", source="aws_cloudtrail"}`]: '0x10 1x30',
      [findings(text(rule('Root user activity', 'Critical')))]: '0x10 1x30',
    },
    at: '12m',
    fires: [],
  },
];
