/** What the store keeps of an incident. Bounded, however many events it has: what is told of each event comes from its own delivery. */
import type { Priority } from '../../model/finding.ts';
import type { ConfigEntries } from '../../tune/config-entry.ts';
import type { EventView } from '../slack/event-view.ts';
import type { AlertBook } from './alert-book.ts';
import type { IncidentView } from './incident-view.ts';
import { includesSeq, type SeqRanges } from './seq-ranges.ts';
import type { Tally } from './tally.ts';
import { doubtfulUntilMs, type Thread } from './thread.ts';

/** What a message about an incident tells when it has arrived. */
export interface Told {
  /** Of the parent: how many events it counts, and which state of the incident it shows. */
  readonly total: number;
  readonly rev: number;
  /** Of a message in the thread: the events whose details it has. */
  readonly seqs: readonly number[];
}

/** One incident. */
export interface Incident {
  /** Begins with the id of its group. */
  readonly marker: string;
  readonly kind: IncidentView['kind'];
  /** As it is configured. */
  readonly channel: string;
  readonly user: string;
  readonly principal: string | null;
  readonly session: string | null;
  readonly firstMs: number;
  readonly lastMs: number;
  /** When an event was last counted in it, in ms since 1970. */
  readonly countedMs: number;
  /** Distinct events; each has a number from 1 to this. */
  readonly total: number;
  readonly worst: Priority;
  readonly resources: Tally;
  readonly actions: Tally;
  readonly rules: Tally;
  readonly lead: EventView;
  readonly leadSeq: number;
  /** The event whose details stand in the parent and nowhere else, because it was the only one when that was sent. */
  readonly inParent?: number;
  /** A lead that gave way to a worse event and stood nowhere but in the parent: it goes to the thread. */
  readonly displaced?: { readonly seq: number; readonly view: EventView };
  readonly alerts?: AlertBook;
  /** Who it is about as mutes name them (see `subjectOf`); absent in a record of an earlier version. */
  readonly subject?: string;
  /** What would have to stand in the configuration for its lead to be expected. */
  readonly expected?: ConfigEntries;
  readonly acknowledged?: IncidentView['acknowledged'];
  readonly muted?: IncidentView['muted'];
  /** Rises with everything that changes what the parent shows. */
  readonly rev: number;
  /** Where it is told: undecided, in a message of its own, or as a line of the digest with this marker. */
  readonly home?: 'own' | { readonly digest: string };
  readonly thread: Thread<Told>;
  /** What people can see: the count and the state that the parent or the digest shows. */
  readonly shown: { readonly total: number; readonly rev: number };
  /** Events whose details stand in the thread, or in the parent of an incident of one event. */
  readonly detailed: SeqRanges;
  /** Slack refuses the message for ever, in words. */
  readonly refused?: string;
}

/** The incidents of one subject that events may still join or whose messages are not done, oldest first. */
export interface Group {
  readonly incidents: readonly Incident[];
  /** Counts the incidents there were. */
  readonly begun: number;
}

/** A group before its first incident. */
export const EMPTY_GROUP: Group = { incidents: [], begun: 0 };

/**
 * Events of an incident whose details go to the thread; those after them are told by the count. More would be read by nobody, and
 * at one message a second would hold up what is new: the record of all of them is in Loki.
 */
export const MAX_DETAILED = 100;

/** How a channel is written to: with threads and updates, or one message for an incident and no more. */
export type Manner = 'threads' | 'single';

/** True for an event whose details are to go to the thread and are not there yet. */
export function lacksDetail({ home, detailed }: Pick<Incident, 'home' | 'detailed'>, seq: number): boolean {
  return home === 'own' && seq <= MAX_DETAILED && !includesSeq(detailed, seq);
}

/** Where an event of an incident stands with its readers. */
export type Standing = 'told' | 'open' | 'refused';

/**
 * Whether people can see an event: counted in the parent or the digest, and its details in the thread if it is one of those that
 * go there. While the fate of a message of the incident is in doubt, none of them is told.
 */
export function standingOf(incident: Incident, seq: number, manner: Manner): Standing {
  const { refused, shown, thread, displaced } = incident;
  if (refused !== undefined) return 'refused';
  if (doubtfulUntilMs(thread) !== undefined) return 'open';
  if (manner === 'single') return shown.total === 0 ? 'open' : 'told';
  return shown.total < seq || displaced !== undefined || lacksDetail(incident, seq) ? 'open' : 'told';
}

/** True when nothing of an incident is left to be told: nobody will miss it. */
export function isSettled(incident: Incident, manner: Manner): boolean {
  const { total, detailed, home } = incident;
  if (standingOf(incident, total, manner) === 'open' || incident.thread.sending !== undefined) return false;
  if (manner === 'single' || home !== 'own' || incident.refused !== undefined) return true;
  const [first] = detailed;
  return first !== undefined && first[0] === 1 && first[1] >= Math.min(total, MAX_DETAILED);
}
