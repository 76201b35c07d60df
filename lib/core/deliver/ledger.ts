/** What an event adds to which totals. */
import type { DropReason, FailureCode } from '../errors.ts';
import type { Delivery } from '../model/delivery.ts';
import { type Finding, type FindingSource, PRIORITIES } from '../model/finding.ts';
import type { Increment, Mark } from '../ports.ts';
import { mergeNoise } from '../tune/day-noise.ts';
import { noiseOf } from '../tune/noise-of.ts';
import { labelValue } from './label-value.ts';
import { mergeIncrements } from './merge-increments.ts';

/** The tag of findings that are drift (contract §5). */
const DRIFT = 'drift';

/** Events that were found by asking their source again. */
const MISSED_METRIC = 'driftwire_missed_total';

/** What Falco itself has judged is no audit event of ours: the same request may come here from its audit log as well. */
const FALCO = 'falco';

/**
 * The marks of one event: its record and findings under its own key; its manual change under the request's, because a request
 * is one change in however many of its stages a rule sees it. What makes noise is counted with the findings.
 */
export function marksOf(delivery: Delivery): readonly Mark[] {
  const { key, requestKey, missed, findings } = delivery;
  const { source } = findings[0].finding;
  const event: readonly Increment[] = [
    { metric: 'driftwire_records_total', labels: { source, outcome: 'finding' }, by: 1 },
    ...findings.flatMap(({ finding, foreignSource }) => [
      findingIncrement(finding),
      falcoEventIncrement({ ...falcoEventOf(finding), source: foreignSource ?? finding.source }),
    ]),
    // under the event's mark: what the stream brings after all, and first, was not missed
    ...(missed === undefined ? [] : [{ metric: MISSED_METRIC, labels: { source }, by: 1 }]),
  ];
  const noise = mergeNoise(noiseOf(delivery));
  const mark = (increments: readonly Increment[]): Mark => ({
    key,
    increments: mergeIncrements(increments),
    ...(noise.length === 0 ? {} : { noise }),
  });
  const drift = findings.find(({ finding }) => finding.source !== FALCO && finding.tags.includes(DRIFT));
  if (drift === undefined) return [mark(event)];
  const change = changeIncrement(drift.finding);
  if (requestKey === key) return [mark([...event, change])];
  return [mark(event), { key: requestKey, increments: [change] }];
}

/** Where a record was read from, as far as that is known before it is understood. */
export type RecordSource = FindingSource | 'unknown';

/** What a record counts that made no finding; one that made some is counted by the ledger. */
export function recordIncrements(
  source: RecordSource,
  outcome:
    | { readonly kind: 'dropped'; readonly reason: DropReason }
    | { readonly kind: 'failed'; readonly code: FailureCode }
    | { readonly kind: 'duplicate' },
  by = 1,
): readonly Increment[] {
  const record: Increment = { metric: 'driftwire_records_total', labels: { source, outcome: outcome.kind }, by };
  switch (outcome.kind) {
    case 'dropped':
      return [record, { metric: 'driftwire_dropped_total', labels: { source, reason: outcome.reason }, by }];
    case 'failed':
      return [record, { metric: 'driftwire_failed_total', labels: { source, code: outcome.code }, by }];
    default:
      return [record];
  }
}

/** The labels that Falco's dashboard (grafana.com 11914) reads. */
export interface FalcoEventLabels {
  readonly rule: string;
  /** 0 for Emergency to 7 for Debug, as falco-exporter writes it. */
  readonly priority: number;
  readonly hostname: string;
  readonly source: string;
  readonly namespace: string | null;
  readonly pod: string | null;
}

/** One event of Falco, or one of ours in its shape. */
export function falcoEventIncrement({ rule, priority, hostname, source, namespace, pod }: FalcoEventLabels): Increment {
  return {
    metric: 'falco_events',
    labels: {
      rule: labelValue(rule),
      priority: String(priority),
      hostname: labelValue(hostname),
      source: labelValue(source),
      k8s_ns_name: labelValue(namespace),
      k8s_pod_name: labelValue(pod),
    },
    by: 1,
  };
}

function falcoEventOf({ rule, priority, hostname, source, target }: Finding): FalcoEventLabels {
  return {
    rule,
    priority: PRIORITIES.indexOf(priority),
    hostname,
    source,
    namespace: target.namespace,
    pod: target.kind === 'Pod' ? target.name : null,
  };
}

function findingIncrement({ rule, priority, source }: Finding): Increment {
  return { metric: 'driftwire_findings_total', labels: { rule: labelValue(rule), priority, source }, by: 1 };
}

function changeIncrement({ source, actor, action, target, account, region, cluster }: Finding): Increment {
  const user = labelValue(actor.user);
  if (source === 'aws_cloudtrail') {
    return {
      metric: 'aws_cloudtrail_manual_changes_total',
      labels: {
        user,
        service: labelValue(action.service),
        action: labelValue(action.name),
        account: labelValue(account),
        region: labelValue(region),
      },
      by: 1,
    };
  }
  return {
    metric: 'kubernetes_audit_manual_changes_total',
    labels: {
      user,
      verb: labelValue(action.verb),
      kind: labelValue(target.kind),
      namespace: labelValue(target.namespace),
      cluster: labelValue(cluster),
    },
    by: 1,
  };
}
