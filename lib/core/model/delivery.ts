import { principalId } from '../normalise/principal-id.ts';
import type { AlertState } from './alert.ts';
import type { AuditEvent } from './audit-event.ts';
import type { FindingWithOrigin } from './finding.ts';

/**
 * One audit event that made findings: what every sink is handed, and what is acknowledged when all of them have it.
 * Nothing in it depends on when or how often it is delivered.
 */
export interface Delivery {
  /** Equal for all records of one audit event (`AuditEvent.dedupeKey`); each sink is idempotent by it. */
  readonly key: string;
  /** Equal for all stages of one request: what is counted as one manual change. */
  readonly requestKey: string;
  /** `drift.principal`: what an exception names. Absent for what Falco judged, for alerts, and in what versions before it wrote. */
  readonly principal?: string;
  /**
   * Says that the event comes late: its source tells of events late (CloudTrail in S3, a scan of old files, reconciliation), or it
   * was old when it was accepted (`asAccepted`). Decided once and kept with the delivery, never anew from the event's age,
   * because a repeat must end in the same log stream. Of several
   * copies of one event the log gets the one that is counted first, late or not (`FirstCopySink`).
   */
  readonly ingest?: 'backfill';
  /** Says that the stream did not bring the event: it was found by asking its source again (reconciliation). Counted with the event, once. */
  readonly missed?: true;
  /** Says that this is no audit event but an alert of an Alertmanager. */
  readonly alert?: AlertState;
  /** All of the same event, in the order of the rules. */
  readonly findings: readonly [FindingWithOrigin, ...FindingWithOrigin[]];
}

/** The delivery of an event and what it made. */
export function deliveryOf(event: AuditEvent, findings: Delivery['findings']): Delivery {
  return { key: event.dedupeKey, requestKey: requestKeyOf(event), principal: principalId(event.principal), findings };
}

/**
 * A caller may choose its request's `auditID` (the header `Audit-ID`), so that alone does not tell two requests apart; the
 * server's own time of receipt does, and all stages of a request carry the same.
 */
function requestKeyOf(event: AuditEvent): string {
  if (event.source === 'aws_cloudtrail') return event.dedupeKey;
  const { requestReceivedTimestamp: received } = event.value;
  return `k8s_audit ${event.id} ${typeof received === 'string' ? received : ''} request`;
}
