/** Many incidents told as one message: a line for each, kept up to date; the full list stands in its thread, page by page. */
import type { Priority } from '../../model/finding.ts';
import { severity } from '../slack/event-view.ts';
import type { Incident, Manner } from './incident.ts';
import type { DigestView } from './incident-view.ts';
import {
  type Arrival,
  type Arrived,
  arrived,
  begun,
  certain,
  doubtfulUntilMs,
  type Intent,
  type Thread,
  type ThreadStep,
  threadStep,
} from './thread.ts';

/** An incident in a digest. */
export interface DigestLine {
  readonly marker: string;
  readonly user: string;
  readonly place: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly worst: Priority;
  /** Its events. */
  readonly count: number;
  /** How many of them people can see. */
  readonly shown: number;
}

/** One of the messages of a digest: 0 is the parent, those after it are the pages in its thread. */
export interface Page {
  readonly ts: string;
  readonly marker: string;
  /** Tells its content from another. */
  readonly print: string;
}

/** What a message of a digest tells. */
export interface PageTold {
  readonly page: number;
  readonly print: string;
}

/** What the store keeps of a digest. */
export interface Digest {
  readonly marker: string;
  /** As it is configured. */
  readonly channel: string;
  /** In the order in which they came. */
  readonly lines: readonly DigestLine[];
  readonly pages: readonly Page[];
  readonly thread: Thread<PageTold>;
}

/** Incidents in one digest; those after them begin another. */
export const MAX_LINES = 400;

/** A digest before its first line. */
export function emptyDigest(marker: string, channel: string): Digest {
  return { marker, channel, lines: [], pages: [], thread: { begun: 0, posted: [], doubts: [] } };
}

/** The digest with an incident as it stands now; what is older than what it has changes nothing. */
export function withLine(digest: Digest, incident: Incident): Digest {
  const { marker, user, lead, firstMs, lastMs, worst, total } = incident;
  const known = digest.lines.find((line) => line.marker === marker);
  if (known !== undefined && known.count >= total) return digest;
  const line = { marker, user, place: lead.place, firstMs, lastMs, worst, count: total, shown: known?.shown ?? 0 };
  return { ...digest, lines: known === undefined ? [...digest.lines, line] : digest.lines.map((each) => (each === known ? line : each)) };
}

/** How many events of an incident a digest shows. */
export function shownOf({ lines }: Digest, marker: string): number {
  return lines.find((line) => line.marker === marker)?.shown ?? 0;
}

/** A digest as its messages show it. Only for one with lines. */
export function digestView({ marker, lines }: Digest): DigestView {
  const people = lines
    .map(({ user, place, count, worst, marker: ofLine }) => ({ user, place, count, worst, marker: ofLine }))
    .toSorted((a, b) => b.count - a.count);
  return {
    marker,
    firstMs: Math.min(...lines.map(({ firstMs }) => firstMs)),
    lastMs: Math.max(...lines.map(({ lastMs }) => lastMs)),
    total: lines.reduce((sum, { count }) => sum + count, 0),
    worst: lines.reduce<Priority>((worst, line) => (severity(line.worst) < severity(worst) ? line.worst : worst), 'Debug'),
    people,
  };
}

/** The next thing to do about a digest. */
export type DigestStep =
  | ThreadStep<PageTold>
  | { readonly kind: 'post' | 'edit'; readonly page: number }
  /** Everything stands there: its lines are shown. */
  | { readonly kind: 'shown' }
  | { readonly kind: 'rest'; readonly untilMs: number };

/**
 * The next step.
 *
 * @param prints - Tell the content of each of its messages as they should be, the parent first.
 */
export function nextDigestStep({ thread, pages }: Digest, prints: readonly string[], nowMs: number, manner: Manner): DigestStep {
  const first = threadStep(thread, nowMs);
  if (first !== undefined) return first;
  const wanted = manner === 'single' ? prints.slice(0, 1) : prints;
  const page = wanted.findIndex((print, at) => pages[at] === undefined || (manner === 'threads' && pages[at].print !== print));
  if (page >= 0) return { kind: pages[page] === undefined ? 'post' : 'edit', page };
  const untilMs = doubtfulUntilMs(thread);
  return untilMs === undefined ? { kind: 'shown' } : { kind: 'rest', untilMs };
}

/** The digest with a claim for one of its messages. */
export function begunPage(
  digest: Digest,
  told: PageTold,
  { how, nowMs, leaseMs }: Pick<Intent<PageTold>, 'how' | 'nowMs' | 'leaseMs'>,
): Digest {
  const place = told.page === 0 ? 'parent' : 'below';
  return { ...digest, thread: begun(digest.thread, digest.marker, { how, place, carries: told, nowMs, leaseMs }) };
}

/** What the arrival of a message makes of a digest. */
export type DigestArrival = { readonly kind: 'committed'; readonly digest: Digest } | Exclude<Arrival<PageTold>, { kind: 'committed' }>;

/** Takes note that one of its messages has arrived. */
export function afterPage(digest: Digest, message: Arrived): DigestArrival {
  const arrival = arrived(digest.thread, message);
  if (arrival.kind !== 'committed') return arrival;
  const { page, print } = arrival.carries;
  const { ts, marker } = digest.pages[page] ?? message;
  return {
    kind: 'committed',
    digest: { ...digest, thread: arrival.thread, pages: digest.pages.toSpliced(page, 1, { ts, marker, print }) },
  };
}

/** A doubt is settled. An edit that may have overtaken a later one is made good: nobody knows what those messages show. */
export function afterPageCertainty(digest: Digest, marker: string): Digest {
  const wasEdit = digest.thread.doubts.some((doubt) => doubt.marker === marker && doubt.how === 'edit');
  const thread = certain(digest.thread, marker);
  return wasEdit ? { ...digest, thread, pages: digest.pages.map((page) => ({ ...page, print: '' })) } : { ...digest, thread };
}

/** What its messages had when they were rendered is shown. */
export function afterShowing(digest: Digest, rendered: Digest): Digest {
  const counts = new Map(rendered.lines.map(({ marker, count }) => [marker, count]));
  return { ...digest, lines: digest.lines.map((line) => ({ ...line, shown: Math.max(line.shown, counts.get(line.marker) ?? 0) })) };
}

/** Somebody has deleted its message: what comes now stands in new ones. */
export function afterDigestDeletion(digest: Digest, thread: Thread<PageTold>): Digest {
  const { parent, ...rest } = thread;
  return { ...digest, pages: [], thread: rest };
}
