/**
 * The records of incidents as text, for the store. What is read back is what this or an earlier version of Driftwire wrote; a
 * record of another version counts as none: then what it told may be told again, and nothing is lost.
 */
import type { Admissions } from './admission.ts';
import type { Digest } from './digest.ts';
import type { Group } from './incident.ts';

/** What the store keeps, by the kind that its name begins with. */
export interface Records {
  readonly group: Group;
  readonly digest: Digest;
  readonly channel: Admissions;
  readonly pace: Pace;
}

/** When the next call of a kind may be made, in ms since 1970. Shared, so that several senders together keep to Slack's limits. */
export interface Pace {
  readonly nextMs: number;
}

const VERSION = 1;

/** Writes a record. */
export function recordText<K extends keyof Records>(kind: K, record: Records[K]): string {
  return JSON.stringify({ version: VERSION, kind, record });
}

/** Reads a record back; undefined for a text that this version does not know. */
export function parseRecord<K extends keyof Records>(kind: K, text: string): Records[K] | undefined {
  const written = parse(text);
  return written?.version === VERSION && written.kind === kind ? (written.record as Records[K]) : undefined;
}

/** Where an event was counted, as it is kept with the event's key. */
export function noteText(place: { readonly marker: string; readonly seq: number }): string {
  return `${place.marker} ${place.seq}`;
}

/** Reads such a note. */
export function parseNote(note: string): { readonly marker: string; readonly seq: number } {
  const [marker = '', seq] = note.split(' ');
  return { marker, seq: Number(seq) };
}

function parse(text: string): { readonly version?: unknown; readonly kind?: unknown; readonly record?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
