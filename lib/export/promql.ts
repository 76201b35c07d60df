/**
 * The one way in which Driftwire counts within a window, as PromQL.
 *
 * `increase()` extrapolates: on counters that grow rarely, as these do, it is off by a fifth, and it sees nothing of a series
 * whose first sample is already 1. The difference of two totals is exact at any evaluation time, and what it must know is only
 * what the total was when the window began.
 */
import { METRIC } from './metrics.ts';

/** How far back a total is looked for when nothing was heard at the very beginning of the window: an outage of that length loses no event. */
const MEMORY = '6h';

/** Labels that say which deployment told a total, and nothing about the event. */
export const TARGET_LABELS = ['job', 'instance'] as const;

/** A metric with its label matchers, such as `x{rule="a"}`. */
export function selector(metric: string, matchers: readonly string[] = []): string {
  return matchers.length === 0 ? metric : `${metric}{${matchers.join(', ')}}`;
}

/**
 * Events of each series in the window that ends now. For each series, the total before the window is, in this order:
 *
 * 1. what it was when the window began, or the last that is known from the hours before;
 * 2. zero, when the deployment was heard then and did not have the series yet: a series that is scraped begins at its first event;
 * 3. the first that is known at all, so that connecting a Prometheus to a deployment that has counted for months is no alert.
 *
 * A total that fell was begun anew (somebody removed the store): all of it is new.
 *
 * @param total - Selector of a counter.
 * @param heartbeats - What tells that a deployment was heard, in place of Driftwire's own.
 */
export function newEvents(total: string, window: string, heartbeats: readonly string[] = [METRIC.buildInfo]): string {
  const heard = heartbeats.map((heartbeat) => `last_over_time(${heartbeat}[${MEMORY}] offset ${window})`).join(' or ');
  return [
    `${total} - (`,
    `  last_over_time(${total}[${MEMORY}] offset ${window})`,
    `  or ${total} * 0 and on (${TARGET_LABELS.join(', ')}) ${heartbeats.length > 1 ? `(${heard})` : heard}`,
    `  or min_over_time(${total}[${window}])`,
    `) >= 0 or ${total}`,
  ].join('\n');
}

/** The sum of what `newEvents` gives, without the labels named and those of the deployment; series where nothing happened are left out. */
export function countWithout(labels: readonly string[], total: string, window: string, heartbeats?: readonly string[]): string {
  return `sum without (${[...TARGET_LABELS, ...labels].join(', ')}) (\n${indent(newEvents(total, window, heartbeats))}\n)`;
}

/**
 * Events of each group in the window that ends now, for boards: `newEvents` in a form that fits a line. A series that is not
 * known from before the window (or that began anew) counts whole, which is right but for the very first window of a deployment
 * that has counted before Prometheus knew it: there it shows all that was counted before.
 */
export function boardCount(labels: readonly string[], total: string, window: string): string {
  const by = labels.length === 0 ? '' : ` by (${labels.join(', ')}) `;
  return `sum${by}(${total} - last_over_time(${total}[${MEMORY}] offset ${window}) >= 0 or ${total})`;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
