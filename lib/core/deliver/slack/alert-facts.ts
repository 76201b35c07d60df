import type { AlertState } from '../../model/alert.ts';
import type { Finding } from '../../model/finding.ts';
import type { Facts } from './facts.ts';
import { foreignLink } from './links.ts';
import { utcText } from './slack-time.ts';
import { joined, placeOf, resourceOf } from './words.ts';

/** Annotations that stand in rows of their own, or behind a link. */
const SPOKEN = new Set(['summary', 'description', 'message', 'runbook_url']);
/** Pairs of one row; the alert's own page shows the others. */
const MAX_PAIRS = 20;

/** What there is to say of an alert of an Alertmanager. */
export function alertFacts(finding: Finding, { status, startsAtMs, endsAtMs, labels, annotations, generatorUrl }: AlertState): Facts {
  const { rule } = finding;
  const said = (name: string): string | null => (Object.hasOwn(annotations, name) ? (annotations[name] ?? null) : null);
  const summary = said('summary') ?? said('message');
  const label = (name: string): string | null => (Object.hasOwn(labels, name) ? (labels[name] ?? null) : null);
  const runbook = said('runbook_url');
  const ended = endsAtMs === null ? '' : `, until ${utcText(endsAtMs)}`;
  return {
    title: summary === null ? rule : `${rule}: ${summary}`,
    user: rule,
    place: placeOf(finding),
    resource: resourceOf(finding),
    rows: [
      ['Alert', rule],
      ['State', `${status} since ${utcText(startsAtMs)}${ended}`],
      ['Severity', label('severity')],
      ['Summary', summary],
      ['Where', placeOf(finding)],
      ['Labels', pairs(labels, (name) => name !== 'alertname' && name !== 'severity')],
    ],
    details: [
      ['Description', said('description')],
      ['Annotations', pairs(annotations, (name) => !SPOKEN.has(name))],
    ],
    links: [
      generatorUrl === null ? undefined : foreignLink('Source', generatorUrl),
      runbook === null ? undefined : foreignLink('Runbook', runbook),
    ],
  };
}

function pairs(of: Readonly<Record<string, string>>, wants: (name: string) => boolean): string {
  const wanted = Object.entries(of).filter(([name]) => wants(name));
  const more = wanted.length > MAX_PAIRS ? [`… ${wanted.length - MAX_PAIRS} more`] : [];
  return joined([...wanted.slice(0, MAX_PAIRS).map(([name, value]) => `${name}=${value}`), ...more]);
}
