/**
 * Every metric: what it is called, what it counts, what its labels may hold, who counts it. `/metrics`, remote write, the zeros
 * that are declared before anything happens, `docs/metrics.md`, dashboards and alerts all follow from this table (contract §6).
 */
import { DROP_REASONS, FAILURE_CODES } from '../core/errors.ts';
import { ALERT_OUTCOMES, ALERTS_METRIC } from '../core/model/alert.ts';
import { DELAY_BUCKETS, DELAY_METRIC } from '../core/model/delay.ts';
import { PRIORITIES } from '../core/model/finding.ts';
import { PRESS_ACTIONS, PRESS_OUTCOMES, PRESSES_METRIC } from '../core/model/press.ts';

/** Who holds the value. */
export type Keeper =
  | 'exact' // the ledger, once an event, after any redelivery, crash or concurrency
  | 'plain' // the ledger, without a mark: one cut by a crash may count or not
  | 'newest' // the ledger: the largest value ever given
  | 'process'; // this process, anew with each start

/** One label. */
export interface LabelDefinition {
  readonly name: string;
  readonly help: string;
  /** All values there can be; without them the label is open. */
  readonly values?: readonly string[];
  /** Which constructor argument of `Metrics` holds all values, where the installation and not the code closes them. */
  readonly given?: 'sinks' | 'rules';
  /** Open, and chosen by callers or by whatever posts events: has a budget, beyond which all count under `other`. */
  readonly budget?: true;
}

