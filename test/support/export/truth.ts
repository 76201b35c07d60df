/** What each PromQL query of the boards must return, computed from the events themselves and not from any query. */
import { MINUTE_MS } from '../../../lib/core/deliver/snapshot.ts';
import type { History, Labels } from './history.ts';

/** At what moment, over which windows and with which filters a query is asked. */
export interface Asked {
  readonly history: History;
  readonly timeMs: number;
  /** What `$__range` and `$__interval` stand for, in ms. */
  readonly rangeMs: number;
  readonly stepMs: number;
  /** Chosen values of the variables; a variable that is not here is set to all. */
  readonly chosen: Readonly<Record<string, string>>;
}

/** Values by their labels. */
export type Rows = readonly (readonly [labels: Labels, value: number])[];
export type Truth = (asked: Asked) => Rows;

const minute = (timeMs: number): number => Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;

interface Which {
  readonly metric: string;
  readonly by?: readonly string[];
  readonly where?: (labels: Labels) => boolean;
  /** Variables that filter this metric, by label. */
  readonly variables?: readonly string[];
  readonly window: 'range' | 'step' | number;
}

/** Events in the window that ends at the moment, by some labels; a group that has ever counted is there with 0. */
function count({ metric, by = [], where = () => true, variables = [], window }: Which): Truth {
  return ({ history, timeMs, rangeMs, stepMs, chosen }) => {
    const windowMs = window === 'range' ? rangeMs : window === 'step' ? stepMs : window;
    // totals are told at minute boundaries: that is what a query can know
    const [fromMs, toMs] = [minute(timeMs - windowMs), minute(timeMs)];
    const groups = new Map<string, number>();
    for (const event of history.counted) {
      if (event.metric !== metric || event.timeMs > toMs || !where(event.labels)) continue;
      if (variables.some((name) => chosen[name] !== undefined && chosen[name] !== event.labels[name])) continue;
      const key = JSON.stringify(Object.fromEntries(by.flatMap((name) => (name in event.labels ? [[name, event.labels[name]]] : []))));
      groups.set(key, (groups.get(key) ?? 0) + (event.timeMs > fromMs ? 1 : 0));
    }
    return [...groups].map(([key, value]) => [JSON.parse(key) as Labels, value]);
  };
}

function above(least: number, truth: Truth): Truth {
  return (asked) => truth(asked).filter(([, value]) => value > least);
}

function top(most: number, truth: Truth): Truth {
  return (asked) =>
    above(
      0,
      truth,
    )(asked)
      .toSorted(([, left], [, right]) => right - left)
      .slice(0, most);
}

/** How many groups there are; none at all is no row. */
function howMany(...truths: readonly Truth[]): Truth {
  return (asked) => {
    const groups = new Set(truths.flatMap((truth) => truth(asked).map(([labels]) => JSON.stringify(labels))));
    return groups.size === 0 ? [] : [[{}, groups.size]];
  };
}

function added(...truths: readonly Truth[]): Truth {
  return (asked) => [[{}, truths.flatMap((truth) => truth(asked).map(([, value]) => value)).reduce((sum, value) => sum + value, 0)]];
}

/** Gauges as they were told last. */
function gauges(
  metric: string,
  change: (value: number, nowSeconds: number) => number = (value) => value,
  labelNames?: readonly string[],
): Truth {
  return ({ history, timeMs }) =>
    history.told.flatMap(({ metric: told, labels, at }) => {
      const value = told === metric ? at(minute(timeMs)) : undefined;
      const shown =
        labelNames === undefined
          ? labels
          : Object.fromEntries(labelNames.map((name) => [name, name === 'instance' ? 'prod' : (labels[name] ?? '')]));
      return value === undefined ? [] : [[shown, change(value, timeMs / 1000)] as const];
    });
}

const isFailed = ({ outcome }: Labels): boolean => outcome === 'failed';
const isDelivered = ({ outcome }: Labels): boolean => outcome === 'delivered';
const isCritical = ({ priority = '' }: Labels): boolean => ['Emergency', 'Alert', 'Critical'].includes(priority);
const FIVE_MINUTES = 5 * MINUTE_MS;

