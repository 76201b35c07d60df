/** What is to be done about an incident next, and what it is afterwards. Each step is small, and the store has it before the next begins. */
import { type Incident, lacksDetail, type Manner, type Told } from './incident.ts';
import { withSeqs } from './seq-ranges.ts';
import {
  type Arrival,
  type Arrived,
  arrived,
  begun,
  certain,
  doubtfulUntilMs,
  givenUp,
  type Intent,
  type ThreadStep,
  threadStep,
  unknown,
  unsent,
} from './thread.ts';

/** The next thing to do about an incident. */
export type IncidentStep =
  | ThreadStep<Told>
  /** Decide where it is told. */
  | { readonly kind: 'admit' }
  /** See that the digest has its line, with this count. */
  | { readonly kind: 'digest'; readonly digest: string }
  /** Post its message. */
  | { readonly kind: 'parent' }
  /** Post details of these events to the thread, with those of a displaced lead before them. */
  | { readonly kind: 'reply'; readonly seqs: readonly number[] }
  /** Bring its message up to date. */
  | { readonly kind: 'edit' }
  /** Nothing until a doubt can be settled. */
  | { readonly kind: 'rest'; readonly untilMs: number }
  | { readonly kind: 'done' };

/**
 * The next step.
 *
 * @param seqs - Events whose deliveries are at hand, from which their details can be told.
 */
export function nextStep(incident: Incident, seqs: readonly number[], nowMs: number, manner: Manner): IncidentStep {
  const { thread, home, refused, shown, displaced, rev } = incident;
  const first = threadStep(thread, nowMs);
  if (first !== undefined) return first;
  if (refused !== undefined) return { kind: 'done' };
  if (home === undefined) return { kind: 'admit' };
  if (home !== 'own') return seqs.some((seq) => seq > shown.total) ? { kind: 'digest', digest: home.digest } : { kind: 'done' };
  if (thread.parent === undefined) return { kind: 'parent' };
  if (manner === 'threads') {
    const lacking = seqs.filter((seq) => lacksDetail(incident, seq));
    if (lacking.length > 0 || displaced !== undefined) return { kind: 'reply', seqs: lacking };
    if (shown.rev < rev) return { kind: 'edit' };
  }
  const untilMs = doubtfulUntilMs(thread);
  return untilMs === undefined ? { kind: 'done' } : { kind: 'rest', untilMs };
}

/** The incident with a claim for its message or an edit of it. */
export function begunParent(incident: Incident, { how, nowMs, leaseMs }: Pick<Intent<Told>, 'how' | 'nowMs' | 'leaseMs'>): Incident {
  const carries = { total: incident.total, rev: incident.rev, seqs: [] };
  return { ...incident, thread: begun(incident.thread, incident.marker, { how, place: 'parent', carries, nowMs, leaseMs }) };
}

/** The incident with a claim for a message in its thread that has the details of these events. */
export function begunReply(
  incident: Incident,
  seqs: readonly number[],
  { nowMs, leaseMs }: Pick<Intent<Told>, 'nowMs' | 'leaseMs'>,
): Incident {
  const carries = { total: 0, rev: 0, seqs };
  return { ...incident, thread: begun(incident.thread, incident.marker, { how: 'post', place: 'below', carries, nowMs, leaseMs }) };
}

/** What the arrival of a message makes of an incident. */
export type IncidentArrival = { readonly kind: 'committed'; readonly incident: Incident } | Exclude<Arrival<Told>, { kind: 'committed' }>;

/** Takes note that a message has arrived. */
export function afterArrival(incident: Incident, message: Arrived): IncidentArrival {
  const arrival = arrived(incident.thread, message);
  if (arrival.kind !== 'committed') return arrival;
  const { thread, carries, place } = arrival;
  const { displaced, ...rest } = incident;
  if (place === 'below') {
    const isTold = displaced !== undefined && carries.seqs.includes(displaced.seq);
    const told = { ...rest, thread, detailed: withSeqs(incident.detailed, carries.seqs) };
    return { kind: 'committed', incident: displaced === undefined || isTold ? told : { ...told, displaced } };
  }
  // the message of a single event has all there is to say about it, unless a worse one is about to take its place
  const alone = carries.total === 1 && incident.leadSeq === 1 ? { detailed: withSeqs(incident.detailed, [1]), inParent: 1 } : {};
  return { kind: 'committed', incident: { ...incident, thread, ...alone, shown: { total: carries.total, rev: carries.rev } } };
}

/** Nothing was sent. */
export function afterUnsent(incident: Incident, marker: string): Incident {
  return { ...incident, thread: unsent(incident.thread, marker) };
}

/** Nobody knows; from `settleMs` on Slack may be asked. */
export function afterUnknown(incident: Incident, marker: string, settleMs: number): Incident {
  return { ...incident, thread: unknown(incident.thread, marker, settleMs) };
}

/** Slack does not have it; looked for once more at `checkMs`. */
export function afterGivingUp(incident: Incident, marker: string, checkMs: number): Incident {
  return { ...incident, thread: givenUp(incident.thread, marker, checkMs) };
}

/** A doubt is settled. An edit that may have overtaken a later one is made good by another. */
export function afterCertainty(incident: Incident, marker: string): Incident {
  const wasEdit = incident.thread.doubts.some((doubt) => doubt.marker === marker && doubt.how === 'edit');
  return { ...incident, thread: certain(incident.thread, marker), ...(wasEdit ? { rev: incident.rev + 1 } : {}) };
}

/** It is decided where it is told; a decision stands. */
export function afterAdmission(incident: Incident, home: NonNullable<Incident['home']>): Incident {
  return { ...incident, home: incident.home ?? home };
}

/** The digest shows this many of its events. */
export function afterDigest(incident: Incident, total: number): Incident {
  return { ...incident, shown: { total: Math.max(incident.shown.total, total), rev: incident.shown.rev } };
}

/** Slack refuses its message for ever. */
export function afterRefusal(incident: Incident, marker: string, reason: string): Incident {
  return { ...afterUnsent(incident, marker), refused: reason };
}

/** Somebody has deleted its message: what comes now stands in a new one. */
export function afterDeletion(incident: Incident, marker: string): Incident {
  const { parent, ...thread } = unsent(incident.thread, marker);
  return { ...incident, thread };
}

/** The details cannot be told, because Slack refuses them for ever; the count has these events. */
export function afterDetailRefusal(incident: Incident, marker: string): Incident {
  const { sending } = incident.thread;
  if (sending?.marker !== marker) return incident;
  const { displaced, ...rest } = afterUnsent(incident, marker);
  return { ...rest, detailed: withSeqs(incident.detailed, sending.carries.seqs) };
}

/** Somebody has said that they look after it. */
export function acknowledged(incident: Incident, by: string, atMs: number): Incident {
  return { ...incident, acknowledged: { by, atMs }, rev: incident.rev + 1 };
}

/** Somebody has muted what it is about. */
export function muted(incident: Incident, by: string, untilMs: number): Incident {
  return { ...incident, muted: { by, untilMs }, rev: incident.rev + 1 };
}
