/** The event sources Driftwire reads, under the names Falco's plugins publish. */
export type EventSource = 'aws_cloudtrail' | 'k8s_audit';

/** Where a record came from, for messages and for the origin of a finding. */
export interface Origin {
  /** Path of the file, `-` for standard input, or the name of the queue or stream. */
  readonly input: string;
  /** Line in the inflated text, from 1, where the record (or the value that holds it) begins. */
  readonly line: number;
  /** Position inside that value: `Records[3]`, `logEvents[0].message`; empty for the value itself. */
  readonly path: string;
}

/** What an envelope knows of the records in it. */
export interface Envelope {
  readonly account?: string;
  readonly region?: string;
  /** EKS cluster, from the log group's name or from the caller's configuration. */
  readonly cluster?: string;
  /** Time the envelope gives the record, in ms since 1970; the only time a truncated audit event has. */
  readonly timeMs?: number;
}

/** One audit record as it was received. */
export interface RawRecord {
  readonly source: EventSource;
  /** The record's JSON text, verbatim. */
  readonly text: string;
  readonly origin: Origin;
  readonly envelope: Envelope;
  /** The text is the beginning of a record only; what could be recovered is in it. */
  readonly truncated: boolean;
}

/** A record that is a finding already: another detector wrote it. */
export type ForeignRecord = Pick<RawRecord, 'text' | 'origin' | 'envelope'>;

/** What decoding yields for one item of the input; each item is counted exactly once. */
export type Decoded =
  | { readonly kind: 'record'; readonly record: RawRecord }
  /** An event that Falco found. */
  | ({ readonly kind: 'falco' } & ForeignRecord)
  | { readonly kind: 'dropped'; readonly reason: import('../errors.ts').DropReason; readonly origin: Origin }
  | Failure;

/** One item that no reader could make a record of. */
export interface Failure {
  readonly kind: 'failed';
  readonly code: import('../errors.ts').FailureCode;
  readonly origin: Origin;
  /** What is wrong and what would be right, in words, bounded, with nothing secret of the item. */
  readonly hint: string;
}
