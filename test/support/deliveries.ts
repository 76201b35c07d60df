import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { Finding } from '../../lib/core/model/finding.ts';
import { formatRfc3339 } from '../../lib/core/time.ts';
import { foundWith } from './findings.ts';

/** What a test needs to be different in a delivery. */
export interface DeliveryChange {
  readonly id?: string;
  readonly timeNs?: bigint;
  readonly recordText?: string;
  readonly ingest?: 'backfill';
  /** One for each rule that fired. */
  readonly findings?: readonly Parameters<typeof foundWith>[0][];
  readonly labels?: Finding['labels'];
}

/** A Kubernetes event that made findings, as the sinks get it: by default one finding, its record an audit event with the id. */
export function deliveryWith(change: DeliveryChange = {}): Delivery {
  const id = change.id ?? '63ddd1cd-df05-488d-bff1-a07190b7f115';
  const text = change.recordText ?? JSON.stringify({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', auditID: id, verb: 'patch' });
  const base = {
    id,
    ...(change.timeNs === undefined ? {} : { time: formatRfc3339(change.timeNs) }),
    ...(change.labels === undefined ? {} : { labels: change.labels }),
  };
  const [first, ...rest] = (change.findings ?? [{}]).map((each) => foundWith({ ...base, ...each }, text));
  if (first === undefined) throw new Error('a delivery has a finding');
  return {
    key: `k8s_audit ${id}`,
    requestKey: `k8s_audit ${id} request`,
    ...(change.ingest === undefined ? {} : { ingest: change.ingest }),
    findings: [first, ...rest],
  };
}
