/**
 * Events for PagerDuty (Events API v2, https://developer.pagerduty.com/docs/send-alert-event, read 2026-11-21). What one person does
 * at one place under one rule shares a `dedup_key`, so that a burst is one incident; an alert that is resolved resolves it.
 */
import { fingerprint } from '../../fingerprint.ts';
import type { Delivery } from '../../model/delivery.ts';
import { formatRfc3339 } from '../../time.ts';
import { eventView, worstFinding } from '../slack/event-view.ts';
import { type LinkSettings, runbookLink } from '../slack/links.ts';
import { redactText } from '../slack/redact-secrets.ts';
import { shownText } from '../slack/shown-text.ts';
import { type FourSeverity, fourSeverity } from './four-severities.ts';

/** What is posted to `/v2/enqueue`. */
export interface PagerDutyEvent {
  readonly routing_key: string;
  readonly event_action: 'trigger' | 'resolve';
  readonly dedup_key: string;
  readonly client?: string;
  readonly payload?: {
    readonly summary: string;
    readonly source: string;
    readonly severity: FourSeverity;
    /** RFC 3339, milliseconds. */
    readonly timestamp: string;
    readonly component?: string;
    readonly group?: string;
    readonly class: string;
    readonly custom_details: Readonly<Record<string, string>>;
  };
  readonly links?: readonly { readonly href: string; readonly text: string }[];
}

/** Vendor's bound of the summary, in characters. */
const MAX_SUMMARY = 1_024;

/** A key that no event has: to resolve it does nothing, and tells whether address and routing key are right. */
export const CHECK_KEY = 'driftwire/check';

/** The event that tells of a delivery. Its texts are those people see, so the whole stays far below the vendor's 512 KB. */
export function pagerDutyEvent(delivery: Delivery, routingKey: string, links: LinkSettings = {}): PagerDutyEvent {
  const { finding } = worstFinding(delivery);
  const base = { routing_key: routingKey, dedup_key: dedupKey(delivery) };
  if (delivery.alert?.status === 'resolved') return { ...base, event_action: 'resolve' };
  const view = eventView(delivery);
  // an alert names its own
  const runbooks = delivery.alert === undefined ? [runbookLink(finding.rule, links)].filter((link) => link !== undefined) : [];
  return {
    ...base,
    event_action: 'trigger',
    client: 'Driftwire',
    payload: {
      summary: shownText(`${view.rule}: ${view.title}`, MAX_SUMMARY),
      // must not be blank
      source: shownText(redactText(finding.hostname), 200).trim() || 'unknown',
      severity: fourSeverity(finding.priority),
      timestamp: formatRfc3339(BigInt(view.timeMs) * 1_000_000n).replace(/\d{6}Z$/, 'Z'),
      ...(view.resource === '' ? {} : { component: view.resource }),
      ...(view.place === '' ? {} : { group: view.place }),
      class: view.rule,
      custom_details: Object.fromEntries([...view.rows, ...view.details, ['Event', view.id]]),
    },
    links: [...view.links, ...runbooks].map(({ label, url }) => ({ href: url, text: label })),
  };
}

/** The incident an event belongs to: person, place and rule; of an alert, its group and its labels. */
function dedupKey({ findings, alert, ...rest }: Delivery): string {
  if (alert !== undefined) return `driftwire/alert/${fingerprint(JSON.stringify([alert.groupKey, alert.fingerprint]))}`;
  const { rule, actor, account, cluster } = worstFinding({ findings, ...rest }).finding;
  return `driftwire/${fingerprint(JSON.stringify([actor.principal ?? actor.user, account, cluster, rule]))}`;
}

/** The event that a check sends. */
export function pagerDutyCheck(routingKey: string): PagerDutyEvent {
  return { routing_key: routingKey, event_action: 'resolve', dedup_key: CHECK_KEY };
}
