import { type AlertCase, HEARD, seriesOf, TARGET } from './alert-case.ts';

const metric = (name: string, labels: string) => seriesOf(`driftwire_${name}`, labels);

/** Tests of the alerts about Driftwire itself. */
export const HEALTH_CASES: readonly AlertCase[] = [
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
        description: 'Prometheus has not reached prod (job driftwire) for 2 minutes. Its numbers, and with them its alerts, stand still.',
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
        description: 'slack refused deliveries for good: 1 in 15 minutes. They are kept aside to be looked at.',
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
        description: 'Series refused at present: 2. The log names them with the words of the receiver.',
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
    alert: 'DriftwireLokiRulesFailing',
    name: 'a group of these rules that fails in Loki fires',
    series: {
      'up{job="loki", instance="loki-1"}': '1x60',
      'loki_prometheus_rule_evaluation_failures_total{job="loki", instance="loki-1", user="team-a", rule_group="/rules/team-a/driftwire-rules.yaml;driftwire-drift"}':
        '_x30 2x20',
    },
    at: '31m',
    fires: [
      {
        labels: { rule_group: '/rules/team-a/driftwire-rules.yaml;driftwire-drift' },
        summary: "Loki cannot evaluate Driftwire's rules (/rules/team-a/driftwire-rules.yaml;driftwire-drift)",
        description:
          'Loki failed to evaluate rules of /rules/team-a/driftwire-rules.yaml;driftwire-drift: 2 in 15 minutes. Their alerts cannot fire.',
      },
    ],
  },
  {
    alert: 'DriftwireLokiRulesFailing',
    name: 'failures of other rules, and old ones, are quiet',
    series: {
      'up{job="loki", instance="loki-1"}': '1x60',
      'loki_prometheus_rule_evaluation_failures_total{job="loki", instance="loki-1", user="team-a", rule_group="/rules/team-a/other.yaml;other"}':
        '0x30 2x20',
      'loki_prometheus_rule_evaluation_failures_total{job="loki", instance="loki-1", user="team-a", rule_group="/rules/team-a/driftwire-rules.yaml;driftwire-drift"}':
        '9x60',
    },
    at: '31m',
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
        description: 'Records of aws_cloudtrail failed with bad_json: 1 in 15 minutes.',
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
        description: 'A rule failed at run time: 3 in 15 minutes. The other rules went on, but what it should have found was not found.',
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
          'Records of k8s_audit counted as dropped without a reason, or with one too many: 1. Records in = findings + dropped + failed + duplicates must hold.',
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
        description: 'Posts to kubernetes were turned away (full): 4 in 15 minutes.',
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
    alert: 'DriftwireEventsMissed',
    name: 'events that no stream brought fire until two runs have found none',
    series: { ...HEARD, [metric('missed_total', 'source="aws_cloudtrail"')]: '0x10 3x200' },
    at: '125m',
    fires: [
      {
        labels: { source: 'aws_cloudtrail' },
        summary: 'The stream of aws_cloudtrail has not brought every event',
        description:
          'Events of aws_cloudtrail that no stream had brought were found by asking again: 3 in 2 hours. They have been delivered, late.',
      },
    ],
  },
  {
    alert: 'DriftwireEventsMissed',
    name: 'events missed before that are quiet',
    series: { ...HEARD, [metric('missed_total', 'source="aws_cloudtrail"')]: '0x10 3x200' },
    at: '140m',
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
          'Events counted under "other", because the label user of kubernetes_audit_manual_changes_total has its full number of values: 2 in 15 minutes. Sums stay exact; names of newcomers are in Loki only.',
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
