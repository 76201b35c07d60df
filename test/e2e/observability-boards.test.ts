import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../lib/core/deliver/snapshot.ts';
import { DEFAULT_EXPORT } from '../../lib/export/options.ts';
import { prometheusGroups } from '../../lib/export/prometheus/rule-files.ts';
import { isAlert } from '../../lib/export/rule-file.ts';
import { filledIn, type PlacedTarget, targetsOf } from '../support/export/boards.ts';
import { fillStorage, type History, HOURS, type Labels, makeHistory } from '../support/export/history.ts';
import { type Asked, LAST_FIVE_MINUTES, type Rows, TRUTHS } from '../support/export/truth.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';

const HOUR_MS = 60 * MINUTE_MS;
const QUERIES = targetsOf('prometheus');
/** Panels that show a rate or what is estimated from one. */
const RATES = ['/ Events rate /', '/ From the event to the sink /'];
const DURATIONS: Readonly<Record<string, number>> = { '1m': MINUTE_MS, '1h': HOUR_MS, '1d': 24 * HOUR_MS };
const FILTERS: readonly { readonly name: string; readonly chosen: Readonly<Record<string, string>> }[] = [
  { name: 'all', chosen: {} },
  {
    name: 'one of each',
    chosen: { cluster: 'demo', account: '111122223333', user: 'ada', instance: 'prod', rule: 'Root user activity' },
  },
];

test('for every PromQL query of the boards there is a truth, and no other', () => {
  expect(QUERIES.map(({ name }) => name).toSorted()).toEqual(Object.keys(TRUTHS).toSorted());
  expect(QUERIES.length).toBeGreaterThan(35);
});

