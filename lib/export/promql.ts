/**
 * The one way in which Driftwire counts within a window, as PromQL.
 *
 * `increase()` extrapolates: on counters that grow rarely, as these do, it is off by a fifth, and it sees nothing of a series
 * whose first sample is already 1. The difference of two totals is exact at any evaluation time, and what it must know is only
 * what the total was when the window began.
 */
import { labelsOf, METRIC } from './metrics.ts';

/**
 * How far back a total is looked for when nothing was heard at the very beginning of the window: an outage of that length loses
 * no event. Longer is dearer: over 1,000 series one evaluation takes 0.2 to 0.3 s with two hours and 0.4 to 0.6 s with six
 * (Prometheus 2.42, two busy cores, 2026-11-21).
 */
const MEMORY = '2h';

/** Labels that say which deployment told a total, and nothing about the event. */
export const TARGET_LABELS = ['job', 'instance'] as const;

/** A metric with its label matchers, such as `x{rule="a"}`. */
export function selector(metric: string, matchers: readonly string[] = []): string {
  return matchers.length === 0 ? metric : `${metric}{${matchers.join(', ')}}`;
}

/** Labels that change when a deployment is replaced or configured anew. */
const RELEASE = labelsOf(METRIC.buildInfo).join(', ');

/** What tells, in PromQL, that a deployment with the labels of now was heard a window ago already. */
export type Heartbeat = (window: string) => string;

/** Driftwire's own. */
export const OWN_HEARTBEAT: Heartbeat = (window) =>
  `${METRIC.buildInfo} and ignoring (${RELEASE}) last_over_time(${METRIC.buildInfo}[${MEMORY}] offset ${window})`;

/** That of any exporter which is scraped, Driftwire left out: its `up` does not tell when its labels were configured anew. */
export const EXPORTER_HEARTBEAT: Heartbeat = (window) =>
  `up and last_over_time(up[${MEMORY}] offset ${window}) unless on (${TARGET_LABELS.join(', ')}) ${METRIC.buildInfo}`;

/**
 * Events of each series in the window that ends now. For each series, the total before the window is, in this order:
 *
 * 1. what it was when the window began, or the last that is known from the hours before;
 * 2. zero, when the deployment was heard then and did not have the series yet: a series that is scraped begins at its first event;
 * 3. the first that is known at all. Remote write puts a zero before each new series; and where there is none, connecting a
 *    Prometheus to a deployment that has counted for months, or giving all its series another label, is no alert.
 *
 * A total that fell was begun anew (somebody removed the store): all of it is new.
 *
 * @param total - Selector of a counter.
 */
export function newEvents(total: string, window: string, heartbeats: readonly Heartbeat[] = [OWN_HEARTBEAT]): string {
  const heard = heartbeats.map((heartbeat) => heartbeat(window)).join('\n    or ');
  return [
    `${total} - (`,
    `  last_over_time(${total}[${MEMORY}] offset ${window})`,
    `  or ${total} * 0 and on (${TARGET_LABELS.join(', ')}) (`,
    `    ${heard}`,
    '  )',
    `  or min_over_time(${total}[${window}])`,
    `) >= 0 or ${total}`,
  ].join('\n');
}

/** The sum of what `newEvents` gives, without the labels named and those of the deployment. */
export function countWithout(labels: readonly string[], total: string, window: string, heartbeats?: readonly Heartbeat[]): string {
  return `sum without (${[...TARGET_LABELS, ...labels].join(', ')}) (\n${indent(newEvents(total, window, heartbeats))}\n)`;
}

/**
 * Events of each group in the window that ends now, for boards: the difference of sums. What the sum was when the window began
 * is known from the series of that moment (those that have since been given other labels too) and, for a deployment that was
 * not heard just then, from the hours before. A group that was not there counts from zero; that is right but for the first
 * window after Prometheus came to know a deployment, which shows all that was counted before.
 */
export function boardCount(labels: readonly string[], total: string, window: string): string {
  const sum = labels.length === 0 ? 'sum' : `sum by (${labels.join(', ')}) `;
  const before = `${sum}(${total} offset ${window} or last_over_time(${total}[${MEMORY}] offset ${window}) and ${total})`;
  return `clamp_min(${sum}(${total}) - (${before} or ${sum}(${total}) * 0), 0)`;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
