import type { Finding, FindingWithOrigin, Priority } from '../../core/model/finding.ts';
import { visible, visibleJson } from '../escape.ts';
import { localTime } from '../local-time.ts';
import { eventRow, severity } from '../table/event-row.ts';
import { CLASS_WORDS, HAND_WORDS, reasonWords } from '../words.ts';

/** One event as the page's script sees it; every text is safe to show. */
export interface ReportEvent {
  readonly timeMs: number;
  /** In the time zone of the machine that made the report. */
  readonly at: string;
  readonly priority: Priority;
  readonly source: string;
  readonly user: string;
  readonly what: string;
  readonly resource: string;
  readonly where: string;
  readonly how: string;
  readonly rules: readonly { readonly name: string; readonly priority: Priority; readonly message: string }[];
  /** Question and answer: why it is here. */
  readonly why: readonly (readonly [string, string])[];
  /** Name and value: what else is known. */
  readonly facts: readonly (readonly [string, string])[];
  /** The record; undefined when it did not fit into the report any more. */
  raw: string | undefined;
  /** The record was longer than what is shown. */
  readonly rawIsCut: boolean;
}

/** Longest record shown, in UTF-16 units; longer ones are cut and say so. */
const MAX_RAW_CHARS = 65_536;
/** Longest single fact, in UTF-16 units. */
const MAX_FACT_CHARS = 2000;

/** Folds the findings of one event for the report. */
export function reportEvent(findings: readonly [FindingWithOrigin, ...FindingWithOrigin[]]): ReportEvent {
  const [{ finding, recordText, timeMs, origin }] = findings;
  const row = eventRow(findings);
  return {
    timeMs,
    at: localTime(timeMs),
    priority: row.priority,
    source: finding.source,
    user: row.user,
    what: row.what,
    resource: row.resource,
    where: row.where,
    how: row.how,
    rules: findings
      .map((each) => each.finding)
      .sort((left, right) => severity(left.priority) - severity(right.priority))
      .map(({ rule, priority, message }) => ({ name: bounded(rule), priority, message: bounded(message) })),
    why: whyOf(finding),
    facts: [...factsOf(finding), ['read from', bounded(`${origin.input}:${origin.line} ${origin.path}`.trimEnd())]],
    raw: visibleJson(owned(recordText.slice(0, MAX_RAW_CHARS))),
    rawIsCut: recordText.length > MAX_RAW_CHARS,
  };
}

function whyOf({ action, actor, reason, pipeline }: Finding): ReportEvent['why'] {
  return [
    ['Was it a change?', `${CLASS_WORDS[action.class]} (${action.class})`],
    ['Whose hand?', `${HAND_WORDS[actor.hand]} (${actor.hand})`],
    ['Through what?', actor.channel],
    ['What decided?', bounded(`${reasonWords(reason)} (${reason})`)],
    ...(pipeline === null ? [] : [['Declared as', bounded(pipeline)] as const]),
  ];
}

function factsOf(finding: Finding): readonly (readonly [string, string])[] {
  const { actor, action, target } = finding;
  const facts: readonly (readonly [string, string | null])[] = [
    ['event id', finding.id],
    ['time (UTC)', finding.time],
    ['action', action.name],
    ['service', action.service],
    ['error', action.error],
    ['kind', target.kind],
    ['namespace', target.namespace],
    ['name', target.name],
    ['subresource', target.subresource],
    ['ARN', target.arn],
    ['account', finding.account_name === null ? finding.account : `${finding.account_name} (${finding.account ?? '?'})`],
    ['region', finding.region],
    ['cluster', finding.cluster],
    ['principal', actor.principal],
    ['session', actor.session],
    ['source identity', actor.source_identity],
    ['impersonates', actor.impersonates],
    ['source address', actor.source_ip],
    ['user agent', actor.user_agent],
    ['second factor', actor.mfa === null ? null : actor.mfa ? 'yes' : 'no'],
    ['record', finding.truncated ? 'was cut before it was received; shown as far as it goes' : null],
    ...Object.entries(finding.labels).map(([name, value]) => [`label ${name}`, value] as const),
  ];
  return facts.flatMap(([name, value]) => (value === null || value === '' ? [] : [[visible(name), bounded(value)] as const]));
}

function bounded(text: string): string {
  return visible(text.length > MAX_FACT_CHARS ? `${text.slice(0, MAX_FACT_CHARS)}…` : text);
}

/** A copy that does not keep the (much larger) text alive of which the record is a slice. */
function owned(text: string): string {
  return Buffer.from(text).toString();
}
