import type { DropReason } from './errors.ts';
import type { Prefilter } from './model/facts.ts';
import type { Decoded, EventSource, RawRecord } from './model/raw-record.ts';

/** Takes what readers find, in the order of the input. */
export interface Receiver {
  /** One decoded item: a record, or one that is dropped or failed before it became a record. */
  take(item: Decoded): void;
  /** One record that was skipped unparsed because no loaded rule can match it. */
  skipped(source: EventSource, reason: DropReason): void;
  /** What may be skipped unparsed; undefined: parse everything. */
  readonly prefilter: Prefilter | undefined;
}

/** Bounds on foreign input; a value above a bound is counted as failed and never buffered whole. */
export interface ReadLimits {
  /** Largest single record, in bytes of JSON text. */
  readonly maxRecordBytes: number;
  /** Deepest nesting of a record. */
  readonly maxDepth: number;
  /** Largest inflated size of one input, in bytes. */
  readonly maxInflatedBytes: number;
  /** Inflated bytes allowed for each compressed byte, beyond the first MiB. */
  readonly maxInflationRatio: number;
  /** How many envelopes may lie in one another. */
  readonly maxEnvelopes: number;
}

export type { RawRecord };
