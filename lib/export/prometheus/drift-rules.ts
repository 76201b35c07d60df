import { labelsBut, METRIC } from '../metrics.ts';
import type { ExportOptions } from '../options.ts';
import { countWithout } from '../promql.ts';
import type { RuleGroup } from '../rule-file.ts';
import { alertRule } from './alert.ts';

/** Window of the seed's alert. */
const WINDOW = '5m';
/** From how many changes in one window on a cluster or an account has a storm, which one message tells better than each change. */
const STORM = 50;

/** The rules about changes by hand: the exact counts under names of their own, and the alerts. */
export function driftGroups(options: ExportOptions): readonly RuleGroup[] {
  return [
    {
      name: 'driftwire-counts',
      interval: '1m',
      rules: [
        { record: 'driftwire:kubernetes_audit_manual_changes:count5m', expr: `${countWithout([], METRIC.kubernetesChanges, WINDOW)} > 0` },
        { record: 'driftwire:aws_cloudtrail_manual_changes:count5m', expr: `${countWithout([], METRIC.awsChanges, WINDOW)} > 0` },
        { record: 'driftwire:findings:count5m', expr: `${countWithout([], METRIC.findings, WINDOW)} > 0` },
      ],
    },
    // The alerts say the whole expression again instead of reading the recorded series: where rules are evaluated apart from
    // the storage (vmalert), a group does not see what it has just recorded.
    {
      name: 'driftwire-drift',
      interval: '1m',
      rules: [
        alertRule(
          {
            name: 'ManualKubernetesChangeDetected',
            expr: `${countWithout([], METRIC.kubernetesChanges, WINDOW)} > 0`,
            for: '1m',
            severity: 'warning',
            topic: 'drift',
            summary: 'Manual Kubernetes change by {{ $labels.user }}',
            description:
              'User {{ $labels.user }} performed {{ $labels.verb }} on {{ $labels.kind }}{{ if $labels.namespace }} in namespace {{ $labels.namespace }}{{ end }}{{ if $labels.cluster }} of cluster {{ $labels.cluster }}{{ end }} by hand ({{ printf "%.0f" $value }} in 5 minutes).',
          },
          options,
        ),
        alertRule(
          {
            name: 'ManualAwsChangeDetected',
            expr: `${countWithout([], METRIC.awsChanges, WINDOW)} > 0`,
            for: '1m',
            severity: 'warning',
            topic: 'drift',
            summary: 'Manual AWS change by {{ $labels.user }}',
            description:
              'User {{ $labels.user }} called {{ $labels.action }} of {{ $labels.service }} in account {{ $labels.account }}, {{ $labels.region }}, by hand ({{ printf "%.0f" $value }} in 5 minutes).',
          },
          options,
        ),
        alertRule(
          {
            name: 'ManualKubernetesChangeStorm',
            expr: `${countWithout(labelsBut(METRIC.kubernetesChanges, 'cluster'), METRIC.kubernetesChanges, WINDOW)} > ${STORM}`,
            severity: 'critical',
            topic: 'drift',
            summary: 'Many manual changes in cluster {{ $labels.cluster }}',
            description:
              '{{ printf "%.0f" $value }} manual changes within 5 minutes in cluster {{ $labels.cluster }}: a script run by a person, a pipeline that is not declared, or somebody who is not one of yours.',
          },
          options,
        ),
        alertRule(
          {
            name: 'ManualAwsChangeStorm',
            expr: `${countWithout(labelsBut(METRIC.awsChanges, 'account'), METRIC.awsChanges, WINDOW)} > ${STORM}`,
            severity: 'critical',
            topic: 'drift',
            summary: 'Many manual changes in account {{ $labels.account }}',
            description:
              '{{ printf "%.0f" $value }} manual changes within 5 minutes in account {{ $labels.account }}: a script run by a person, a pipeline that is not declared, or somebody who is not one of yours.',
          },
          options,
        ),
      ],
    },
  ];
}
