/** What can be exported, with a line for the help. */
export const EXPORTS = {
  grafana: 'the dashboards ConCon, Driftwire health and Rules',
  prometheus: 'recording and alerting rules, and an example of a Prometheus configuration',
  loki: "the alerts about manual changes as rules for Loki's ruler",
  alertmanager: 'an Alertmanager configuration: routes, inhibitions, Slack, email and PagerDuty',
  eventbridge: 'the EventBridge pattern that lets through whatever the rules may match of CloudTrail',
  'cloudwatch-logs': 'the same for the audit log of an EKS cluster, as filter patterns of CloudWatch Logs',
  'audit-policy': "an audit policy for kube-apiserver of a cluster of one's own that logs whatever the rules may match",
  'json-schema': 'the JSON Schema of driftwire.yaml, for editors',
} as const;
export type ExportKind = keyof typeof EXPORTS;

/** Kinds that are compiled from configuration and rules; what is committed of them is made with the built-in rules and nothing declared. */
export const PATTERN_KINDS = ['eventbridge', 'cloudwatch-logs', 'audit-policy'] as const satisfies readonly ExportKind[];
export type PatternKind = (typeof PATTERN_KINDS)[number];

/** True for a kind that is compiled from configuration and rules. */
export function isPatternKind(kind: ExportKind): kind is PatternKind {
  return (PATTERN_KINDS as readonly ExportKind[]).includes(kind);
}

/** All kinds, in the order of the help. */
export const EXPORT_KINDS = Object.keys(EXPORTS) as readonly ExportKind[];
