/**
 * Ten hours of a deployment as a real Prometheus has them when it was told by remote write, with the truth beside it:
 * what was counted when. Everything is a function of the first boundary.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MetricSnapshot, MINUTE_MS, snapshotOf } from '../../../lib/core/deliver/snapshot.ts';
import { slicesOf } from '../../../lib/core/deliver/snapshot-slices.ts';
import { PRIORITIES } from '../../../lib/core/model/finding.ts';
import { type SeriesKind, type SeriesValue, seriesId } from '../../../lib/core/model/series.ts';
import { PROMTOOL, run } from './promtool.ts';

export type Labels = Readonly<Record<string, string>>;

/** One event that a counter counted. */
export interface Counted {
  readonly metric: string;
  readonly labels: Labels;
  readonly timeMs: number;
}

/** One gauge: its value at each boundary; undefined where it says nothing. */
export interface Told {
  readonly metric: string;
  readonly labels: Labels;
  readonly at: (boundaryMs: number) => number | undefined;
}

/** What happened in ten hours. */
export interface History {
  readonly startMs: number;
  readonly endMs: number;
  readonly counted: readonly Counted[];
  readonly told: readonly Told[];
}

export const HOURS = 10;
const CONSTANT = [
  ['job', 'driftwire'],
  ['instance', 'prod'],
] as const;

/** Made-up traffic: people, rules and sinks of a small company, a burst in the last hour. */
export function makeHistory(startMs: number): History {
  const endMs = startMs + HOURS * 60 * MINUTE_MS;
  const random = numbers(20_261_121);
  const counted: Counted[] = [];
  const count = (metric: string, labels: Labels, timeMs: number): void => {
    counted.push({ metric, labels, timeMs });
  };
  const pick = <T>(values: readonly T[], bias = 1): T => values[Math.floor(random() ** bias * values.length)] as T;
  for (let timeMs = startMs + MINUTE_MS / 2; timeMs < endMs; timeMs += MINUTE_MS / 2) {
    const isBurst = timeMs > endMs - 40 * MINUTE_MS;
    const source = pick(['k8s_audit', 'aws_cloudtrail']);
    const reason = pick(['read', 'service', 'pipeline']);
    count('driftwire_records_total', { source, outcome: 'dropped' }, timeMs);
    count('driftwire_dropped_total', { source, reason }, timeMs);
    count(
      'driftwire_deliveries_total',
      { sink: pick(['loki', 'remote_write', 'slack']), outcome: pick(['delivered', 'failed'], 3) },
      timeMs,
    );
    for (const sink of ['loki', 'slack']) delayed(counted, sink, timeMs);
    // rare events are the normal case: most minutes have none
    if (random() < (isBurst ? 0.6 : 0.12)) {
      const user = pick(['ada', 'bob', 'eve', 'dan', 'mallory', 'sue'], 2);
      const kind = pick(['Deployment', 'Secret', 'ConfigMap', 'Pod', 'Service', 'Node', 'Ingress'], 2);
      const cluster = pick(['demo', 'prod']);
      const verb = pick(['patch', 'create', 'delete']);
      count('kubernetes_audit_manual_changes_total', { user, verb, kind, namespace: pick(['shop', 'web']), cluster }, timeMs);
      count('driftwire_findings_total', { rule: 'Manual Kubernetes change', priority: 'Warning', source: 'k8s_audit' }, timeMs);
      falco(counted, 'Manual Kubernetes change', 'Warning', cluster, timeMs);
      count('driftwire_records_total', { source: 'k8s_audit', outcome: 'finding' }, timeMs);
    }
    if (random() < (isBurst ? 0.5 : 0.1)) {
      const [service, action] = pick(CALLS, 2);
      const account = pick(['111122223333', '444455556666']);
      const region = pick(['eu-west-1', 'us-east-1']);
      const user = pick(['ada', 'bob', 'carla', 'finn', 'gus', 'hal', 'ina'], 2);
      count('aws_cloudtrail_manual_changes_total', { user, service, action, account, region }, timeMs);
      const [rule, priority] = pick(RULES, 1.5);
      count('driftwire_findings_total', { rule, priority, source: 'aws_cloudtrail' }, timeMs);
      falco(counted, rule, priority, account, timeMs);
      count('driftwire_records_total', { source: 'aws_cloudtrail', outcome: 'finding' }, timeMs);
    }
    if (random() < 0.05) {
      const rule = pick(['Denied change attempt in a cluster', 'Policy engine denied a request']);
      count('driftwire_findings_total', { rule, priority: 'Notice', source: 'k8s_audit' }, timeMs);
      count('driftwire_missed_total', { source }, timeMs);
      count('driftwire_failed_total', { source, code: pick(['bad_json', 'bad_time']) }, timeMs);
      count('driftwire_rejected_posts_total', { endpoint: pick(['kubernetes', 'falco']), reason: pick(['full', 'unauthorized']) }, timeMs);
      count('driftwire_label_overflow_total', { metric: 'aws_cloudtrail_manual_changes_total', label: pick(['user', 'action']) }, timeMs);
      falco(counted, 'Terminal shell in container', 'Alert', 'node-1', timeMs, { k8s_ns_name: 'shop', k8s_pod_name: 'checkout-1' });
    }
  }
  return { startMs, endMs, counted, told: gauges(startMs, endMs) };
}

