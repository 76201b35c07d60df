/**
 * What each alert is tested with: series as they are, and what must fire. Every value is one sample a minute from time zero;
 * `0x10 1x20` means eleven zeros, then twenty-one ones (promtool's notation: a value and how often it is repeated).
 */

/** One test of one alert. */
export interface AlertCase {
  readonly alert: string;
  /** The situation, as a sentence. */
  readonly name: string;
  readonly series: Readonly<Record<string, string>>;
  /** When it is looked at, in promtool's notation. */
  readonly at: string;
  /** What fires then: labels beside those of the rule, and the texts; nothing: the alert is quiet. */
  readonly fires: readonly Firing[];
}

/** One alert that fires. */
export interface Firing {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

const TARGET = 'job="driftwire", instance="prod"';
/** What tells that the deployment was heard, from the beginning. */
const HEARD = { [`driftwire_build_info{${TARGET}, version="1", config_hash="c", rules_hash="r"}`]: '1x200' };

const kubernetes = (labels: string) => `kubernetes_audit_manual_changes_total{${TARGET}, ${labels}}`;
const aws = (labels: string) => `aws_cloudtrail_manual_changes_total{${TARGET}, ${labels}}`;
const findings = (labels: string) => `driftwire_findings_total{${TARGET}, ${labels}}`;
const metric = (name: string, labels: string) => `driftwire_${name}{${TARGET}, ${labels}}`;

const ANNA = 'user="anna", verb="patch", kind="Deployment", namespace="shop", cluster="demo"';
const ANNA_LABELS = { user: 'anna', verb: 'patch', kind: 'Deployment', namespace: 'shop', cluster: 'demo' };
const annaFires = (times: number): Firing => ({
  labels: ANNA_LABELS,
  summary: 'Manual Kubernetes change by anna',
  description: `User anna performed patch on Deployment in namespace shop of cluster demo by hand (${times} in 5 minutes).`,
});
const BEN = 'user="ben", service="ec2", action="TerminateInstances", account="111122223333", region="eu-west-1"';
const BEN_LABELS = { user: 'ben', service: 'ec2', action: 'TerminateInstances', account: '111122223333', region: 'eu-west-1' };
const benFires = (times: number): Firing => ({
  labels: BEN_LABELS,
  summary: 'Manual AWS change by ben',
  description: `User ben called TerminateInstances of ec2 in account 111122223333, eu-west-1, by hand (${times} in 5 minutes).`,
});

const DRIFT: readonly AlertCase[] = [
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'a change of a series that began at zero fires after a minute',
    series: { ...HEARD, [kubernetes(ANNA)]: '0x10 1x30' },
    at: '12m',
    fires: [annaFires(1)],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'within the first minute it only waits',
    series: { ...HEARD, [kubernetes(ANNA)]: '0x10 1x30' },
    at: '11m',
    fires: [],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'the first event of a series that is scraped at 1 and never was 0 fires',
    series: { ...HEARD, [kubernetes(ANNA)]: '_x10 1x30' },
    at: '12m',
    fires: [annaFires(1)],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'five minutes after the last change it is over',
    series: { ...HEARD, [kubernetes(ANNA)]: '0x10 1x30' },
    at: '17m',
    fires: [],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'a total that was counted long before Prometheus knew the deployment is no change',
    series: { [`driftwire_build_info{${TARGET}}`]: '_x10 1x30', [kubernetes(ANNA)]: '_x10 873x30' },
    at: '13m',
    fires: [],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'the first change after connecting to such a deployment fires',
    series: { [`driftwire_build_info{${TARGET}}`]: '_x10 1x30', [kubernetes(ANNA)]: '_x10 873 874x30' },
    at: '13m',
    fires: [annaFires(1)],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'totals that come back unchanged after an outage of forty minutes are no change',
    series: { [`driftwire_build_info{${TARGET}}`]: '1x10 _x40 1x20', [kubernetes(ANNA)]: '7x10 _x40 7x20' },
    at: '54m',
    fires: [],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'what was counted during an outage fires when it is over',
    series: { [`driftwire_build_info{${TARGET}}`]: '1x10 _x40 1x20', [kubernetes(ANNA)]: '7x10 _x40 9x20' },
    at: '54m',
    fires: [annaFires(2)],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'totals that begin anew count from zero',
    series: { ...HEARD, [kubernetes(ANNA)]: '7x10 2x30' },
    at: '13m',
    fires: [annaFires(2)],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'a change of a cluster-wide object names no namespace',
    series: { ...HEARD, [kubernetes('user="anna", verb="delete", kind="Namespace", cluster="demo"')]: '0x10 3x30' },
    at: '13m',
    fires: [
      {
        labels: { user: 'anna', verb: 'delete', kind: 'Namespace', cluster: 'demo' },
        summary: 'Manual Kubernetes change by anna',
        description: 'User anna performed delete on Namespace of cluster demo by hand (3 in 5 minutes).',
      },
    ],
  },
  {
    alert: 'ManualAwsChangeDetected',
    name: 'a change fires after a minute, one for each person and call',
    series: { ...HEARD, [aws(BEN)]: '0x10 2x30', [aws(BEN.replace('ben', 'carla'))]: '5x40' },
    at: '12m',
    fires: [benFires(2)],
  },
  {
    alert: 'ManualAwsChangeDetected',
    name: 'the first event of a series that is scraped at 1 fires',
    series: { ...HEARD, [aws(BEN)]: '_x10 1x30' },
    at: '12m',
    fires: [benFires(1)],
  },
  {
    alert: 'ManualAwsChangeDetected',
    name: 'old totals are no change',
    series: { ...HEARD, [aws(BEN)]: '12x40' },
    at: '20m',
    fires: [],
  },
  {
    alert: 'ManualKubernetesChangeStorm',
    name: 'many changes by many people on one cluster are one alert',
    series: { ...HEARD, [kubernetes(ANNA)]: '0x10 26x30', [kubernetes(ANNA.replace('anna', 'ben'))]: '_x10 25x30' },
    at: '11m',
    fires: [
      {
        labels: { cluster: 'demo' },
        summary: 'Many manual changes in cluster demo',
        description:
          '51 manual changes within 5 minutes in cluster demo: a script run by a person, a pipeline that is not declared, or somebody who is not one of yours.',
      },
    ],
  },
  {
    alert: 'ManualKubernetesChangeStorm',
    name: 'fifty changes are not many, nor are more of them on two clusters',
    series: { ...HEARD, [kubernetes(ANNA)]: '0x10 50x30', [kubernetes(ANNA.replace('demo', 'other'))]: '0x10 50x30' },
    at: '12m',
    fires: [],
  },
  {
    alert: 'ManualAwsChangeStorm',
    name: 'many changes in one account are one alert',
    series: { ...HEARD, [aws(BEN)]: '0x10 60x30', [aws(BEN.replace('eu-west-1', 'eu-north-1'))]: '0x10 1x30' },
    at: '12m',
    fires: [
      {
        labels: { account: '111122223333' },
        summary: 'Many manual changes in account 111122223333',
        description:
          '61 manual changes within 5 minutes in account 111122223333: a script run by a person, a pipeline that is not declared, or somebody who is not one of yours.',
      },
    ],
  },
  {
    alert: 'ManualAwsChangeStorm',
    name: 'fifty changes over an hour are not many',
    series: { ...HEARD, [aws(BEN)]: '0+1x60' },
    at: '50m',
    fires: [],
  },
];

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

