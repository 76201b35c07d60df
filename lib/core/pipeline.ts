import type { DropReason, FailureCode } from './errors.ts';
import type { FindingWithOrigin } from './model/finding.ts';
import type { Origin } from './model/raw-record.ts';

/** What became of one record. */
export type Outcome =
  | { readonly kind: 'findings'; readonly findings: readonly FindingWithOrigin[] }
  | { readonly kind: 'dropped'; readonly reason: DropReason }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly hint: string; readonly origin: Origin }
  | { readonly kind: 'duplicate' };

/** The account of a run: records = events with findings + dropped + failed + duplicates. */
export interface Summary {
  readonly records: number;
  readonly findings: number;
  /** Records that made at least one finding. */
  readonly eventsWithFindings: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  readonly failed: Readonly<Partial<Record<FailureCode, number>>>;
  readonly duplicates: number;
}