describe.runIf(hasPrometheus())('boards and rules over a real Prometheus with the samples of remote write', () => {
  let prometheus: Prometheus;
  let history: History;

  beforeAll(async () => {
    const endMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
    history = makeHistory(endMs - HOURS * HOUR_MS);
    prometheus = await startPrometheus({ fill: (storage) => fillStorage(history, storage) });
  }, 120_000);
  afterAll(() => prometheus?.stop());

  const asked = (placed: PlacedTarget, chosen: Asked['chosen'], timeMs: number): Asked => ({
    history,
    timeMs,
    chosen,
    rangeMs: 6 * HOUR_MS,
    stepMs: DURATIONS[placed.target.interval ?? '1m'] ?? MINUTE_MS,
  });
  const expression = ({ target }: PlacedTarget, { chosen }: Asked): string =>
    filledIn(target.expr, {
      ...Object.fromEntries(['cluster', 'account', 'user', 'instance', 'rule'].map((name) => [name, chosen[name] ?? '.*'])),
      ...{ __range: '6h', __interval: target.interval ?? '1m', __rate_interval: '5m' },
    });

  describe.each(FILTERS)('variables: $name', ({ chosen }) => {
    test.each(QUERIES.map((placed) => [placed.name, placed] as const))(
      '%s returns what is true',
      { timeout: 60_000 },
      async (name, placed) => {
        const question = asked(placed, chosen, history.endMs);
        const text = expression(placed, question);
        if (placed.target.instant === true) {
          expectSame(name, rows(await prometheus.query(text, question.timeMs)), TRUTHS[name]?.(question) ?? []);
          return;
        }
        const startMs = Math.max(history.endMs - 6 * HOUR_MS, history.endMs - 60 * question.stepMs);
        const series = await prometheus.range(text, startMs, history.endMs, question.stepMs);
        let compared = 0;
        for (let timeMs = startMs; timeMs <= history.endMs; timeMs += question.stepMs) {
          const got = series.flatMap(({ labels, values }) =>
            values.has(timeMs) ? [[labels, values.get(timeMs) ?? Number.NaN] as const] : [],
          );
          expectSame(name, got, TRUTHS[name]?.({ ...question, timeMs }) ?? []);
          compared++;
        }
        expect(compared).toBeGreaterThan(0);
      },
    );
  });

  test('hourly bars add up to the total of the hours', async () => {
    const bars = QUERIES.find(({ name }) => name === 'driftwire-concon / Kubernetes, per hour / A');
    if (bars === undefined) throw new Error('no such query');
    const question = asked(bars, {}, history.endMs);
    const series = await prometheus.range(expression(bars, question), history.startMs + HOUR_MS, history.endMs, HOUR_MS);
    const sum = series.flatMap(({ values }) => [...values.values()]).reduce((total, value) => total + value, 0);
    const truth = history.counted.filter(({ metric }) => metric === 'kubernetes_audit_manual_changes_total').length;
    expect(truth).toBeGreaterThan(100);
    expect(sum).toBe(truth);
  });

  test.each([
    ['ManualKubernetesChangeDetected', LAST_FIVE_MINUTES.kubernetes],
    ['ManualAwsChangeDetected', LAST_FIVE_MINUTES.aws],
  ] as const)('%s counts exactly, at whatever second it is evaluated', { timeout: 60_000 }, async (alert, truth) => {
    const rule = prometheusGroups(DEFAULT_EXPORT)
      .flatMap(({ rules }) => rules)
      .filter(isAlert)
      .find((one) => one.alert === alert);
    if (rule === undefined) throw new Error('no such rule');
    let fired = 0;
    for (let back = 0; back < 60; back++) {
      // every minute of an hour, each time at another second
      const timeMs = history.endMs - back * MINUTE_MS + ((back * 7) % 60) * 1000;
      if (timeMs > history.endMs) continue;
      const expected = truth({ history, timeMs, chosen: {}, rangeMs: 0, stepMs: 0 });
      expectSame(alert, rows(await prometheus.query(rule.expr, timeMs)), expected);
      fired += expected.length;
    }
    expect(fired).toBeGreaterThan(50);
  });

  test("the seed's own form of the alert fires too, because series begin at zero", async () => {
    const told = rows(await prometheus.query('increase(kubernetes_audit_manual_changes_total[5m]) > 0', history.endMs));
    const truth = LAST_FIVE_MINUTES.kubernetes({ history, timeMs: history.endMs, chosen: {}, rangeMs: 0, stepMs: 0 });
    expect(truth.length).toBeGreaterThan(0);
    expect(told.map(([labels]) => key(without(labels, ['job', 'instance']))).toSorted()).toEqual(
      truth.map(([labels]) => key(labels)).toSorted(),
    );
  });

  test('what the Falco dashboard 11914 asks is answered', async () => {
    const labels = ['rule', 'priority', 'hostname', 'source', 'k8s_ns_name', 'k8s_pod_name'];
    const totals = rows(await prometheus.query('falco_events', history.endMs));
    expect(totals.length).toBeGreaterThan(5);
    expect(
      [...new Set(totals.flatMap(([row]) => Object.keys(row)))]
        .filter((name) => !['__name__', 'job', 'instance'].includes(name))
        .toSorted(),
    ).toEqual(labels.toSorted());
    expect((await prometheus.query('rate(falco_events[5m])', history.endMs)).size).toBe(totals.length);
  });
});

function rows(answer: ReadonlyMap<string, number>): Rows {
  return [...answer].map(([labels, value]) => [JSON.parse(labels) as Labels, value]);
}

function key(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function without(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}

/** The same rows, whatever their order; where a `topk` had equals to choose from, the same values. */
function expectSame(name: string, got: Rows, truth: Rows): void {
  const order = (all: Rows): readonly string[] =>
    all.map(([labels, value]) => `${key(without(labels, ['__name__']))} ${shown(name, value)}`).toSorted();
  if (!name.includes('/ Top ')) expect(order(got), name).toEqual(order(truth));
  else {
    const least = Math.min(...truth.map(([, value]) => value));
    const certain = (all: Rows): Rows => all.filter(([, value]) => value > least);
    expect(order(certain(got)), name).toEqual(order(certain(truth)));
    expect(got.length, name).toBe(truth.length);
  }
}

/** Counts are compared as they are; only what is a rate is extrapolated by parts of a millionth. */
function shown(name: string, value: number): string {
  return RATES.some((rate) => name.includes(rate)) ? value.toPrecision(4) : String(value);
}
