import { groupOfMarker, withIncident } from '../core/deliver/incident/claim.ts';
import { afterDigestDeletion, afterPage, afterPageCertainty, type Digest, type PageTold } from '../core/deliver/incident/digest.ts';
import type { Incident } from '../core/deliver/incident/incident.ts';
import { afterArrival, afterCertainty, afterDeletion, afterDetailRefusal, afterRefusal } from '../core/deliver/incident/incident-steps.ts';
import { type Arrival, type Thread, unsent } from '../core/deliver/incident/thread.ts';
import type { IncidentBook } from './slack-book.ts';
import type { ArrivedMessage, ThreadHost } from './slack-courier.ts';

/** The record of an incident as the host of its thread. */
export class IncidentHost implements ThreadHost {
  readonly marker: string;
  readonly channel: string;
  readonly #book: IncidentBook;

  constructor(book: IncidentBook, { marker, channel }: Pick<Incident, 'marker' | 'channel'>) {
    this.#book = book;
    this.marker = marker;
    this.channel = channel;
  }

  /** Undefined for one that is forgotten. */
  async incident(): Promise<Incident | undefined> {
    return incidentIn(await this.#book.group(groupOfMarker(this.marker)), this.marker);
  }

  /** Changes the incident, if it is there; the same one: nothing is written. */
  async change(change: (incident: Incident) => Incident): Promise<void> {
    await this.#book.changeGroup(groupOfMarker(this.marker), (group) => {
      const current = incidentIn(group, this.marker);
      if (group === undefined || current === undefined) return undefined;
      const next = change(current);
      return next === current ? undefined : withIncident(group, this.marker, () => next);
    });
  }

  onThread(change: <C>(thread: Thread<C>) => Thread<C>): Promise<void> {
    return this.change((incident) => {
      const thread = change(incident.thread);
      return thread === incident.thread ? incident : { ...incident, thread };
    });
  }

  async arrive(message: ArrivedMessage): Promise<Arrival<unknown>['kind']> {
    // an incident that is forgotten has nobody left to tell what came late
    let kind: Arrival<unknown>['kind'] = 'known';
    await this.change((incident) => {
      const arrival = afterArrival(incident, message);
      kind = arrival.kind;
      return arrival.kind === 'committed' ? arrival.incident : incident;
    });
    return kind;
  }

  certain(marker: string): Promise<void> {
    return this.change((incident) => afterCertainty(incident, marker));
  }

  gone(marker: string): Promise<void> {
    return this.change((incident) => afterDeletion(incident, marker));
  }

  refuse(marker: string, reason: string): Promise<void> {
    return this.change((incident) => {
      const { sending, parent, channelId } = incident.thread;
      if (sending?.marker !== marker) return incident;
      if (sending.place === 'below') return afterDetailRefusal(incident, marker);
      if (parent === undefined) return afterRefusal(incident, marker, reason);
      // it stands as it was: the details are in its thread, and trying again would be refused again
      const arrival = afterArrival(incident, { ...parent, marker, channelId: channelId ?? '', how: 'edit' });
      return arrival.kind === 'committed' ? arrival.incident : incident;
    });
  }
}

/** The record of a digest as the host of its thread. */
export class DigestHost implements ThreadHost {
  readonly marker: string;
  readonly channel: string;
  readonly #book: IncidentBook;

  constructor(book: IncidentBook, marker: string, channel: string) {
    this.#book = book;
    this.marker = marker;
    this.channel = channel;
  }

  digest(): Promise<Digest | undefined> {
    return this.#book.digest(this.marker);
  }

  async change(change: (digest: Digest) => Digest): Promise<void> {
    await this.#book.changeDigest(this.marker, (digest) => (digest === undefined ? undefined : change(digest)));
  }

  onThread(change: <C>(thread: Thread<C>) => Thread<C>): Promise<void> {
    return this.#onThread(change);
  }

  async arrive(message: ArrivedMessage): Promise<Arrival<unknown>['kind']> {
    let kind: Arrival<unknown>['kind'] = 'known';
    await this.change((digest) => {
      const arrival = afterPage(digest, message);
      kind = arrival.kind;
      return arrival.kind === 'committed' ? arrival.digest : digest;
    });
    return kind;
  }

  certain(marker: string): Promise<void> {
    return this.change((digest) => afterPageCertainty(digest, marker));
  }

  /** A page of the list that somebody has deleted stays away; without its message the digest is told anew. */
  gone(marker: string): Promise<void> {
    return this.change((digest) => {
      const { sending } = digest.thread;
      const isPage = sending?.marker === marker && sending.how === 'edit' && sending.place === 'below';
      return isPage ? withoutPage(digest, marker, sending.carries) : afterDigestDeletion(digest, unsent(digest.thread, marker));
    });
  }

  /** A digest that Slack does not take even as plain text is passed over page by page: the counts are in Loki and the ledger. */
  refuse(marker: string): Promise<void> {
    return this.change((digest) => {
      const { sending } = digest.thread;
      if (sending?.marker !== marker) return digest;
      return withoutPage(digest, marker, sending.carries);
    });
  }

  #onThread(change: (thread: Thread<PageTold>) => Thread<PageTold>): Promise<void> {
    return this.change((digest) => {
      const thread = change(digest.thread);
      return thread === digest.thread ? digest : { ...digest, thread };
    });
  }
}

/** The digest with a message counted as sent that is not there. */
function withoutPage(digest: Digest, marker: string, { page, print }: PageTold): Digest {
  const { ts = '', marker: standing = marker } = digest.pages[page] ?? {};
  return { ...digest, thread: unsent(digest.thread, marker), pages: digest.pages.toSpliced(page, 1, { ts, marker: standing, print }) };
}

function incidentIn(group: { readonly incidents: readonly Incident[] } | undefined, marker: string): Incident | undefined {
  return group?.incidents.find((incident) => incident.marker === marker);
}