/** One metric. */
export interface MetricDefinition {
  /** Without `_bucket`, `_sum` and `_count` for a histogram. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Base unit, empty for a plain count. */
  readonly unit: '' | 'seconds' | 'bytes';
  readonly help: string;
  readonly keeper: Keeper;
  readonly labels: readonly LabelDefinition[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
  /**
   * True where every combination of closed labels exists from the start at 0, so that "nothing yet" and "nobody counts" differ.
   * An open label stands at `other` there: `sum(x) - sum(x offset 5m)` then has a series five minutes back from the first event on.
   */
  readonly isDeclared: boolean;
}

/** Where a record came from, as far as that is known before it is understood. */
export const RECORD_SOURCES = ['aws_cloudtrail', 'k8s_audit', 'falco', 'unknown'] as const;

/** What becomes of a record. */
export const RECORD_OUTCOMES = ['finding', 'dropped', 'failed', 'duplicate'] as const;

/** What becomes of a delivery to a sink: the sink has it, it will never take it, one try was in vain and is repeated, or people do not want to be told. */
export const DELIVERY_OUTCOMES = ['delivered', 'refused', 'failed', 'muted'] as const;

/** What is counted under, when a label has no room for a value. */
const OTHER = 'other';

const source: LabelDefinition = { name: 'source', help: 'where the record came from', values: RECORD_SOURCES };
const sink: LabelDefinition = { name: 'sink', help: 'name of the sink: `loki`, `remote_write`, `slack` or a receiver', given: 'sinks' };
const rule: LabelDefinition = { name: 'rule', help: 'name of the rule', given: 'rules', budget: true };
const open = (name: string, help: string): LabelDefinition => ({ name, help, budget: true });

/** All metrics, in the order of the documentation. */
export const CATALOGUE: readonly MetricDefinition[] = [
  {
    name: 'kubernetes_audit_manual_changes_total',
    type: 'counter',
    unit: '',
    help: 'Kubernetes requests that changed something and came from no pipeline; interactive sessions included.',
    keeper: 'exact',
    labels: [
      open('user', 'the person, else the Kubernetes user name'),
      open('verb', "the request's verb"),
      open('kind', 'kind of the object'),
      open('namespace', 'its namespace, absent for cluster-wide objects'),
      open('cluster', 'the cluster'),
    ],
    isDeclared: true,
  },
  {
    name: 'aws_cloudtrail_manual_changes_total',
    type: 'counter',
    unit: '',
    help: 'AWS API calls that changed something and came from no pipeline; interactive sessions included.',
    keeper: 'exact',
    labels: [
      open('user', "the session name of an Identity Center or role session, else the IAM user's name"),
      open('service', 'the AWS service, as in `ec2`'),
      open('action', 'the API call'),
      open('account', 'id of the account'),
      open('region', 'the region'),
    ],
    isDeclared: true,
  },
  {
    name: 'driftwire_findings_total',
    type: 'counter',
    unit: '',
    help: 'Findings: one for each event and rule that matched it.',
    keeper: 'exact',
    labels: [
      rule,
      { name: 'priority', help: "the rule's priority", values: PRIORITIES },
      { name: 'source', help: 'where the record came from', values: ['aws_cloudtrail', 'k8s_audit', 'falco'] },
    ],
    isDeclared: true,
  },
  {
    name: 'falco_events',
    type: 'counter',
    unit: '',
    help: 'The same findings, and the events that Falco posted, in the shape that the Falco dashboard 11914 reads.',
    keeper: 'exact',
    labels: [
      open('rule', 'name of the rule'),
      { name: 'priority', help: 'as a number, 0 Emergency to 7 Debug', values: ['0', '1', '2', '3', '4', '5', '6', '7'] },
      open('hostname', 'cluster, account or host'),
      open('source', 'event source as Falco names it'),
      open('k8s_ns_name', 'namespace of the object or pod'),
      open('k8s_pod_name', 'the pod, where it is about one'),
    ],
    // the dashboard's table shows every series: made-up ones do not belong there
    isDeclared: false,
  },
  {
    name: 'driftwire_records_total',
    type: 'counter',
    unit: '',
    help: 'Records read, by what became of them. A record posted again counts again.',
    keeper: 'plain',
    labels: [
      source,
      { name: 'outcome', help: '`finding` is exact; the others may miss a record that a crash cut', values: RECORD_OUTCOMES },
    ],
    isDeclared: true,
  },
  {
    name: 'driftwire_dropped_total',
    type: 'counter',
    unit: '',
    help: 'Records that made no finding, by reason.',
    keeper: 'plain',
    labels: [source, { name: 'reason', help: 'see `docs/errors.md`', values: DROP_REASONS }],
    isDeclared: true,
  },
  {
    name: 'driftwire_failed_total',
    type: 'counter',
    unit: '',
    help: 'Items that could not be read, by code.',
    keeper: 'plain',
    labels: [source, { name: 'code', help: 'see `docs/errors.md`', values: FAILURE_CODES }],
    isDeclared: true,
  },
  {
    name: 'driftwire_missed_total',
    type: 'counter',
    unit: '',
    help: 'Events with findings that no stream had brought, found by asking CloudTrail or CloudWatch Logs again.',
    keeper: 'exact',
    labels: [{ name: 'source', help: 'where the record came from', values: ['aws_cloudtrail', 'k8s_audit'] }],
    isDeclared: true,
  },
  {
    name: 'driftwire_label_overflow_total',
    type: 'counter',
    unit: '',
    help: 'Events counted under `other` because a label had no room left for their value.',
    keeper: 'exact',
    labels: [open('metric', 'the metric'), open('label', 'the label without room; `series` when the metric as a whole has none')],
    isDeclared: false,
  },
  {
    name: 'driftwire_deliveries_total',
    type: 'counter',
    unit: '',
    help: 'Deliveries to sinks. `failed` is one try in vain, repeated later; `refused` is given up and kept for people to look at.',
    keeper: 'plain',
    labels: [sink, { name: 'outcome', help: 'what became of it', values: DELIVERY_OUTCOMES }],
    isDeclared: true,
  },
  {
    name: DELAY_METRIC,
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from the event to its delivery.',
    keeper: 'plain',
    labels: [sink],
    buckets: DELAY_BUCKETS,
    isDeclared: true,
  },
  {
    name: 'driftwire_last_event_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Time of the newest event read.',
    keeper: 'newest',
    labels: [source],
    isDeclared: false,
  },
  {
    name: 'driftwire_flush_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'The last minute boundary of which a snapshot of all totals was taken.',
    keeper: 'process',
    labels: [],
    isDeclared: false,
  },
  {
    name: 'driftwire_remote_write_pending_snapshots',
    type: 'gauge',
    unit: '',
    help: 'Minutes that the remote-write receiver did not have yet when the snapshot was taken; 0 while it answers.',
    keeper: 'process',
    labels: [],
    isDeclared: false,
  },
  {
    name: 'driftwire_remote_write_refused_series',
    type: 'gauge',
    unit: '',
    help: 'Series that the remote-write receiver refuses at present; the log names them with its own words.',
    keeper: 'process',
    labels: [],
    isDeclared: false,
  },
  {
    name: 'driftwire_spool_entries',
    type: 'gauge',
    unit: '',
    help: 'Events accepted that a sink does not have yet.',
    keeper: 'process',
    labels: [sink],
    isDeclared: false,
  },
  {
    name: 'driftwire_spool_oldest_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'When the oldest event that a sink does not have was accepted; absent when the sink has all.',
    keeper: 'process',
    labels: [sink],
    isDeclared: false,
  },
  {
    name: 'driftwire_spool_size_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Size of what waits in the spool.',
    keeper: 'process',
    labels: [],
    isDeclared: false,
  },
  {
    name: 'driftwire_spool_limit_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Size at which the spool takes nothing more and posts are answered with 503.',
    keeper: 'process',
    labels: [],
    isDeclared: false,
  },
  {
    name: 'driftwire_rejected_posts_total',
    type: 'counter',
    unit: '',
    help: 'Posts that were not taken, with nothing of them stored.',
    keeper: 'plain',
    labels: [
      { name: 'endpoint', help: 'the path', values: ['kubernetes', 'cloudtrail', 'falco', 'alertmanager', 'slack'] },
      {
        name: 'reason',
        help: '`full`: the spool has no room (503); `unauthorized` (401); `too_large` (413); `malformed`: the body as a whole cannot be read (400)',
        values: ['full', 'unauthorized', 'too_large', 'malformed'],
      },
    ],
    isDeclared: true,
  },
  {
    name: PRESSES_METRIC,
    type: 'counter',
    unit: '',
    help: "Presses of the buttons in Slack's messages.",
    keeper: 'plain',
    labels: [
      { name: 'action', help: 'the button', values: PRESS_ACTIONS },
      {
        name: 'outcome',
        help: '`done`; `repeated`: the same press again, or of what was so already; `refused`: by somebody who may not, or one mute too many; `unknown`: the incident is not kept any more; `failed`: it could not be done',
        values: PRESS_OUTCOMES,
      },
    ],
    isDeclared: true,
  },
  {
    name: ALERTS_METRIC,
    type: 'counter',
    unit: '',
    help: 'Alerts that an Alertmanager has posted, each time it posts them.',
    keeper: 'plain',
    labels: [
      {
        name: 'outcome',
        help: '`read`: understood; `repeated`: of these, known already in the same state; `failed`: cannot be read; `left_out`: kept back by the sender (`max_alerts`)',
        values: ALERT_OUTCOMES,
      },
    ],
    isDeclared: true,
  },
  {
    name: 'driftwire_build_info',
    type: 'gauge',
    unit: '',
    help: 'Always 1; the labels tell which program, configuration and rules are running.',
    keeper: 'process',
    labels: [
      open('version', 'version of Driftwire'),
      open('config_hash', 'hash of what the configuration means'),
      open('rules_hash', 'hash of the rules that are loaded'),
    ],
    isDeclared: false,
  },
];

/** What the installation knows beyond the code: the values of labels that it closes. */
export interface GivenValues {
  readonly sinks: readonly string[];
  /** Each rule with its priority and source, so that no combination is declared that cannot be. */
  readonly rules: readonly { readonly rule: string; readonly priority: string; readonly source: string }[];
}

/** The label sets of a metric that exist from the start. */
export function declaredLabels(metric: MetricDefinition, given: GivenValues): readonly Readonly<Record<string, string>>[] {
  if (!metric.isDeclared) return [];
  if (metric.labels.some(({ given }) => given === 'rules'))
    return given.rules.map(({ rule, priority, source }) => ({ rule, priority, source }));
  return metric.labels.reduce<readonly Readonly<Record<string, string>>[]>(
    (sets, label) => sets.flatMap((set) => valuesOf(label, given).map((value) => ({ ...set, [label.name]: value }))),
    [{}],
  );
}

function valuesOf(label: LabelDefinition, given: GivenValues): readonly string[] {
  if (label.given === 'sinks') return given.sinks;
  return label.values ?? [OTHER];
}