const kubernetes = (by: readonly string[], window: Which['window']): Truth =>
  count({ metric: 'kubernetes_audit_manual_changes_total', by, window, variables: ['cluster', 'user'] });
const aws = (by: readonly string[], window: Which['window']): Truth =>
  count({ metric: 'aws_cloudtrail_manual_changes_total', by, window, variables: ['account', 'user'] });
const findings = (by: readonly string[], window: Which['window'], where?: Which['where']): Truth =>
  count({ metric: 'driftwire_findings_total', by, window, variables: ['rule'], ...(where === undefined ? {} : { where }) });
const own = (metric: string, by: readonly string[], window: Which['window'], where?: Which['where']): Truth =>
  count({ metric: `driftwire_${metric}`, by, window, ...(where === undefined ? {} : { where }) });

/** Everything ever counted of each series, with the labels of the deployment. */
const falcoTotals: Truth = (asked) =>
  count({
    metric: 'falco_events',
    by: ['rule', 'priority', 'hostname', 'source', 'k8s_ns_name', 'k8s_pod_name'],
    window: Number.MAX_SAFE_INTEGER,
    variables: ['rule'],
  })({ ...asked }).map(([labels, value]) => [{ ...labels, job: 'driftwire', instance: 'prod' }, value]);

/** Of each sink that was delivered to, every delay lies evenly between ten and thirty seconds. */
const delay =
  (quantile: number): Truth =>
  () =>
    ['loki', 'slack'].map((sink) => [{ sink }, 30 * quantile]);

