/**
 * Which values of an open label have a series of their own. The answer is asked in the transaction that first counts a value,
 * kept with the totals and never revised, so that `other` is stable and sums over all series stay exact. What has no room is
 * counted under `other`, and that it was is counted too.
 */
import type { Increment, Series } from '../ports.ts';
import { seriesKey } from './series-key.ts';

/** How much room there is. */
export interface LabelBudget {
  /** Values of a label that callers choose (`user`, `namespace`, ...), for each metric and label. */
  readonly chosenValues: number;
  /** Values of a label that follows from where events come from (`account`, `cluster`, ...): only a flood of made-up ones reaches it. */
  readonly placedValues: number;
  /** Series of a metric with open labels: a bound on their combinations. */
  readonly series: number;
}

/** The contract's 200; the other two bound what one receiver takes at once (facts of Prometheus: 10,000 samples a second). */
export const DEFAULT_LABEL_BUDGET: LabelBudget = { chosenValues: 200, placedValues: 2_000, series: 10_000 };

/** Where everything is counted that has no series of its own. */
export const OTHER = 'other';

/** Counts what was counted under `other`: by metric, and by the label that had no room (`series`: all of them together). */
export const OVERFLOW_METRIC = 'driftwire_label_overflow_total';

/** Labels whose values are not a closed set, by metric; each other label is closed by the code that fills it. */
export const OPEN_LABELS: ReadonlyMap<string, Readonly<Record<string, 'chosen' | 'placed'>>> = new Map([
  [
    'kubernetes_audit_manual_changes_total',
    { user: 'chosen', verb: 'chosen', kind: 'chosen', namespace: 'chosen', cluster: 'placed' },
  ] as const,
  [
    'aws_cloudtrail_manual_changes_total',
    { user: 'chosen', service: 'placed', action: 'chosen', account: 'placed', region: 'placed' },
  ] as const,
  ['driftwire_findings_total', { rule: 'placed' }] as const,
  ['falco_events', { rule: 'placed', hostname: 'placed', source: 'placed', k8s_ns_name: 'chosen', k8s_pod_name: 'chosen' }] as const,
]);

/** The question whether a value may have a series of its own. */
export interface Admission {
  /** What the value is one of; the limit is for each scope. */
  readonly scope: string;
  readonly value: string;
  readonly limit: number;
}

/**
 * The increments to be made instead of one, each on a series that has room.
 *
 * @param admit - Answers for the store: true for a value that was admitted before, or for which there is room now (it then is admitted).
 */
export function withinBudget(increment: Increment, budget: LabelBudget, admit: (admission: Admission) => boolean): readonly Increment[] {
  const { metric, by } = increment;
  const open = OPEN_LABELS.get(metric);
  if (open === undefined) return [increment];
  const folded = Object.entries(open)
    .filter(([label, kind]) => !hasRoom(increment, label, kind === 'chosen' ? budget.chosenValues : budget.placedValues, admit))
    .map(([label]) => label);
  const own = fold(increment, folded);
  const isKnown = admit({ scope: metric, value: seriesKey(own), limit: budget.series });
  const series = isKnown ? own : fold(own, Object.keys(open));
  const overflows = isKnown ? folded : [...folded, 'series'];
  return [{ ...series, by }, ...overflows.map((label) => ({ metric: OVERFLOW_METRIC, labels: { metric, label }, by }))];
}

function hasRoom({ metric, labels }: Series, label: string, limit: number, admit: (admission: Admission) => boolean): boolean {
  const value = labels[label] ?? '';
  return value === '' || value === OTHER || admit({ scope: `${metric} ${label}`, value, limit });
}

/** Labels that were empty become `other` as well: a series of all that had no room is then one series. */
function fold({ metric, labels }: Series, names: readonly string[]): Series {
  return { metric, labels: { ...labels, ...Object.fromEntries(names.map((name) => [name, OTHER])) } };
}
