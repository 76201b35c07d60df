/** What can be exported, with a line for the help. */
export const EXPORTS = {
  grafana: 'the dashboards ConCon, Driftwire health and Rules',
  prometheus: 'recording and alerting rules, and an example of a Prometheus configuration',
  loki: "the alerts about manual changes as rules for Loki's ruler",
  alertmanager: 'an Alertmanager configuration: routes, inhibitions, Slack, email and PagerDuty',
  'json-schema': 'the JSON Schema of driftwire.yaml, for editors',
} as const;
export type ExportKind = keyof typeof EXPORTS;

/** All kinds, in the order of the help. */
export const EXPORT_KINDS = Object.keys(EXPORTS) as readonly ExportKind[];