/** What each query must return, by board, panel and query. */
export const TRUTHS: Readonly<Record<string, Truth>> = {
  'driftwire-concon / Kubernetes / A': kubernetes([], 'range'),
  'driftwire-concon / AWS / A': aws([], 'range'),
  'driftwire-concon / People / A': howMany(above(0, kubernetes(['user'], 'range')), above(0, aws(['user'], 'range'))),
  'driftwire-concon / Last five minutes / A': added(kubernetes([], FIVE_MINUTES), aws([], FIVE_MINUTES)),
  'driftwire-concon / Active alerts, by what they are about / A': (asked) =>
    gauges('ALERTS')(asked)
      .filter(([{ alertname = '' }]) => alertname.startsWith('Manual'))
      .map(([labels, value]) => [{ ...labels, job: 'driftwire', instance: 'prod' }, value]),
  'driftwire-concon / Kubernetes, per hour / A': kubernetes(['verb'], 'step'),
  'driftwire-concon / AWS, per hour / A': aws(['service'], 'step'),
  'driftwire-concon / Per day / A': kubernetes([], 'step'),
  'driftwire-concon / Per day / B': aws([], 'step'),
  'driftwire-concon / Top 5 drifters, Kubernetes / A': top(5, kubernetes(['user'], 'range')),
  'driftwire-concon / Top 5 kinds / A': top(5, kubernetes(['kind'], 'range')),
  'driftwire-concon / Top 5 drifters, AWS / A': top(5, aws(['user'], 'range')),
  'driftwire-concon / Top 5 API calls / A': top(5, aws(['service', 'action'], 'range')),

  'driftwire-health / Last totals / A': gauges('driftwire_flush_timestamp_seconds', (value, now) => now - value, []),
  'driftwire-health / Sinks that fail / A': (asked) => {
    const delivered = above(0, own('deliveries_total', ['sink'], FIVE_MINUTES, isDelivered))(asked).map(([{ sink }]) => sink);
    return howMany((again) =>
      above(0, own('deliveries_total', ['sink'], FIVE_MINUTES, isFailed))(again).filter(([{ sink }]) => !delivered.includes(sink)),
    )(asked);
  },
  'driftwire-health / Spool / A': () => [[{}, 0.25]],
  'driftwire-health / Records in / A': own('records_total', [], 'range'),
  'driftwire-health / Records failed / A': own('failed_total', [], 'range'),
  'driftwire-health / Without a reason / A': () => [[{}, 0]],
  'driftwire-health / What is running / A': (asked) =>
    gauges('driftwire_build_info')(asked).map(([labels, value]) => [{ ...labels, job: 'driftwire', instance: 'prod' }, value]),
  'driftwire-health / Records, by what became of them / A': own('records_total', ['outcome'], 'step'),
  'driftwire-health / Dropped, by reason / A': own('dropped_total', ['reason'], 'step'),
  'driftwire-health / Failed, by source and code / A': own('failed_total', ['source', 'code'], 'step'),
  'driftwire-health / Age of the newest event / A': gauges('driftwire_last_event_timestamp_seconds', (value, now) => now - value),
  'driftwire-health / Missed by the streams / A': own('missed_total', ['source'], 'step'),
  'driftwire-health / Posts turned away / A': own('rejected_posts_total', ['endpoint', 'reason'], 'step'),
  'driftwire-health / Deliveries, by sink and outcome / A': own('deliveries_total', ['sink', 'outcome'], 'step'),
  'driftwire-health / From the event to the sink / A': delay(0.5),
  'driftwire-health / From the event to the sink / B': delay(0.95),
  'driftwire-health / Waiting for a sink / A': gauges('driftwire_spool_entries'),
  'driftwire-health / How long the oldest has waited / A': gauges('driftwire_spool_oldest_timestamp_seconds', (value, now) => now - value),
  'driftwire-health / Counted by the ledger / A': count({ metric: 'driftwire_findings_total', window: 'range' }),
  'driftwire-health / Remote write / A': gauges('driftwire_remote_write_pending_snapshots', undefined, ['instance']),
  'driftwire-health / Remote write / B': gauges('driftwire_remote_write_refused_series', undefined, ['instance']),
  'driftwire-health / Counted under "other" / A': own('label_overflow_total', ['metric', 'label'], 'step'),

  'driftwire-rules / Critical / A': findings([], 'range', isCritical),
  'driftwire-rules / Findings / A': findings([], 'range'),
  'driftwire-rules / Rules that fired / A': howMany(above(0, findings(['rule'], 'range'))),
  'driftwire-rules / Top 10 rules / A': top(10, findings(['rule'], 'range')),
  'driftwire-rules / Findings, per hour / A': findings(['priority'], 'step'),
  'driftwire-rules / All rules that fired / A': above(0, findings(['rule', 'priority', 'source'], 'range')),
  'driftwire-rules / High priority / A': count({
    metric: 'falco_events',
    window: 'range',
    variables: ['rule'],
    where: ({ priority = '9' }) => Number(priority) < 3,
  }),
  'driftwire-rules / Events rate / A': (asked) =>
    count({ metric: 'falco_events', by: ['rule'], window: FIVE_MINUTES, variables: ['rule'] })(asked).map(([labels, value]) => [
      labels,
      value / 300,
    ]),
  'driftwire-rules / Events, per hour / A': count({ metric: 'falco_events', by: ['hostname'], window: 'step', variables: ['rule'] }),
  'driftwire-rules / Totals / A': falcoTotals,
  'driftwire-rules / Denied attempts at a change, per hour / A': count({
    metric: 'driftwire_findings_total',
    by: ['source'],
    window: 'step',
    where: ({ rule = '' }) => rule.startsWith('Denied change attempt'),
  }),
  'driftwire-rules / Refused by the policy engine, per hour / A': count({
    metric: 'driftwire_findings_total',
    window: 'step',
    where: ({ rule }) => rule === 'Policy engine denied a request',
  }),
  'driftwire-rules / Gatekeeper violations / A': gauges('gatekeeper_violations'),
};

/** Manual changes of each series in the five minutes before a moment, where there are any: what the alerts count. */
export const LAST_FIVE_MINUTES: { readonly kubernetes: Truth; readonly aws: Truth } = {
  kubernetes: above(
    0,
    count({ metric: 'kubernetes_audit_manual_changes_total', by: ['user', 'verb', 'kind', 'namespace', 'cluster'], window: FIVE_MINUTES }),
  ),
  aws: above(
    0,
    count({ metric: 'aws_cloudtrail_manual_changes_total', by: ['user', 'service', 'action', 'account', 'region'], window: FIVE_MINUTES }),
  ),
};
