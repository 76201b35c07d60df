import type { DriftwireError, DropReason } from './errors.ts';
import type { Delivery } from './model/delivery.ts';
import type { DeliveryResult, SinkCheck } from './model/delivery-result.ts';
import type { Prefilter } from './model/facts.ts';
import type { Decoded, EventSource, RawRecord } from './model/raw-record.ts';
import type { DayNoise } from './tune/day-noise.ts';

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

/** One series: a metric's name and its labels. An empty label value means the same as no such label. */
export interface Series {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What is added to one total: a whole number from 0 (which only makes the series known) to 2^31. */
export interface Increment extends Series {
  readonly by: number;
}

/** One total as it stands: a whole number, exact up to 2^53 - 1. */
export interface Total extends Series {
  readonly value: number;
}

/** What is added once, however often it is handed in. */
export interface Mark {
  /** Makes it count once for the 30 days a mark is remembered; any length. */
  readonly key: string;
  readonly increments: readonly Increment[];
  /** Added with them. A group that is new when its day has no room for another is counted without its name. */
  readonly noise?: readonly DayNoise[];
  /** Kept with the mark by whoever makes it; up to 256 characters. */
  readonly note?: string | undefined;
}

/** What became of one mark: counted now, counted before, or to be handed in again. */
export type CountOutcome =
  | { readonly kind: 'counted' }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'failed'; readonly error: DriftwireError };

/**
 * The exact numbers. Totals never reset and never fall. Which values of an open label have a series of their own is decided
 * in the transaction that first sees them (see `core/deliver/label-budget.ts`) and never revised; the rest counts under `other`.
 */
export interface Ledger {
  /** Counts each mark whose key is new, each wholly or not at all; one outcome a mark, in their order. Rejects only misuse. */
  count(marks: readonly Mark[]): Promise<readonly CountOutcome[]>;
  /** Adds without a mark: exact as long as the caller adds once. `by: 0` makes a series known at 0. */
  add(increments: readonly Increment[]): Promise<void>;
  /** Sets each value to the larger of what it is and what is given: the newest event's time, for instance. */
  raise(levels: readonly Total[]): Promise<void>;
  /** Every series with its value, those of `raise` too, in no particular order. */
  totals(): Promise<readonly Total[]>;
}

