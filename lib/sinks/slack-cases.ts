import { claimed, type GroupingSettings } from '../core/deliver/incident/claim.ts';
import { EMPTY_GROUP } from '../core/deliver/incident/incident.ts';
import { groupIdOf, timeOf } from '../core/deliver/incident/incident-subject.ts';
import { noteText, parseNote } from '../core/deliver/incident/record-text.ts';
import type { Delivery } from '../core/model/delivery.ts';
import { MAX_NEW_MEMBERS } from '../core/ports.ts';
import type { IncidentBook } from './slack-book.ts';

/** An event at hand and the channel it is to be told in. */
export interface Routed {
  readonly delivery: Delivery;
  readonly channel: string;
}

/** An event at hand and its number in its incident. */
export interface Counted {
  readonly delivery: Delivery;
  readonly seq: number;
}

/** What is at hand of each incident, by its marker, and what has to wait. */
export interface Cases {
  readonly counted: ReadonlyMap<string, readonly Counted[]>;
  readonly waiting: readonly Routed[];
}

/** Counts events in their incidents, each once for 30 days, however often it comes and whoever else is at it. */
export async function countedIn(book: IncidentBook, events: readonly Routed[], nowMs: number, settings: GroupingSettings): Promise<Cases> {
  const counted = new Map<string, Counted[]>();
  const waiting: Routed[] = [];
  const put = (marker: string, each: Counted): void => {
    counted.set(marker, [...(counted.get(marker) ?? []), each]);
  };
  const notes = await book.members(events.map(({ delivery }) => delivery.key));
  const fresh: Routed[] = [];
  for (const event of events) {
    const note = notes.get(event.delivery.key);
    if (note === undefined) fresh.push(event);
    else {
      const { marker, seq } = parseNote(note);
      put(marker, { delivery: event.delivery, seq });
    }
  }
  for (const batch of batchesOf(fresh)) {
    for (const { event, place } of await claimBatch(book, batch, nowMs, settings)) {
      if (place === undefined) waiting.push(event);
      else put(place.marker, { delivery: event.delivery, seq: place.seq });
    }
  }
  for (const [marker, each] of counted)
    counted.set(
      marker,
      each.toSorted((a, b) => a.seq - b.seq),
    );
  return { counted, waiting };
}

interface Batch {
  readonly id: string;
  readonly channel: string;
  readonly events: readonly Routed[];
}

/** Events of one group, in the order of their time, as many as one transaction takes. */
function batchesOf(events: readonly Routed[]): readonly Batch[] {
  const groups = new Map<string, Routed[]>();
  for (const event of events) {
    const id = groupIdOf(event.delivery, event.channel);
    groups.set(id, [...(groups.get(id) ?? []), event]);
  }
  return [...groups].flatMap(([id, ofGroup]) => {
    const sorted = ofGroup.toSorted((a, b) => timeOf(a.delivery) - timeOf(b.delivery));
    const channel = sorted[0]?.channel ?? '';
    return Array.from({ length: Math.ceil(sorted.length / MAX_NEW_MEMBERS) }, (_, n) => ({
      id,
      channel,
      events: sorted.slice(n * MAX_NEW_MEMBERS, (n + 1) * MAX_NEW_MEMBERS),
    }));
  });
}

interface Placed {
  readonly event: Routed;
  readonly place: { readonly marker: string; readonly seq: number } | undefined;
}

/** Somebody else may count the same events at the same time: then theirs is what holds. */
async function claimBatch(
  book: IncidentBook,
  { id, channel, events }: Batch,
  nowMs: number,
  settings: GroupingSettings,
): Promise<readonly Placed[]> {
  const known: Placed[] = [];
  for (let fresh = events; ; ) {
    const group = (await book.group(id)) ?? EMPTY_GROUP;
    const claim = claimed(
      id,
      group,
      fresh.map(({ delivery }) => delivery),
      channel,
      nowMs,
      settings,
    );
    const placed = fresh.map((event, at) => ({ event, place: claim.places[at] }));
    const members = placed.flatMap(({ event, place }) => (place === undefined ? [] : [{ key: event.delivery.key, note: noteText(place) }]));
    if (members.length === 0 || (await book.claim(id, claim.group, members))) return [...known, ...placed];
    book.forget('group', id);
    const notes = await book.members(fresh.map(({ delivery }) => delivery.key));
    for (const event of fresh) {
      const note = notes.get(event.delivery.key);
      if (note !== undefined) known.push({ event, place: parseNote(note) });
    }
    fresh = fresh.filter(({ delivery }) => !notes.has(delivery.key));
  }
}
