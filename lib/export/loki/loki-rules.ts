import type { GeneratedFile } from '../generated-file.ts';
import type { ExportOptions } from '../options.ts';
import { type AlertText, alertRule } from '../prometheus/alert.ts';
import { type RuleGroup, ruleFile } from '../rule-file.ts';
import { LOKI_FIELDS, type LokiSource, manualChanges } from './logql.ts';

/** Entries in one window from which the grouped rule may be over Loki's limit of 500 series; far below it, so that the two overlap. */
const MANY = 100;

/** Rules for Loki's ruler. */
export function lokiGroups(options: ExportOptions): readonly RuleGroup[] {
  return [
    {
      name: 'driftwire-counts',
      interval: '1m',
      rules: [
        ...recording('kubernetes_audit_manual_changes', 'k8s_audit'),
        ...recording('aws_cloudtrail_manual_changes', 'aws_cloudtrail'),
      ],
    },
    { name: 'driftwire-drift', interval: '1m', rules: [...KUBERNETES, ...AWS].map((text) => alertRule(text, options)) },
  ];
}

/** The rule file for Loki's ruler. */
export function lokiRuleFiles(options: ExportOptions): readonly GeneratedFile[] {
  return [ruleFile('driftwire-rules.yaml', HEAD, lokiGroups(options))];
}

/** The count of each group within the last minute, as the ConCon metric has it, and the count of all, which no limit can silence. */
function recording(name: string, source: LokiSource): RuleGroup['rules'] {
  const entries = manualChanges(source);
  return [
    { record: `${name}:rate1m`, expr: `sum by (${LOKI_FIELDS[source].join(', ')}) (rate(${entries} [1m]))` },
    { record: `${name}:count1m`, expr: `sum(count_over_time(${entries} [1m]))` },
  ];
}

function grouped(source: LokiSource): string {
  return `sum by (${LOKI_FIELDS[source].join(', ')}) (count_over_time(${manualChanges(source)} [5m])) > 0`;
}

function plain(source: LokiSource): string {
  return `sum(count_over_time(${manualChanges(source)} [5m])) > ${MANY}`;
}

const KUBERNETES: readonly AlertText[] = [
  {
    name: 'ManualKubernetesChangeDetected',
    expr: grouped('k8s_audit'),
    for: '1m',
    severity: 'warning',
    topic: 'drift',
    summary: 'Manual Kubernetes change by {{ $labels.user }}',
    description:
      'User {{ $labels.user }} performed {{ $labels.verb }} on {{ $labels.kind }}{{ if $labels.namespace }} in namespace {{ $labels.namespace }}{{ end }}{{ if $labels.cluster }} of cluster {{ $labels.cluster }}{{ end }} by hand ({{ printf "%.0f" $value }} in 5 minutes).',
  },
  {
    name: 'ManualKubernetesChangeStorm',
    expr: plain('k8s_audit'),
    severity: 'critical',
    topic: 'drift',
    summary: 'Many manual changes in Kubernetes',
    description: `{{ printf "%.0f" $value }} manual changes within 5 minutes. With more than 500 different ones the alert on each is silent: this one is not.`,
  },
];

const AWS: readonly AlertText[] = [
  {
    name: 'ManualAwsChangeDetected',
    expr: grouped('aws_cloudtrail'),
    for: '1m',
    severity: 'warning',
    topic: 'drift',
    summary: 'Manual AWS change by {{ $labels.user }}',
    description:
      'User {{ $labels.user }} called {{ $labels.action }} of {{ $labels.service }} in account {{ $labels.account }}, {{ $labels.region }}, by hand ({{ printf "%.0f" $value }} in 5 minutes).',
  },
  {
    name: 'ManualAwsChangeStorm',
    expr: plain('aws_cloudtrail'),
    severity: 'critical',
    topic: 'drift',
    summary: 'Many manual changes in AWS',
    description: `{{ printf "%.0f" $value }} manual changes within 5 minutes. With more than 500 different ones the alert on each is silent: this one is not.`,
  },
];

const HEAD: readonly string[] = [
  "Rules for Loki's ruler, for those who want the alerts there. Made by `driftwire export loki`.",
  'Check with `lokitool rules lint`; promtool is no check, it reads these expressions as PromQL.',
  '',
  'Use either these alerts or those of `driftwire export prometheus`, which are exact: Loki counts only what had arrived when',
  'the rule was evaluated, and for up to two hours after a delivery was repeated it may count an entry twice.',
  'LogQL has no increase(); count_over_time over entries is the form, one entry being one event.',
  '',
  'A rule whose grouping gives more than 500 series fails (max_query_series), silently and exactly in a storm.',
  'So each grouped rule has one beside it that sums everything, and `driftwire export prometheus` has an alert on rules that fail in Loki.',
];
