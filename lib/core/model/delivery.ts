import type { FindingWithOrigin } from './finding.ts';

/**
 * One audit event that made findings: what every sink is handed, and what is acknowledged when all of them have it.
 * Nothing in it depends on when or how often it is delivered.
 */
export interface Delivery {
  /** Equal for all records of one action (`AuditEvent.dedupeKey`); each sink is idempotent by it. */
  readonly key: string;
  /** At least one, all of the same event, in the order of the rules. */
  readonly findings: readonly [FindingWithOrigin, ...FindingWithOrigin[]];
}