const CALLS = [
  ['ec2', 'AuthorizeSecurityGroupIngress'],
  ['s3', 'PutBucketPolicy'],
  ['iam', 'CreateAccessKey'],
  ['ec2', 'TerminateInstances'],
  ['rds', 'ModifyDBInstance'],
  ['lambda', 'UpdateFunctionCode20150331v2'],
  ['kms', 'ScheduleKeyDeletion'],
] as const;

const RULES = [
  ['Manual AWS change', 'Warning'],
  ['Denied change attempt', 'Notice'],
  ['Root user activity', 'Critical'],
  ['Audit trail weakened', 'Critical'],
] as const;

/** Every delivery takes between ten and thirty seconds, so every quantile is known: the histogram spreads them evenly over that bucket. */
function delayed(counted: Counted[], sink: string, timeMs: number): void {
  for (const le of ['30', '60', '+Inf']) counted.push({ metric: 'driftwire_delivery_delay_seconds_bucket', labels: { sink, le }, timeMs });
}

function falco(
  counted: Counted[],
  rule: string,
  priority: (typeof PRIORITIES)[number],
  hostname: string,
  timeMs: number,
  pod: Labels = {},
): void {
  const source = 'k8s_ns_name' in pod ? 'syscall' : 'driftwire';
  counted.push({
    metric: 'falco_events',
    labels: { rule, priority: String(PRIORITIES.indexOf(priority)), hostname, source, ...pod },
    timeMs,
  });
}

