/** The work of `functions/metrics`: the totals of the ledger to Prometheus, once a minute. */
import { SYSTEM_TIMING, type Timing } from '../clients/retry.ts';
import { functionEnvironment } from '../config/env.ts';
import { DriftwireError } from '../core/errors.ts';
import type { Log } from '../core/model/log.ts';
import type { Documents, Ledger } from '../core/ports.ts';
import type { RemoteWriteParts, RemoteWriteSink, RemoteWriteStatus } from '../sinks/remote-write.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { functionLog } from './function-parts.ts';
import { openFunctionSinks } from './function-sinks.ts';
import type { InvocationLimits } from './reading.ts';
import { readSettings } from './settings.ts';
import { openStore } from './store.ts';

const MINUTE_MS = 60_000;
/** How long a token is kept, in ms: one that was exchanged is read again after that. */
const FRESH_MS = 15 * MINUTE_MS;

export interface MetricsParts {
  readonly store: Ledger & Documents;
  readonly metrics: Metrics;
  /** Reads secrets and makes the writer. */
  readonly open: () => Promise<(parts: RemoteWriteParts) => RemoteWriteSink>;
  readonly timing: Timing;
  readonly log: Log;
}

/** Writes the totals. */
export class MetricsWork {
  readonly #parts: MetricsParts;
  #writer: { readonly sink: RemoteWriteSink; readonly atMs: number } | undefined;

  constructor(parts: MetricsParts) {
    this.#parts = parts;
  }

  /**
   * Writes the snapshot of the last minute boundary, and those that the receiver does not have yet. Two runs of one minute do no harm: the
   * store lets one of them keep the snapshot, and that one sends it.
   *
   * @throws {DriftwireError} retryable, when the receiver did not take everything; the next minute carries it.
   */
  async run({ deadlineMs }: InvocationLimits): Promise<void> {
    const { timing, store } = this.#parts;
    const writer = await this.#open();
    const boundaryMs = Math.floor(timing.now() / MINUTE_MS) * MINUTE_MS;
    const result = await writer.flush(boundaryMs, { deadlineMs });
    if (result.kind === 'taken') return;
    const outcome = result.kind === 'delivered' ? 'delivered' : 'failed';
    await store.add([{ metric: 'driftwire_deliveries_total', labels: { sink: writer.name, outcome }, by: 1 }]);
    if (result.kind === 'delivered') return;
    if (result.reason === 'unauthorized') this.#writer = undefined;
    const said = `${result.reason}: ${result.message} (${result.pendingSnapshots} snapshots are kept)`;
    throw new DriftwireError('DW_INTERNAL', `the remote-write receiver does not take samples: ${said}`, { retryable: true });
  }

  async #open(): Promise<RemoteWriteSink> {
    const { store, metrics, open, timing, log } = this.#parts;
    const nowMs = timing.now();
    const known = this.#writer;
    if (known !== undefined && nowMs - known.atMs < FRESH_MS) return known.sink;
    let make: Awaited<ReturnType<MetricsParts['open']>>;
    try {
      make = await open();
    } catch (cause) {
      if (known === undefined) throw cause;
      log('warn', 'secrets cannot be read anew, and the known ones go on being used', { sink: known.sink.name, error: cause });
      return known.sink;
    }
    known?.sink.close();
    const read = async (status: RemoteWriteStatus) => {
      metrics.setTotals(await store.totals());
      metrics.setGauge('driftwire_flush_timestamp_seconds', [{ value: status.boundaryMs / 1_000 }]);
      metrics.setGauge('driftwire_remote_write_pending_snapshots', [{ value: status.pendingSnapshots }]);
      metrics.setGauge('driftwire_remote_write_refused_series', [{ value: status.refusedSeries }]);
      return metrics.series();
    };
    const sink = make({ documents: store, log, timing, read });
    this.#writer = { sink, atMs: nowMs };
    return sink;
  }
}

/** Opens the function: settings and store. @throws {DriftwireError} when no remote write is configured. */
export async function openMetrics(): Promise<MetricsWork> {
  const log = functionLog();
  const settings = readSettings(functionEnvironment().configHash);
  const { version, config, configHash, rulesHash, rules } = settings;
  const places = [
    ...(config.loki === undefined ? [] : ['loki']),
    ...(config.slack === undefined ? [] : ['slack']),
    ...config.receivers.map(({ name, type }) => name ?? type),
    'remote_write',
  ];
  const metrics = new Metrics({
    sinks: places,
    rules,
    labels: config.labels,
    build: { version, configHash, rulesHash },
    isProcessShown: false,
  });
  return new MetricsWork({
    store: await openStore(),
    metrics,
    open: async () => {
      const { remoteWrite } = await openFunctionSinks(settings, { ...config, loki: undefined, slack: undefined, receivers: [] });
      if (remoteWrite === undefined) throw new DriftwireError('DW_CONFIG_INVALID', 'no prometheus.remote_write is configured');
      return remoteWrite;
    },
    timing: SYSTEM_TIMING,
    log,
  });
}
