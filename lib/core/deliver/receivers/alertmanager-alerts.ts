/**
 * Findings as alerts for a Prometheus Alertmanager (POST /api/v2/alerts, api/v2/openapi.yaml of prometheus/alertmanager, read
 * 2026-11-21). Its labels say which alert it is, so they hold who, where and which rule, and never what changes from one
 * event to the next: a burst is one alert that goes on.
 */
import type { Delivery } from '../../model/delivery.ts';
import type { Finding, Priority } from '../../model/finding.ts';
import { formatRfc3339 } from '../../time.ts';
import { eventView, severity } from '../slack/event-view.ts';
import { type LinkSettings, runbookLink } from '../slack/links.ts';
import { redactText } from '../slack/redact-secrets.ts';
import { shownText } from '../slack/shown-text.ts';
import { fourSeverity } from './four-severities.ts';

/** One alert as it is posted. */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** How alerts are made of an event. */
export interface AlertingOptions {
  readonly minimumPriority: Priority;
  /** How long an alert fires after the event, in ms. */
  readonly holdMs: number;
  /** Where the runbook is. */
  readonly links?: LinkSettings | undefined;
}

/** Longest value of a label, in UTF-16 units. */
const MAX_LABEL = 256;

/**
 * The alerts of an event, one for each finding that is bad enough. An event is a point in time: its alert fires from then until a
 * while after it was first sent, so that a late event is told too and a repeat of the same delivery changes nothing.
 *
 * @param firstMs - When this delivery was first tried, in ms since 1970; the same for every repeat.
 */
export function alertmanagerAlerts(
  delivery: Delivery,
  firstMs: number,
  { minimumPriority, holdMs, links = {} }: AlertingOptions,
): readonly PostableAlert[] {
  const wanted = delivery.findings.filter(({ finding }) => severity(finding.priority) <= severity(minimumPriority));
  return wanted.map((found) => {
    const view = eventView({ ...delivery, findings: [found] });
    const [link] = view.links;
    const runbook = runbookLink(found.finding.rule, links);
    return {
      labels: labelsOf(found.finding),
      annotations: {
        summary: view.title,
        description: [...view.rows, ...view.details].map(([label, text]) => `${label}: ${text}`).join('\n'),
        event_id: view.id,
        ...(runbook === undefined ? {} : { runbook_url: runbook.url }),
      },
      // an event of a clock that runs ahead begins now: an alert cannot end before it starts
      startsAt: instant(Math.min(found.timeMs, firstMs)),
      endsAt: instant(firstMs + holdMs),
      ...(link === undefined ? {} : { generatorURL: link.url }),
    };
  });
}

function labelsOf({
  rule,
  priority,
  source,
  account,
  account_name,
  region,
  cluster,
  actor,
  target,
  labels,
}: Finding): PostableAlert['labels'] {
  const values: Readonly<Record<string, string | null>> = {
    ...labels,
    alertname: rule,
    severity: fourSeverity(priority),
    priority,
    source,
    user: actor.user,
    account,
    account_name,
    region,
    cluster,
    namespace: target.namespace,
  };
  return Object.fromEntries(
    // no label and an empty one are the same
    Object.entries(values).flatMap(([name, value]) =>
      value === null || value === '' ? [] : [[name, shownText(redactText(value), MAX_LABEL)]],
    ),
  );
}

function instant(timeMs: number): string {
  return formatRfc3339(BigInt(timeMs) * 1_000_000n).replace(/\d{6}Z$/, 'Z');
}