const SECURITY: readonly AlertCase[] = [
  ...onRule(
    'CriticalFinding',
    rule('Breach command run in a pod', 'Critical', 'k8s_audit'),
    'Critical: Breach command run in a pod',
    'Rule "Breach command run in a pod" (k8s_audit, priority Critical) matched 1 times within 5 minutes.',
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
    'A trail, a recorder, a detector or the route of audit events was stopped, deleted or changed 1 times within 5 minutes. After this, less is seen than before.',
  ),
  ...onRule(
    'BreakGlassPrincipalUsed',
    rule('Break-glass principal used in a cluster', 'Critical', 'k8s_audit'),
    'A break-glass principal is being used (k8s_audit)',
    'A principal declared under break_glass did 1 things other than reading within 5 minutes (Break-glass principal used in a cluster).',
  ),
  ...onRule(
    'RootUserActivity',
    rule('Root user activity', 'Critical'),
    'The root user of an AWS account is acting',
    'The root user of an account did 1 things other than reading within 5 minutes.',
  ),
  ...onRule(
    'MachineNameUsedByPerson',
    rule('Machine name used by a person', 'Critical', 'k8s_audit'),
    'A person acts in a cluster under the name of a machine',
    'An IAM identity did 1 things within 5 minutes under the name of a service account, a node or a component: look at who may edit the mapping of IAM identities.',
  ),
  ...onRule(
    'PrivilegedContainerAdmitted',
    rule('Privileged container admitted', 'Warning', 'k8s_audit'),
    'A privileged container was admitted by hand',
    'Somebody admitted 1 privileged containers, or containers in the namespaces of their host, by hand within 5 minutes.',
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
          'Falco rule "Terminal shell in container" (priority 2 of 0 to 7, most urgent first) fired 1 times within 5 minutes on node-1, pod shop/checkout-1.',
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

const HEALTH: readonly AlertCase[] = [
  {
    alert: 'DriftwireAbsent',
    name: 'a deployment that has not been heard for ten minutes fires',
    series: { [`driftwire_build_info{${TARGET}}`]: '1x10 _x60' },
    at: '22m',
    fires: [
      {
        labels: {},
        summary: 'No Driftwire is heard',
        description: 'For 10 minutes no Driftwire has told anything to this Prometheus: changes by hand are seen by nobody.',
      },
    ],
  },
  { alert: 'DriftwireAbsent', name: 'one that is heard is quiet', series: HEARD, at: '30m', fires: [] },
  {
    alert: 'DriftwireDown',
    name: 'a target that cannot be scraped and was a Driftwire before fires',
    series: { [`up{${TARGET}}`]: '1x10 0x30', [`driftwire_build_info{${TARGET}}`]: '1x10 stale' },
    at: '14m',
    fires: [
      {
        labels: { job: 'driftwire', instance: 'prod' },
        summary: 'Driftwire prod cannot be scraped',
        description: 'Prometheus has not reached prod (job driftwire) for 2 minutes. What it reads is not counted meanwhile.',
      },
    ],
  },
  {
    alert: 'DriftwireDown',
    name: 'other targets are none of its business',
    series: { ...HEARD, [`up{${TARGET}}`]: '1x30', 'up{job="node", instance="node-1"}': '0x30' },
    at: '14m',
    fires: [],
  },
  {
    alert: 'DriftwireFlushStale',
    name: 'a snapshot that is more than five minutes old fires, also when its series has ended',
    series: { [`driftwire_flush_timestamp_seconds{${TARGET}}`]: '0+60x10 _x60' },
    at: '30m',
    fires: [
      {
        labels: { job: 'driftwire', instance: 'prod' },
        summary: 'Driftwire prod has stopped telling its totals',
        description:
          'The last totals of prod are 20m 0s old; they come every minute. No event is lost, but no alert about changes can fire.',
      },
    ],
  },
  {
    alert: 'DriftwireFlushStale',
    name: 'a snapshot a minute is quiet',
    series: { [`driftwire_flush_timestamp_seconds{${TARGET}}`]: '0+60x60' },
    at: '40m',
    fires: [],
  },
  {
    alert: 'DriftwireSinkFailing',
    name: 'a sink that has failed for ten minutes fires',
    series: { ...HEARD, [metric('deliveries_total', 'sink="loki", outcome="failed"')]: '0x10 0+2x60' },
    at: '25m',
    fires: [
      {
        labels: { sink: 'loki' },
        summary: 'Driftwire cannot deliver to loki',
        description: 'Deliveries to loki have failed for 10 minutes (10 tries in the last 5). They are kept and tried again.',
      },
    ],
  },
  {
    alert: 'DriftwireSinkFailing',
    name: 'a short failure, and deliveries that succeed, are quiet',
    series: {
      ...HEARD,
      [metric('deliveries_total', 'sink="loki", outcome="failed"')]: '0x10 3x60',
      [metric('deliveries_total', 'sink="loki", outcome="delivered"')]: '0+9x60',
    },
    at: '22m',
    fires: [],
  },
  {
    alert: 'DriftwireDeliveriesRefused',
    name: 'a delivery that was refused for good fires',
    series: { ...HEARD, [metric('deliveries_total', 'sink="slack", outcome="refused"')]: '0x10 1x60' },
    at: '11m',
    fires: [
      {
        labels: { sink: 'slack' },
        summary: 'slack refuses what Driftwire delivers',
        description: 'slack refused 1 deliveries for good within 15 minutes; they are kept aside to be looked at.',
      },
    ],
  },
  {
    alert: 'DriftwireDeliveriesRefused',
    name: 'failed tries that are repeated are quiet',
    series: { ...HEARD, [metric('deliveries_total', 'sink="slack", outcome="failed"')]: '0+1x60' },
    at: '30m',
    fires: [],
  },
  {
    alert: 'DriftwireSinkBehind',
    name: 'an event that has waited for more than a quarter of an hour fires',
    series: { [metric('spool_oldest_timestamp_seconds', 'sink="loki"')]: '0x60' },
    at: '30m',
    fires: [
      {
        labels: { job: 'driftwire', instance: 'prod', sink: 'loki' },
        summary: 'loki is behind',
        description: 'The oldest event that loki does not have yet was accepted 30m 0s ago.',
      },
    ],
  },
  {
    alert: 'DriftwireSinkBehind',
    name: 'a sink that keeps up is quiet',
    series: { [metric('spool_oldest_timestamp_seconds', 'sink="loki"')]: '0+60x60' },
    at: '40m',
    fires: [],
  },
  {
    alert: 'DriftwireRemoteWriteRefused',
    name: 'refused series fire',
    series: { [`driftwire_remote_write_refused_series{${TARGET}}`]: '0x10 2x30' },
    at: '20m',
    fires: [
      {
        labels: { job: 'driftwire', instance: 'prod' },
        summary: 'The remote-write receiver refuses series of prod',
        description: '2 series are refused at present; the log names them with the words of the receiver.',
      },
    ],
  },
  {
    alert: 'DriftwireRemoteWriteRefused',
    name: 'no refused series are quiet',
    series: { [`driftwire_remote_write_refused_series{${TARGET}}`]: '0x60' },
    at: '20m',
    fires: [],
  },
  {
    alert: 'DriftwireNothingRead',
    name: 'a source that told something before and nothing for an hour fires',
    series: {
      [metric('records_total', 'source="k8s_audit", outcome="dropped"')]: '0+100x30 3000x100',
      [metric('records_total', 'source="k8s_audit", outcome="finding"')]: '0x130',
    },
    at: '100m',
    fires: [
      {
        labels: { instance: 'prod', source: 'k8s_audit' },
        summary: 'Nothing has been read from k8s_audit for an hour',
        description:
          'Driftwire prod has read records from k8s_audit before and none for an hour. An account or a cluster in use always writes some: reads, controllers, sign-ins.',
      },
    ],
  },
  {
    alert: 'DriftwireNothingRead',
    name: 'sources that are read, not in use, or silent by nature are quiet',
    series: {
      [metric('records_total', 'source="k8s_audit", outcome="dropped"')]: '0x130',
      [metric('records_total', 'source="falco", outcome="finding"')]: '5x130',
      [metric('records_total', 'source="aws_cloudtrail", outcome="dropped"')]: '0+1x130',
    },
    at: '100m',
    fires: [],
  },
  {
    alert: 'DriftwireRecordsFailed',
    name: 'a record that cannot be read fires',
    series: { ...HEARD, [metric('failed_total', 'source="aws_cloudtrail", code="bad_json"')]: '0x10 1x60' },
    at: '11m',
    fires: [
      {
        labels: { source: 'aws_cloudtrail', code: 'bad_json' },
        summary: 'Records of aws_cloudtrail cannot be read (bad_json)',
        description: '1 records of aws_cloudtrail failed with bad_json within 15 minutes.',
      },
    ],
  },
  {
    alert: 'DriftwireRecordsFailed',
    name: 'earlier failures and rules that failed are quiet',
    series: {
      ...HEARD,
      [metric('failed_total', 'source="aws_cloudtrail", code="bad_json"')]: '3x60',
      [metric('failed_total', 'source="aws_cloudtrail", code="rule_error"')]: '0x10 1x60',
    },
    at: '30m',
    fires: [],
  },
  {
    alert: 'DriftwireRuleFailed',
    name: 'a rule that failed fires, for all sources together',
    series: {
      ...HEARD,
      [metric('failed_total', 'source="aws_cloudtrail", code="rule_error"')]: '0x10 1x60',
      [metric('failed_total', 'source="k8s_audit", code="rule_error"')]: '0x10 2x60',
    },
    at: '12m',
    fires: [
      {
        labels: { code: 'rule_error' },
        summary: 'A rule of Driftwire fails',
        description:
          'A rule failed at run time 3 times within 15 minutes; the other rules went on, but what it should have found was not found.',
      },
    ],
  },
  {
    alert: 'DriftwireRuleFailed',
    name: 'records that cannot be read are quiet',
    series: { ...HEARD, [metric('failed_total', 'source="k8s_audit", code="bad_time"')]: '0x10 2x60' },
    at: '12m',
    fires: [],
  },
  {
    alert: 'DriftwireCountsDisagree',
    name: 'a record dropped without a reason fires',
    series: {
      [metric('records_total', 'source="k8s_audit", outcome="dropped"')]: '0+5x10 51x60',
      [metric('dropped_total', 'source="k8s_audit", reason="read"')]: '0+3x10 30x60',
      [metric('dropped_total', 'source="k8s_audit", reason="service"')]: '0+2x10 20x60',
    },
    at: '40m',
    fires: [
      {
        labels: { instance: 'prod', source: 'k8s_audit' },
        summary: 'The counts of k8s_audit do not add up',
        description:
          '1 records of k8s_audit are counted as dropped without a reason or with one too many: records in = findings + dropped + failed + duplicates must hold.',
      },
    ],
  },
  {
    alert: 'DriftwireCountsDisagree',
    name: 'counts that add up are quiet',
    series: {
      [metric('records_total', 'source="k8s_audit", outcome="dropped"')]: '0+5x60',
      [metric('records_total', 'source="k8s_audit", outcome="finding"')]: '0+1x60',
      [metric('dropped_total', 'source="k8s_audit", reason="read"')]: '0+3x60',
      [metric('dropped_total', 'source="k8s_audit", reason="service"')]: '0+2x60',
    },
    at: '40m',
    fires: [],
  },
  {
    alert: 'DriftwireSpoolFilling',
    name: 'a spool that is nine tenths full fires',
    series: {
      [`driftwire_spool_size_bytes{${TARGET}}`]: '900x60',
      [`driftwire_spool_limit_bytes{${TARGET}}`]: '1000x60',
    },
    at: '10m',
    fires: [
      {
        labels: { job: 'driftwire', instance: 'prod' },
        summary: 'The spool of prod is filling up',
        description: 'The spool is 90% full. When it is full, senders are turned away with 503 until sinks have taken some.',
      },
    ],
  },
  {
    alert: 'DriftwireSpoolFilling',
    name: 'a spool that is half full is quiet',
    series: {
      [`driftwire_spool_size_bytes{${TARGET}}`]: '500x60',
      [`driftwire_spool_limit_bytes{${TARGET}}`]: '1000x60',
    },
    at: '10m',
    fires: [],
  },
  {
    alert: 'DriftwirePostsRejected',
    name: 'posts that are turned away fire',
    series: { ...HEARD, [metric('rejected_posts_total', 'endpoint="kubernetes", reason="full"')]: '0x10 4x60' },
    at: '11m',
    fires: [
      {
        labels: { endpoint: 'kubernetes', reason: 'full' },
        summary: 'Driftwire turns away posts to kubernetes (full)',
        description: '4 posts to kubernetes were turned away within 15 minutes: full.',
      },
    ],
  },
  {
    alert: 'DriftwirePostsRejected',
    name: 'posts turned away long ago are quiet',
    series: { ...HEARD, [metric('rejected_posts_total', 'endpoint="kubernetes", reason="full"')]: '0x10 4x60' },
    at: '26m',
    fires: [],
  },
  {
    alert: 'DriftwireLabelBudgetExhausted',
    name: 'an event that has no label of its own any more fires',
    series: { ...HEARD, [metric('label_overflow_total', 'metric="kubernetes_audit_manual_changes_total", label="user"')]: '_x30 2x60' },
    at: '31m',
    fires: [
      {
        labels: { metric: 'kubernetes_audit_manual_changes_total', label: 'user' },
        summary: 'A label of kubernetes_audit_manual_changes_total has no room for more values',
        description:
          '2 events within 15 minutes are counted under "other" because the label user of kubernetes_audit_manual_changes_total has its full number of values. Sums stay exact; names of newcomers are in Loki only.',
      },
    ],
  },
  {
    alert: 'DriftwireLabelBudgetExhausted',
    name: 'events beyond the budget long ago are quiet',
    series: { ...HEARD, [metric('label_overflow_total', 'metric="kubernetes_audit_manual_changes_total", label="user"')]: '2x200' },
    at: '90m',
    fires: [],
  },
];

/** All tests of all alerts for Prometheus. */
export const ALERT_CASES: readonly AlertCase[] = [...DRIFT, ...SECURITY, ...HEALTH];
