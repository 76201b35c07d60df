import type { AlertState } from '../../model/alert.ts';
import type { Finding } from '../../model/finding.ts';
import type { Facts } from './facts.ts';
import { foreignLink } from './links.ts';
import { durationWords, joined, joinedBy, other, placeOf, resourceOf } from './words.ts';

/** Annotations that stand behind a link, and those that are the alert's message when they are there. */
const ELSEWHERE = new Set(['runbook_url', 'summary', 'message']);
/** Pairs of one row; the alert's own page shows the others. */
const MAX_PAIRS = 20;

/** What there is to say of an alert of an Alertmanager. */
export function alertFacts(finding: Finding, { status, startsAtMs, endsAtMs, labels, annotations, generatorUrl }: AlertState): Facts {
  const { rule, message, actor } = finding;
  const runbook = pairOf(annotations, 'runbook_url');
  const says = message === rule ? null : message;
  return {
    title: joinedBy(': ', rule, says),
    user: `alert ${rule}`,
    place: placeOf(finding),
    resource: resourceOf(finding),
    rows: [
      ['Alert', rule],
      ['State', endsAtMs === null ? status : `${status} after ${durationWords(endsAtMs - startsAtMs)}`],
      ['Says', says],
      ['Who', actor.user === 'unknown' ? null : actor.user],
      ['On', resourceOf(finding)],
      ['Where', placeOf(finding)],
      ['Labels', pairsOf(labels, (name) => name !== 'alertname')],
    ],
    details: [
      ['Summary', other(pairOf(annotations, 'summary') ?? pairOf(annotations, 'message'), message)],
      ['Notes', pairsOf(annotations, (name, value) => !ELSEWHERE.has(name) && value !== message)],
    ],
    links: [
      generatorUrl === null ? undefined : foreignLink('Source', generatorUrl),
      runbook === null ? undefined : foreignLink('Runbook', runbook),
    ],
  };
}

function pairOf(pairs: Readonly<Record<string, string>>, name: string): string | null {
  return Object.entries(pairs).find(([each]) => each === name)?.[1] ?? null;
}

function pairsOf(pairs: Readonly<Record<string, string>>, wants: (name: string, value: string) => boolean): string {
  const wanted = Object.entries(pairs).filter(([name, value]) => wants(name, value));
  const more = wanted.length > MAX_PAIRS ? [`… ${wanted.length - MAX_PAIRS} more`] : [];
  return joined([...wanted.slice(0, MAX_PAIRS).map(([name, value]) => `${name}=${value}`), ...more]);
}
