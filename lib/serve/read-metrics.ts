import type { Store } from '../core/ports.ts';
import type { RemoteWriteStatus } from '../sinks/remote-write.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Hands the store's totals and the fill of its spool to the registry, as they are now. */
export async function readMetrics(store: Store, metrics: Metrics, status?: RemoteWriteStatus): Promise<void> {
  const [totals, { usedBytes, limitBytes, sinks }] = await Promise.all([store.totals(), store.usage()]);
  metrics.setTotals(totals);
  const waiting = Object.entries(sinks);
  metrics.setGauge(
    'driftwire_spool_entries',
    waiting.map(([sink, { entries }]) => ({ labels: { sink }, value: entries })),
  );
  metrics.setGauge(
    'driftwire_spool_oldest_timestamp_seconds',
    waiting.filter(([, { entries }]) => entries > 0).map(([sink, { oldestMs }]) => ({ labels: { sink }, value: oldestMs / 1000 })),
  );
  metrics.setGauge('driftwire_spool_size_bytes', [{ value: usedBytes }]);
  metrics.setGauge('driftwire_spool_limit_bytes', [{ value: limitBytes }]);
  if (status === undefined) return;
  metrics.setGauge('driftwire_flush_timestamp_seconds', [{ value: status.boundaryMs / 1000 }]);
  metrics.setGauge('driftwire_remote_write_pending_snapshots', [{ value: status.pendingSnapshots }]);
  metrics.setGauge('driftwire_remote_write_refused_series', [{ value: status.refusedSeries }]);
}