/** What has been counted, for whoever must know without counting. */
export interface Marks {
  /** Those of the keys that were counted in the last 30 days, and perhaps some that were before. Changes nothing. */
  marked(keys: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Days of events (`2026-11-21`, UTC), both included; left out, there is no end on that side. */
export interface DayRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What makes noise. */
export interface Noise {
  /**
   * Hands over what was counted in the last 30 days about the events of these days, in no particular order; the findings without a
   * group may come in several parts. First and last are those of the earliest and the latest event of a day, in DynamoDB of those that
   * were counted first and last.
   */
  noise(days: DayRange, take: (noise: DayNoise) => void): Promise<void>;
}

/** What was noted when something was counted. */
export interface MarkNotes {
  /** The notes of those of the keys that were counted with one, by key. Changes nothing. */
  notes(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Something kept as a whole, with the number of the write that made it. */
export interface Versioned {
  readonly body: Uint8Array;
  /** From 1. */
  readonly version: number;
}

/**
 * Small state that is read and replaced as a whole, such as the snapshots that remote write has yet to send: what is kept before
 * it is sent is sent again after a crash. Of several writers that have read the same version one replaces it, so a document is a lease too.
 */
export interface Documents {
  document(name: string): Promise<Versioned | undefined>;
  /**
   * Replaces a document wholly or not at all; up to 16 MB.
   *
   * @param version - What it replaces; 0 for a document that is not there yet.
   * @returns False, and nothing is changed, when the document has another version by now.
   */
  replaceDocument(name: string, body: Uint8Array, version: number): Promise<boolean>;
}

/** An event that was counted in an incident. */
export interface IncidentMember {
  /** The key of its delivery; any length. Kept for 30 days. */
  readonly key: string;
  /** Says where it was counted; opaque to the store. */
  readonly note: string;
}

/** Members that one replacement takes: a transaction of DynamoDB has 100 actions. */
export const MAX_NEW_MEMBERS = 90;

/**
 * What is known of incidents and of the messages about them, in records that are replaced as a whole, each with the events that
 * were counted in it. Of several writers that have read the same version one replaces it. A record is forgotten 30 days after it was
 * last replaced, or later.
 */
export interface IncidentRecords {
  incidentRecord(name: string): Promise<Versioned | undefined>;
  /**
   * Replaces a record and adds its new members, wholly or not at all. Up to 300 KB.
   *
   * @param version - What it replaces; 0 for a record that is not there yet.
   * @param members - At most `MAX_NEW_MEMBERS`, each key once.
   * @returns False, and nothing is changed, when the record has another version by now or one of the keys was counted before.
   */
  replaceIncidentRecord(name: string, body: Uint8Array, version: number, members: readonly IncidentMember[]): Promise<boolean>;
  /** The notes of those keys that were counted, by key. */
  incidentMembers(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** One delivery to be kept until all sinks have it. */
export interface SpoolEntry {
  /** Accepted once in 30 days. */
  readonly key: string;
  /** Opaque to the store. */
  readonly body: string;
  /** Added instead when the key was accepted before. */
  readonly onRepeat: readonly Increment[];
}

/** What is committed in one transaction before an input is acknowledged. */
export interface Acceptance {
  readonly entries: readonly SpoolEntry[];
  /** Names of the sinks that must have each entry. */
  readonly sinks: readonly string[];
  /** How far followed inputs have been read, by name; the value is opaque to the store. */
  readonly cursors: readonly { readonly name: string; readonly value: string }[];
  /** What was read and is not kept: records dropped and failed. */
  readonly increments: readonly Increment[];
  readonly levels: readonly Total[];
}

/** `full`: nothing was committed, because the entries would not fit; try again when the sinks have taken some. */
export type AcceptOutcome =
  | { readonly kind: 'accepted'; readonly entries: number; readonly repeated: number }
  | { readonly kind: 'full'; readonly usedBytes: number; readonly limitBytes: number };

/** An entry that a sink does not have yet. */
export interface PendingEntry {
  /** Rises with the order of acceptance. */
  readonly seq: number;
  readonly key: string;
  readonly body: string;
  readonly acceptedMs: number;
}

/** How much is taken out of the spool at once. */
export interface PendingBound {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Leaves out what comes before, so that entries a sink cannot take at the moment do not hold up those behind them. */
  readonly afterSeq?: number;
}

/** What a sink did with an entry; an entry that is tried again later is not settled. */
export type Settlement =
  | { readonly seq: number; readonly kind: 'delivered' }
  | { readonly seq: number; readonly kind: 'refused'; readonly reason: string };

/** How full the spool is. */
export interface SpoolUsage {
  readonly entries: number;
  readonly usedBytes: number;
  readonly limitBytes: number;
  readonly sinks: Readonly<Record<string, { readonly entries: number; readonly oldestMs: number }>>;
}

/** An entry that a sink will never take, kept for people to look at (the newest 1,000). */
export interface Refusal {
  readonly seq: number;
  readonly sink: string;
  readonly key: string;
  readonly reason: string;
  readonly body: string;
  readonly refusedMs: number;
}

/** The durable inbox of `serve` and its outbox to each sink. What it accepted leaves it only when every sink has settled it. */
export interface Spool {
  accept(batch: Acceptance): Promise<AcceptOutcome>;
  /** The oldest entries after `afterSeq` that this sink has not settled, at least one if there is any. */
  pending(sink: string, bound: PendingBound): Promise<readonly PendingEntry[]>;
  /** Notes what a sink did, and adds the increments, in one transaction. Settling twice adds for the increments only. */
  settle(sink: string, settlements: readonly Settlement[], increments: readonly Increment[]): Promise<void>;
  /** Lets go of what is due to sinks that are not named, because they are no longer configured; tells how many entries it was. */
  keepSinks(names: readonly string[]): Promise<number>;
  cursor(name: string): Promise<string | undefined>;
  usage(): Promise<SpoolUsage>;
  refusals(limit: number): Promise<readonly Refusal[]>;
}

/** What every store does on AWS, where the queues are the spool. */
export interface SharedStore extends Ledger, Marks, MarkNotes, Noise, Documents, IncidentRecords {
  close(): Promise<void>;
}

/** What an embedded store does. */
export interface Store extends SharedStore, Spool {}

/** Fires once when the caller wants no more of it; an `AbortSignal` is one. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What a sink notes about events where each of its instances finds it, also after a crash. All reject when nothing could be noted. */
export interface SinkNotes {
  /** True for an event of which `openSince` was asked before this call. */
  isOpen(delivery: Delivery): boolean;
  /** Since when nobody knows whether the place has each of these, in ms since 1970: since `nowMs` where nothing was noted. */
  openSince(deliveries: readonly Delivery[], nowMs: number): Promise<readonly number[]>;
  /** Notes that these go to another place than the one that follows from them (Loki: the streams of late entries), and so do their repeats. */
  move(deliveries: readonly Delivery[]): Promise<void>;
}

/** Bounds of one call of a sink, and its notes. */
export interface DeliverOptions {
  readonly signal?: StopSignal | undefined;
  /** Nothing is begun that would pass this time, in ms since 1970; what is left over then is to be handed in later. */
  readonly deadlineMs?: number | undefined;
  /** Where the sink notes what it must know of repeats; undefined: it keeps that to itself. */
  readonly notes?: SinkNotes | undefined;
}

/** Told once of each result of each call; telemetry counts them. `delivery` is what was handed in. */
export type OnResult = (sink: string, delivery: Delivery, result: DeliveryResult) => void;

/** A place where findings go, event by event. */
export interface Sink {
  /** As metrics and messages name it. */
  readonly name: string;
  /** True where people are told: alerts of an Alertmanager go to such sinks only. */
  readonly takesAlerts?: boolean;
  /**
   * Hands over events, all findings of each together. Never rejects: one result for each delivery, in their order. The same
   * delivery may be handed in any number of times, alone or with others, and is there once.
   */
  deliver(deliveries: readonly Delivery[], options?: DeliverOptions): Promise<readonly DeliveryResult[]>;
  /** Tests address, credentials and tenant, and delivers nothing. */
  check(options?: DeliverOptions): Promise<SinkCheck>;
  /** Lets go of connections. */
  close(): void;
}
