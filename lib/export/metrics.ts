import { CATALOGUE, type MetricDefinition } from '../telemetry/catalogue.ts';

/** The metrics that rules and boards read. */
export const METRIC = {
  kubernetesChanges: 'kubernetes_audit_manual_changes_total',
  awsChanges: 'aws_cloudtrail_manual_changes_total',
  findings: 'driftwire_findings_total',
  falco: 'falco_events',
  records: 'driftwire_records_total',
  dropped: 'driftwire_dropped_total',
  failed: 'driftwire_failed_total',
  missed: 'driftwire_missed_total',
  overflow: 'driftwire_label_overflow_total',
  deliveries: 'driftwire_deliveries_total',
  delay: 'driftwire_delivery_delay_seconds',
  lastEvent: 'driftwire_last_event_timestamp_seconds',
  flush: 'driftwire_flush_timestamp_seconds',
  pendingSnapshots: 'driftwire_remote_write_pending_snapshots',
  refusedSeries: 'driftwire_remote_write_refused_series',
  spoolEntries: 'driftwire_spool_entries',
  spoolOldest: 'driftwire_spool_oldest_timestamp_seconds',
  spoolSize: 'driftwire_spool_size_bytes',
  spoolLimit: 'driftwire_spool_limit_bytes',
  rejectedPosts: 'driftwire_rejected_posts_total',
  buildInfo: 'driftwire_build_info',
} as const;

/** Labels of a metric, in the order of the catalogue. */
export function labelsOf(metric: string): readonly string[] {
  return definitionOf(metric).labels.map(({ name }) => name);
}

/** Labels of a metric but some: what is to be summed over. */
export function labelsBut(metric: string, ...kept: readonly string[]): readonly string[] {
  const all = labelsOf(metric);
  const unknown = kept.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`${metric} has no label ${unknown.join(', ')}`);
  return all.filter((name) => !kept.includes(name));
}

function definitionOf(metric: string): MetricDefinition {
  const found = CATALOGUE.find(({ name }) => name === metric);
  if (found === undefined) throw new Error(`no metric ${metric} in the catalogue`);
  return found;
}

// a metric that was renamed is to be missed here, and not by the alert that waits for it
for (const metric of Object.values(METRIC)) definitionOf(metric);
