import { METRIC } from '../metrics.ts';
import type { ExportOptions } from '../options.ts';
import { countWithout, EXPORTER_HEARTBEAT, selector } from '../promql.ts';
import type { RuleGroup } from '../rule-file.ts';
import { type AlertText, alertRule } from './alert.ts';

/** Seconds after which a snapshot of the totals is overdue: they are taken every minute. */
const STALE_SECONDS = 300;
/** Share of the spool from which it has to be looked at: at 100 % senders are turned away. */
const SPOOL_SHARE = 0.8;

/** Sources that always have something to tell while they are in use; Falco and what nobody knows may be silent for days. */
const READ_MATCHER = 'source=~"aws_cloudtrail|k8s_audit"';
const READ = `sum without (job, outcome) (${METRIC.records}{${READ_MATCHER}})`;
const READ_BEFORE = `sum without (job, outcome) (${METRIC.records}{${READ_MATCHER}} offset 1h)`;

/** Alerts about Driftwire itself: silence must mean that nothing happened, not that nobody looked. */
export function healthGroups(options: ExportOptions): readonly RuleGroup[] {
  return [{ name: 'driftwire-health', interval: '1m', rules: ALERTS.map((text) => alertRule(text, options)) }];
}

/** A gauge as it last was: five minutes after its last sample it is gone, and with it whatever compares it. */
function last(metric: string): string {
  return `last_over_time(${metric}[1d])`;
}

