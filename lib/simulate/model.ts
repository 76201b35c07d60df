import type { EventSource } from '../core/model/raw-record.ts';
import type { EventClass, Hand } from '../core/model/verdict.ts';

/** What a made-up event really is; one row of `truth.jsonl`. */
export interface Truth {
  readonly source: EventSource;
  /** `eventID` or `auditID`. */
  readonly id: string;
  /** Event time, RFC 3339. */
  readonly time: string;
  readonly account: string;
  readonly region: string;
  readonly cluster: string | null;
  /** True when a finding with the tag `drift` is expected. */
  readonly manual: boolean;
  /** Names of the built-in rules that are expected to fire, sorted. */
  readonly rules: readonly string[];
  readonly user: string;
  readonly hand: Hand;
  readonly class: EventClass;
  /** Why, in words. */
  readonly why: string;
}

/** What is expected of an event, without what follows from the event itself. */
export type Expectation = Pick<Truth, 'hand' | 'class' | 'why'> & { readonly user?: string; readonly rules?: readonly string[] };

/** One record as a vendor would write it, with its truth. */
export interface SimulatedEvent {
  readonly source: EventSource;
  /** When it was logged, in ms since 1970. */
  readonly timeMs: number;
  readonly account: string;
  readonly region: string;
  readonly cluster: string | undefined;
  /** The record's JSON text. */
  readonly text: string;
  readonly id: string;
  /** Undefined on the later stages of a request: a request has one row. */
  readonly truth: Truth | undefined;
  /** A second trail records it too. */
  readonly secondTrail: boolean;
}

/** What to make. */
export interface SimulationOptions {
  /** Equal seeds give equal bytes. */
  readonly seed: string;
  /** First moment, in ms since 1970. */
  readonly startMs: number;
  readonly hours: number;
  /** Multiplies the number of events; 1 is about a hundred an hour. */
  readonly scale: number;
}

/** The day everybody gets who asks for nothing else; 2026-11-20 was a Friday. */
export const DEFAULT_SIMULATION: SimulationOptions = { seed: 'driftwire', startMs: Date.UTC(2026, 10, 20), hours: 24, scale: 1 };

/** Writes a moment as CloudTrail does: whole seconds, `Z`. */
export function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** Writes a moment as kube-apiserver does: microseconds, `Z`. */
export function isoMicros(timeMs: number, micros: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 23)}${String(micros % 1000).padStart(3, '0')}Z`;
}
