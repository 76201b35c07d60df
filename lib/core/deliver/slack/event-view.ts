import type { Delivery } from '../../model/delivery.ts';
import { type Finding, type FindingWithOrigin, PRIORITIES, type Priority } from '../../model/finding.ts';
import { alertFacts } from './alert-facts.ts';
import { auditFacts } from './audit-facts.ts';
import type { Facts } from './facts.ts';
import { falcoFacts } from './falco-facts.ts';
import type { ViewLink } from './lines.ts';
import type { LogQuery } from './links.ts';
import { redactText } from './redact-secrets.ts';
import { shownText } from './shown-text.ts';

/**
 * One event as people are told of it: bounded, safe to show, without secrets. What stands here is all that is kept of it for
 * people; it is plain JSON. Its texts are one line each, but they are no markup: whoever writes markup escapes them for it.
 */
export interface EventView {
  readonly id: string;
  readonly source: Finding['source'];
  readonly priority: Priority;
  readonly timeMs: number;
  /** The rule that people are told first; of an alert, its name. */
  readonly rule: string;
  /** Who did what to what, in one line: `alice patched Deployment shop/checkout`. */
  readonly title: string;
  /** Who did it, as people know them; of what nobody did `host NAME` (Falco) or `alert NAME`. */
  readonly user: string;
  /** Account, cluster and region; empty where nobody knows. */
  readonly place: string;
  /** Empty where the record names none. */
  readonly resource: string;
  /** What there is to know, in the order in which people ask. */
  readonly rows: readonly Row[];
  /** Longer texts: what the rule says, what was asked for. */
  readonly details: readonly Row[];
  /** Pages about it: the event in CloudTrail's console, the cluster in EKS's, an alert's own. */
  readonly links: readonly ViewLink[];
  /** An alert that is over. */
  readonly isResolved?: true;
  /** How to find it in Loki, with what else this person did; absent for what Loki does not get. */
  readonly logs?: LogQuery;
}

/** A text and what it says. */
export type Row = readonly [label: string, text: string];

/** Bounds of single texts, in UTF-16 units: together they stay within the budget of a message (see `limits.ts`). */
const MAX_TITLE = 200;
const MAX_NAME = 100;
const MAX_ROW = 250;
const MAX_DETAIL = 500;

/** How bad, as a number: 0 is the worst. */
export function severity(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

/** The finding of an event that people are told first: the worst, of several the first. */
export function worstFinding(delivery: Delivery): FindingWithOrigin {
  return delivery.findings.reduce((worst, each) => (severity(each.finding.priority) < severity(worst.finding.priority) ? each : worst));
}

/** What people are told of an event. */
export function eventView(delivery: Delivery): EventView {
  const { finding, timeMs } = worstFinding(delivery);
  const facts = factsOf(delivery);
  return {
    id: shown(finding.id, MAX_NAME),
    source: finding.source,
    priority: finding.priority,
    timeMs,
    rule: shown(finding.rule, MAX_NAME),
    title: shown(facts.title, MAX_TITLE),
    user: shown(facts.user, MAX_NAME),
    place: shown(facts.place, MAX_NAME),
    resource: shown(facts.resource, MAX_NAME),
    rows: shownRows(facts.rows, MAX_ROW),
    details: shownRows(facts.details, MAX_DETAIL),
    links: facts.links.filter((link) => link !== undefined),
    ...(delivery.alert?.status === 'resolved' ? { isResolved: true } : {}),
    ...(facts.logs === undefined ? {} : { logs: facts.logs }),
  };
}

function factsOf(delivery: Delivery): Facts {
  if (delivery.alert !== undefined) return alertFacts(delivery.findings[0].finding, delivery.alert);
  const worst = worstFinding(delivery);
  const rules = delivery.findings.map(({ finding }) => finding.rule);
  if (worst.finding.source === 'falco') return falcoFacts(worst.finding);
  const isDrift = delivery.findings.some(({ finding }) => finding.tags.includes('drift'));
  return auditFacts(worst, rules, isDrift);
}

function shownRows(rows: Facts['rows'], maxChars: number): readonly Row[] {
  return rows.flatMap(([label, text]) => (text === null || text === '' ? [] : [[label, shown(text, maxChars)] as const]));
}

/** Secrets go first: cut in the middle, one would no longer be known for what it is. */
function shown(text: string, maxChars: number): string {
  return shownText(redactText(text), maxChars);
}
