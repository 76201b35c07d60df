/**
 * The registry. Every metric of the catalogue is declared in prom-client; what the ledger keeps is handed over as a whole before
 * each reading, because its totals are the truth and a counter of this process would begin at 0 with each start.
 */
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValueWithName,
  Registry,
} from 'prom-client';
import { DELAY_METRIC, type DelayHistogram, delayHistograms } from '../core/model/delay.ts';
import { type Label, mergeSeries, type SeriesKind, type SeriesValue } from '../core/model/series.ts';
import type { Total } from '../core/ports.ts';
import { CATALOGUE, declaredLabels, type GivenValues, type MetricDefinition } from './catalogue.ts';

type Values = MetricValueWithName<string>[];
type Reading = MetricObjectWithValues<MetricValueWithName<string>>;

/** What is fixed for the life of the process. */
export interface MetricsOptions extends GivenValues {
  /** Labels of every series (`labels` of the configuration); a metric's own label wins. */
  readonly labels: Readonly<Record<string, string>>;
  readonly build: { readonly version: string; readonly configHash: string; readonly rulesHash: string };
  /** Also the memory, the event loop and the garbage collection of this process, on the page alone and never in remote write. */
  readonly isProcessShown: boolean;
}

/** Names of the gauges whose value this process knows. */
export type ProcessGauge =
  | 'driftwire_flush_timestamp_seconds'
  | 'driftwire_remote_write_pending_snapshots'
  | 'driftwire_remote_write_refused_series'
  | 'driftwire_spool_entries'
  | 'driftwire_spool_oldest_timestamp_seconds'
  | 'driftwire_spool_size_bytes'
  | 'driftwire_spool_limit_bytes';

/** All metrics of one process. */
export class Metrics {
  /** Of `text()`. */
  readonly contentType: string = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #registry = new Registry();
  readonly #process = new Registry();
  readonly #given: GivenValues;
  readonly #values = new Map<string, Values>();

  constructor(options: MetricsOptions) {
    this.#given = options;
    for (const metric of CATALOGUE) this.#declare(metric);
    this.#registry.setDefaultLabels(options.labels);
    this.#process.setDefaultLabels(options.labels);
    const { version, configHash, rulesHash } = options.build;
    this.#values.set('driftwire_build_info', [{ labels: { version, config_hash: configHash, rules_hash: rulesHash }, value: 1 }]);
    if (options.isProcessShown) collectDefaultMetrics({ register: this.#process });
    this.setTotals([]);
  }

  /** Takes the ledger's totals in place of those before; metrics that the catalogue does not have are left out. */
  setTotals(totals: readonly Total[]): void {
    const byMetric = Map.groupBy(totals, ({ metric }) => metric);
    for (const metric of CATALOGUE) {
      if (metric.keeper === 'process' || metric.type === 'histogram') continue;
      this.#values.set(metric.name, this.#valuesOf(metric, byMetric.get(metric.name) ?? []));
    }
    // no event goes to remote write, so none arrives there late
    const sinks = this.#given.sinks.filter((sink) => sink !== 'remote_write');
    this.#values.set(DELAY_METRIC, delayHistograms(totals, sinks).flatMap(histogramValues));
  }

  /** Sets a gauge of this process to these values and no others; one that was never set is not there, instead of 0. */
  setGauge(name: ProcessGauge, values: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[]): void {
    this.#values.set(
      name,
      values.map(({ labels = {}, value }) => ({ labels, value })),
    );
  }

  /** The page that Prometheus scrapes. */
  async text(): Promise<string> {
    return [await this.#registry.metrics(), await this.#process.metrics()].filter((text) => text.trim() !== '').join('\n');
  }

  /** Every series of the catalogue as remote write takes it. */
  async series(): Promise<readonly SeriesValue[]> {
    const readings: readonly Reading[] = await this.#registry.getMetricsAsJSON();
    return readings.flatMap(({ name, type, values }) => {
      // the types of prom-client call it a number, the registry says it in words
      const kind: SeriesKind = String(type) === 'gauge' ? 'gauge' : 'counter';
      return values.map(({ metricName, labels, value }) => ({ name: metricName ?? name, kind, labels: labelsOf(labels), value }));
    });
  }

  #valuesOf(metric: MetricDefinition, totals: readonly Total[]): Values {
    const kind: SeriesKind = metric.type === 'gauge' ? 'gauge' : 'counter';
    const series = (labels: Readonly<Record<string, string>>, value: number): SeriesValue => ({
      name: metric.name,
      kind,
      labels: Object.entries(labels),
      value,
    });
    // first the zeros, so that a gauge's own value stands and a counter's is added to nothing
    const declared = declaredLabels(metric, this.#given).map((labels) => series(labels, 0));
    const counted = totals.map(({ labels, value }) => series(labels, value));
    return [...mergeSeries([...declared, ...counted]).values()].map(({ labels, value }) => ({ labels: Object.fromEntries(labels), value }));
  }

  #declare(metric: MetricDefinition): void {
    const { name, help, type, labels, buckets = [] } = metric;
    const config = { name, help, labelNames: labels.map((label) => label.name), registers: [this.#registry] };
    const read = (): Values => this.#values.get(name) ?? [];
    if (type === 'histogram') new GivenHistogram({ ...config, buckets: [...buckets] }, read);
    else if (type === 'counter') new GivenCounter(config, read);
    else new GivenGauge(config, read);
  }
}

/*
 * prom-client's own counters are told of increments and keep them under a text that joins names and values without quoting, under
 * which two users with well-chosen names are one. These are given all values at once, from the ledger, which tells them apart.
 */

class GivenCounter extends Counter {
  readonly #read: () => Values;
  constructor(config: ConstructorParameters<typeof Counter>[0], read: () => Values) {
    super(config);
    this.#read = read;
  }
  override async get(): Promise<Reading> {
    return { ...(await super.get()), values: this.#read() };
  }
}

class GivenGauge extends Gauge {
  readonly #read: () => Values;
  constructor(config: ConstructorParameters<typeof Gauge>[0], read: () => Values) {
    super(config);
    this.#read = read;
  }
  override async get(): Promise<Reading> {
    return { ...(await super.get()), values: this.#read() };
  }
}

class GivenHistogram extends Histogram {
  readonly #read: () => Values;
  /** Tells name, help and type: the method of the base class calls `getForPromString`, which is replaced below. */
  readonly #blank: Histogram;
  constructor(config: ConstructorParameters<typeof Histogram>[0], read: () => Values) {
    super(config);
    this.#read = read;
    this.#blank = new Histogram({ ...config, registers: [] });
  }
  override async get(): Promise<Reading> {
    return { ...(await this.#blank.get()), values: this.#read() };
  }
  /** What the text format is made from, for histograms alone. */
  getForPromString(): Promise<Reading> {
    return this.get();
  }
}

function histogramValues({ sink, buckets, sumSeconds, count }: DelayHistogram): Values {
  const bucket = (le: string, value: number) => ({ metricName: `${DELAY_METRIC}_bucket`, labels: { sink, le }, value });
  return [
    ...buckets.map(([seconds, value]) => bucket(String(seconds), value)),
    bucket('+Inf', count),
    { metricName: `${DELAY_METRIC}_sum`, labels: { sink }, value: sumSeconds },
    { metricName: `${DELAY_METRIC}_count`, labels: { sink }, value: count },
  ];
}

function labelsOf(labels: Readonly<Partial<Record<string, string | number>>>): readonly Label[] {
  return Object.entries(labels).map(([name, value]) => [name, String(value)]);
}
