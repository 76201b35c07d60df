import type { ExportOptions } from '../options.ts';
import { runbookLink } from '../options.ts';
import type { AlertRule, Severity } from '../rule-file.ts';

/** What one alert says, before its runbook link. */
export interface AlertText {
  readonly name: string;
  readonly expr: string;
  readonly for?: string;
  readonly severity: Severity;
  /** What the alert is about: drift of the installation, somebody's conduct, or Driftwire itself. */
  readonly topic: 'drift' | 'security' | 'health';
  readonly summary: string;
  readonly description: string;
}

/** The rule of an alert, with its labels for routing and the link to its paragraph of the runbook. */
export function alertRule(text: AlertText, options: ExportOptions): AlertRule {
  const { name, expr, severity, topic, summary, description } = text;
  return {
    alert: name,
    expr,
    ...(text.for === undefined ? {} : { for: text.for }),
    labels: { severity, topic },
    annotations: { summary, description, runbook_url: runbookLink(options, name) },
  };
}