function gauges(startMs: number, endMs: number): readonly Told[] {
  const gauge = (metric: string, labels: Labels, at: Told['at']): Told => ({ metric, labels, at });
  const inLastHour = (boundaryMs: number): boolean => boundaryMs > endMs - 60 * MINUTE_MS;
  return [
    gauge('driftwire_build_info', { version: '0.1.0', config_hash: 'c0ffee', rules_hash: 'beef' }, () => 1),
    gauge('driftwire_flush_timestamp_seconds', {}, (boundaryMs) => boundaryMs / 1000),
    gauge('driftwire_last_event_timestamp_seconds', { source: 'k8s_audit' }, (boundaryMs) => boundaryMs / 1000 - 20),
    gauge('driftwire_last_event_timestamp_seconds', { source: 'aws_cloudtrail' }, (boundaryMs) => boundaryMs / 1000 - 300),
    gauge('driftwire_spool_entries', { sink: 'loki' }, (boundaryMs) => (boundaryMs - startMs) / MINUTE_MS),
    gauge('driftwire_spool_entries', { sink: 'slack' }, () => 0),
    gauge('driftwire_spool_oldest_timestamp_seconds', { sink: 'loki' }, (boundaryMs) => boundaryMs / 1000 - 90),
    gauge('driftwire_spool_size_bytes', {}, () => 250_000),
    gauge('driftwire_spool_limit_bytes', {}, () => 1_000_000),
    gauge('driftwire_remote_write_pending_snapshots', {}, () => 2),
    gauge('driftwire_remote_write_refused_series', {}, () => 0),
    gauge('gatekeeper_violations', { enforcement_action: 'deny' }, () => 4),
    gauge('gatekeeper_violations', { enforcement_action: 'dryrun' }, () => 7),
    gauge(
      'ALERTS',
      { alertname: 'ManualKubernetesChangeDetected', alertstate: 'firing', severity: 'warning', user: 'ada' },
      (boundaryMs) => (inLastHour(boundaryMs) ? 1 : undefined),
    ),
    gauge('ALERTS', { alertname: 'ManualAwsChangeStorm', alertstate: 'pending', severity: 'critical', account: '111122223333' }, () => 1),
    gauge('ALERTS', { alertname: 'DriftwireSinkFailing', alertstate: 'firing', severity: 'warning', sink: 'slack' }, () => 1),
  ];
}

/**
 * Puts all of it into the storage of a Prometheus that is not running yet, as the samples that the remote-write sink makes of one
 * snapshot a minute. (Posted, samples of ten hours would have to be taken out of order, which Prometheus 2.42 does with errors.)
 */
export async function fillStorage(history: History, storage: string): Promise<void> {
  const lines = new Map<string, { readonly timeMs: number; readonly text: string }[]>();
  const snapshotAt = snapshotter(history);
  let previous = snapshotOf(history.startMs, [], CONSTANT);
  for (let boundaryMs = history.startMs + MINUTE_MS; boundaryMs <= history.endMs; boundaryMs += MINUTE_MS) {
    const current = snapshotAt(boundaryMs);
    for (const { timeMs, samples } of slicesOf(previous, current)) {
      for (const { series, value } of samples) {
        const id = seriesId(series);
        const known = lines.get(id) ?? [];
        known.push({ timeMs, text: `${openMetricsName(series)} ${value} ${(timeMs / 1000).toFixed(3)}\n` });
        lines.set(id, known);
      }
    }
    previous = current;
  }
  const texts = [...lines.values()].map((samples) => samples.toSorted((left, right) => left.timeMs - right.timeMs).map(({ text }) => text));
  mkdirSync(storage, { recursive: true });
  const file = join(storage, 'history.om');
  writeFileSync(file, `${texts.flat().join('')}# EOF\n`);
  const { status, output } = await run(PROMTOOL, ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, storage], storage);
  rmSync(file);
  if (status !== 0) throw new Error(`promtool made no blocks: ${output}`);
}

function openMetricsName({ name, labels }: SeriesValue): string {
  return `${name}{${labels.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(',')}}`;
}

/** Gives the snapshot of one boundary after the other. */
function snapshotter({ counted, told }: History): (boundaryMs: number) => MetricSnapshot {
  const totals = new Map<
    string,
    { readonly name: string; readonly kind: SeriesKind; readonly labels: [string, string][]; value: number }
  >();
  let next = 0;
  return (boundaryMs) => {
    for (let event = counted[next]; event !== undefined && event.timeMs <= boundaryMs; event = counted[++next]) {
      const id = JSON.stringify([event.metric, event.labels]);
      const known = totals.get(id) ?? { name: event.metric, kind: 'counter', labels: Object.entries(event.labels), value: 0 };
      known.value += 1;
      totals.set(id, known);
    }
    const gauges = told.flatMap(({ metric, labels, at }) => {
      const value = at(boundaryMs);
      return value === undefined ? [] : [{ name: metric, kind: 'gauge' as const, labels: Object.entries(labels), value }];
    });
    return snapshotOf(boundaryMs, [...totals.values(), ...gauges], CONSTANT);
  };
}

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
