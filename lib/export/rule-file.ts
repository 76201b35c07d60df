import { type GeneratedFile, generatedYaml } from './generated-file.ts';

/** One alerting rule as Prometheus and Loki's ruler read it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** How long the expression must hold; none: at once. */
  readonly for?: string;
  readonly labels: { readonly severity: Severity } & Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

/** How loud an alert is: `critical` wakes somebody, `warning` is looked at today, `info` is there when one looks. */
export type Severity = 'critical' | 'warning' | 'info';

/** One recording rule. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** Rules that are evaluated one after the other, at the same time stamp. */
export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly (AlertRule | RecordingRule)[];
}

/** True for a rule that alerts. */
export function isAlert(rule: AlertRule | RecordingRule): rule is AlertRule {
  return 'alert' in rule;
}

/** A rule file of some groups, below a head that says what is in it. */
export function ruleFile(path: string, head: readonly string[], groups: readonly RuleGroup[]): GeneratedFile {
  return generatedYaml(path, head, { groups });
}