const ALERTS: readonly AlertText[] = [
  {
    name: 'DriftwireAbsent',
    expr: `absent_over_time(${METRIC.buildInfo}[5m])`,
    for: '5m',
    severity: 'critical',
    topic: 'health',
    summary: 'No Driftwire is heard',
    description: 'For 10 minutes no Driftwire has told anything to this Prometheus: changes by hand are seen by nobody.',
  },
  {
    name: 'DriftwireDown',
    expr: `up == 0 and on (job, instance) ${last(METRIC.buildInfo)}`,
    for: '2m',
    severity: 'critical',
    topic: 'health',
    summary: 'Driftwire {{ $labels.instance }} cannot be scraped',
    description:
      'Prometheus has not reached {{ $labels.instance }} (job {{ $labels.job }}) for 2 minutes. Its numbers, and with them its alerts, stand still.',
  },
  {
    name: 'DriftwireFlushStale',
    expr: `time() - ${last(METRIC.flush)} > ${STALE_SECONDS}`,
    severity: 'critical',
    topic: 'health',
    summary: 'Driftwire {{ $labels.instance }} has stopped telling its totals',
    description:
      'The last totals of {{ $labels.instance }} are {{ $value | humanizeDuration }} old; they come every minute. No event is lost, but no alert about changes can fire.',
  },
  {
    name: 'DriftwireSinkFailing',
    expr: `${countWithout(['outcome'], selector(METRIC.deliveries, ['outcome="failed"']), '5m')} > 0`,
    for: '10m',
    severity: 'warning',
    topic: 'health',
    summary: 'Driftwire cannot deliver to {{ $labels.sink }}',
    description:
      'Deliveries to {{ $labels.sink }} have failed for 10 minutes ({{ printf "%.0f" $value }} tries in the last 5). They are kept and tried again.',
  },
  {
    name: 'DriftwireDeliveriesRefused',
    expr: `${countWithout(['outcome'], selector(METRIC.deliveries, ['outcome="refused"']), '15m')} > 0`,
    severity: 'warning',
    topic: 'health',
    summary: '{{ $labels.sink }} refuses what Driftwire delivers',
    description:
      '{{ $labels.sink }} refused deliveries for good: {{ printf "%.0f" $value }} in 15 minutes. They are kept aside to be looked at.',
  },
  {
    name: 'DriftwireSinkBehind',
    expr: `time() - ${METRIC.spoolOldest} > 900`,
    for: '5m',
    severity: 'warning',
    topic: 'health',
    summary: '{{ $labels.sink }} is behind',
    description: 'The oldest event that {{ $labels.sink }} does not have yet was accepted {{ $value | humanizeDuration }} ago.',
  },
  {
    name: 'DriftwireRemoteWriteRefused',
    expr: `${METRIC.refusedSeries} > 0`,
    for: '5m',
    severity: 'warning',
    topic: 'health',
    summary: 'The remote-write receiver refuses series of {{ $labels.instance }}',
    description: 'Series refused at present: {{ printf "%.0f" $value }}. The log names them with the words of the receiver.',
  },
  {
    name: 'DriftwireLokiRulesFailing',
    // Loki's ruler names a group by its file and its name
    expr: `${countWithout(['user'], 'loki_prometheus_rule_evaluation_failures_total{rule_group=~".*driftwire-.*"}', '15m', [EXPORTER_HEARTBEAT])} > 0`,
    severity: 'warning',
    topic: 'health',
    summary: "Loki cannot evaluate Driftwire's rules ({{ $labels.rule_group }})",
    description:
      'Loki failed to evaluate rules of {{ $labels.rule_group }}: {{ printf "%.0f" $value }} in 15 minutes. Their alerts cannot fire.',
  },
  {
    name: 'DriftwireNothingRead',
    // A source that has never told anything is not in use: its totals are declared at zero and say nothing.
    expr: `${READ} - ${READ_BEFORE} == 0\nand ${READ} > 0`,
    for: '5m',
    severity: 'warning',
    topic: 'health',
    summary: 'Nothing has been read from {{ $labels.source }} for an hour',
    description:
      'Driftwire {{ $labels.instance }} has read records from {{ $labels.source }} before and none for an hour. An account or a cluster in use always writes some: reads, controllers, sign-ins.',
  },
  {
    name: 'DriftwireEventsMissed',
    // asked for every hour: two runs that find nothing make it green
    expr: `${countWithout([], METRIC.missed, '2h')} > 0`,
    severity: 'warning',
    topic: 'health',
    summary: 'The stream of {{ $labels.source }} has not brought every event',
    description:
      'Events of {{ $labels.source }} that no stream had brought were found by asking again: {{ printf "%.0f" $value }} in 2 hours. They have been delivered, late.',
  },
  {
    name: 'DriftwireRecordsFailed',
    expr: `${countWithout([], selector(METRIC.failed, ['code!="rule_error"']), '15m')} > 0`,
    severity: 'warning',
    topic: 'health',
    summary: 'Records of {{ $labels.source }} cannot be read ({{ $labels.code }})',
    description: 'Records of {{ $labels.source }} failed with {{ $labels.code }}: {{ printf "%.0f" $value }} in 15 minutes.',
  },
  {
    name: 'DriftwireRuleFailed',
    expr: `${countWithout(['source'], selector(METRIC.failed, ['code="rule_error"']), '15m')} > 0`,
    severity: 'critical',
    topic: 'health',
    summary: 'A rule of Driftwire fails',
    description:
      'A rule failed at run time: {{ printf "%.0f" $value }} in 15 minutes. The other rules went on, but what it should have found was not found.',
  },
  {
    name: 'DriftwireCountsDisagree',
    expr: [
      `abs(sum without (job, reason) (${METRIC.dropped})`,
      `  - ignoring (outcome) sum without (job) (${METRIC.records}{outcome="dropped"})) > 0`,
    ].join('\n'),
    for: '15m',
    severity: 'warning',
    topic: 'health',
    summary: 'The counts of {{ $labels.source }} do not add up',
    description:
      'Records of {{ $labels.source }} counted as dropped without a reason, or with one too many: {{ printf "%.0f" $value }}. Records in = findings + dropped + failed + duplicates must hold.',
  },
  {
    name: 'DriftwireSpoolFilling',
    expr: `${METRIC.spoolSize} / ${METRIC.spoolLimit} > ${SPOOL_SHARE}`,
    for: '5m',
    severity: 'critical',
    topic: 'health',
    summary: 'The spool of {{ $labels.instance }} is filling up',
    description:
      'The spool is {{ $value | humanizePercentage }} full. When it is full, senders are turned away with 503 until sinks have taken some.',
  },
  {
    name: 'DriftwirePostsRejected',
    expr: `${countWithout([], selector(METRIC.rejectedPosts, ['reason=~"full|unauthorized|too_large|malformed"']), '15m')} > 0`,
    severity: 'warning',
    topic: 'health',
    summary: 'Driftwire turns away posts to {{ $labels.endpoint }} ({{ $labels.reason }})',
    description: 'Posts to {{ $labels.endpoint }} were turned away ({{ $labels.reason }}): {{ printf "%.0f" $value }} in 15 minutes.',
  },
  {
    name: 'DriftwireLabelBudgetExhausted',
    expr: `${countWithout([], METRIC.overflow, '15m')} > 0`,
    severity: 'info',
    topic: 'health',
    summary: 'A label of {{ $labels.metric }} has no room for more values',
    description:
      'Events counted under "other", because the label {{ $labels.label }} of {{ $labels.metric }} has its full number of values: {{ printf "%.0f" $value }} in 15 minutes. Sums stay exact; names of newcomers are in Loki only.',
  },
];
