/**
 * The messages that people read, made of what is known of incidents: pure, and within every limit of Slack whatever a log holds.
 * What must be seen stands in the blocks; beside the coloured bar, which clients may fold, stands what is asked for next.
 */

import { MAX_DETAILED as MAX_DETAILED_EVENTS } from '../incident/incident.ts';
import type { Counted, DigestView, IncidentView } from '../incident/incident-view.ts';
import { assemble, type Content } from './assemble.ts';
import { buttonsOf } from './buttons.ts';
import type { EventView, Row } from './event-view.ts';
import { type Line, labelled, type Piece, type ViewLink } from './lines.ts';
import { exploreLink, type LinkSettings, runbookLink } from './links.ts';
import { type Listed, packed } from './packed.ts';
import { shownText } from './shown-text.ts';
import type { SlackMessage } from './slack-message.ts';
import { lookOf, RESOLVED } from './words.ts';

/** What all messages of a Slack have in common. */
export interface RenderSettings {
  readonly links: LinkSettings;
  /** Presses of buttons reach us: there is a bot token and a signing secret. */
  readonly hasButtons: boolean;
  /** False for an incoming webhook, which cannot write into a thread. */
  readonly hasThreads: boolean;
}

/** A message in the thread and how much of what was handed in it tells. */
export interface DetailsMessage {
  readonly message: SlackMessage;
  /** So many of the events, after those of the messages before it. */
  readonly events: number;
}

/** A digest: its message, and those of its thread with the full list. */
export interface DigestMessages {
  readonly parent: SlackMessage;
  readonly thread: readonly SlackMessage[];
}

/** Before the first event and after the last one, in ms: what else that person did at the time. */
const MARGIN_MS = 5 * 60_000;
/** Of a list of names in one row, in UTF-16 units; the row of the worst event stands below. */
const MAX_LIST = 400;
/** Of one name. */
const MAX_NAME = 100;
/** Up to so many events have their details in the thread; of more, one line each, which people can still read. */
const MAX_DETAILED = 10;
/** People whom the message of a digest names; all of them stand in its thread. */
const MAX_NAMED = 10;

/** Rows that are the same for all events of an incident, or nearly, and what people ask next about the worst of them. */
const COMMON = new Set(['Who', 'Where', 'Host']);
const TELLING = new Set(['By', 'From', 'Why']);

/** The message of an incident, as it stands now. */
export function renderParent(view: IncidentView, settings: RenderSettings): SlackMessage {
  const { lead, total } = view;
  const isAlone = total === 1;
  const links = [
    ...lead.links,
    lead.logs === undefined ? undefined : exploreLink(lead.logs, view.firstMs - MARGIN_MS, view.lastMs + MARGIN_MS, settings.links),
    runbookOf(lead, settings.links),
  ].filter((link) => link !== undefined);
  return assemble({
    ...headerOf(view),
    count: countOf(view),
    state: stateOf(view),
    rows: isAlone ? lead.rows.map(rowLine) : [...summaryOf(view), ...worstOf(view), ...(settings.hasThreads ? restOf(view) : [])],
    links,
    buttons: settings.hasButtons ? buttonsOf(view) : undefined,
    beside: (isAlone ? lead.details : besideOf(lead)).map(rowLine),
  });
}

/**
 * The events of an incident for its thread, in their order.
 *
 * @returns At least one message for at least one event; together they tell all of them.
 */
export function renderDetails(events: readonly EventView[], settings: RenderSettings): readonly DetailsMessage[] {
  const isShort = events.length > MAX_DETAILED;
  const listed = events.map((view): Listed => (isShort ? { lines: [shortLine(view)], links: [] } : detailsOf(view, settings)));
  return packed(listed, { isApart: !isShort }).map(({ message, items }) => ({ message, events: items }));
}

/** The messages of a digest. */
export function renderDigest(view: DigestView, settings: RenderSettings): DigestMessages {
  const { people, total, worst, firstMs, lastMs } = view;
  const lines = people.map(personLine);
  const persons = new Set(people.map(({ user }) => user)).size;
  const rest = lines.slice(MAX_NAMED);
  const parent = assemble({
    look: lookOf(worst),
    word: worst,
    title: `${total} events by ${persons} ${persons === 1 ? 'person' : 'people'}`,
    after: '',
    count: [
      { own: String(total), isBold: true },
      { own: ' events in ' },
      { own: String(people.length), isBold: true },
      { own: ' incidents · ' },
      ...span(firstMs, lastMs),
    ],
    state: [],
    rows: lines.slice(0, MAX_NAMED),
    links: [],
    buttons: undefined,
    // a webhook has no thread: what fits stands here, and it says how much does not
    beside: [
      [{ own: 'So many came at once that they are told as one message. The counts are exact.' }],
      ...(settings.hasThreads ? inThread(rest.length) : rest),
    ],
  });
  const thread = settings.hasThreads
    ? packed(
        lines.map((line) => ({ lines: [line], links: [] })),
        { isApart: false },
      )
    : [];
  return { parent, thread: thread.map(({ message }) => message) };
}

function inThread(count: number): readonly Line[] {
  return count === 0 ? [] : [[{ own: `${count} more in the thread, with all others.` }]];
}

function headerOf({ kind, lead, worst, total, alerts }: IncidentView): Pick<Content, 'look' | 'word' | 'title' | 'after'> {
  if (kind === 'changes' || alerts === undefined)
    return { look: lookOf(worst), word: worst, title: lead.title, after: total === 1 ? '' : `, and ${total - 1} more` };
  const { firing, resolved } = alerts;
  if (firing === 0) return { look: RESOLVED, word: 'Resolved', title: lead.rule, after: ` (${resolved} resolved)` };
  return {
    look: lookOf(worst),
    word: worst,
    title: lead.rule,
    after: ` (${firing} firing${resolved === 0 ? '' : `, ${resolved} resolved`})`,
  };
}

function countOf({ kind, total, firstMs, lastMs }: IncidentView): Line {
  const [one, many] = kind === 'changes' ? ['event', 'events'] : ['update', 'updates'];
  return [{ own: String(total), isBold: true }, { own: ` ${total === 1 ? one : many} · ` }, ...span(firstMs, lastMs)];
}

function span(firstMs: number, lastMs: number): readonly Piece[] {
  return firstMs === lastMs ? [{ timeMs: firstMs }] : [{ timeMs: firstMs }, { own: ' to ' }, { timeMs: lastMs }];
}

function stateOf({ acknowledged, muted }: IncidentView): readonly Line[] {
  const by = (name: string): Piece => ({ foreign: shownText(name, MAX_NAME) });
  return [
    ...(acknowledged === undefined
      ? []
      : [[{ own: '✅ Acknowledged by ' }, by(acknowledged.by), { own: ', ' }, { timeMs: acknowledged.atMs }]]),
    ...(muted === undefined ? [] : [[{ own: '🔕 Muted by ' }, by(muted.by), { own: ' until ' }, { timeMs: muted.untilMs }]]),
  ];
}

/** What is the same for all events of a person, and what they were. */
function summaryOf({ kind, lead, actions, resources, rules, others }: IncidentView): readonly Line[] {
  return [
    ...lead.rows.filter(([label]) => COMMON.has(label)).map(rowLine),
    ...(kind === 'changes' ? listLine('What', actions, others.actions) : []),
    ...listLine('On', resources, others.resources),
    ...listLine(kind === 'changes' ? 'Rules' : 'Alerts', rules, others.rules),
  ];
}

/** The worst event, below the summary. */
function worstOf({ kind, lead }: IncidentView): readonly Line[] {
  const title: Piece = { own: kind === 'changes' ? 'The worst of them' : 'The worst of it', isBold: true };
  return [
    [title, { own: '  ' }, { foreign: lead.title }, { own: ', ' }, { timeMs: lead.timeMs }],
    ...lead.rows.filter(([label]) => TELLING.has(label)).map(rowLine),
  ];
}

/** Where a long incident is told no further one by one, the reader is told so. */
function restOf({ total }: IncidentView): readonly Line[] {
  if (total <= MAX_DETAILED_EVENTS) return [];
  return [[{ own: `The thread has the first ${MAX_DETAILED_EVENTS} of them; the others are counted.` }]];
}

/** What else is known of it; not the state that an alert had, which has changed since. */
function besideOf({ rows, details }: EventView): readonly Row[] {
  return [...rows.filter(([label]) => !COMMON.has(label) && !TELLING.has(label) && label !== 'State'), ...details];
}

/** Names with how often they occurred; what does not fit is counted together. */
function listLine(label: string, counted: readonly Counted[], others: number): readonly Line[] {
  if (counted.length === 0) return [];
  const names = counted.map(({ name, count }) => ({ name: shownText(name, MAX_NAME), count }));
  const upTo = (end: number): number => names.slice(0, end).reduce((sum, { name }) => sum + name.length, 0);
  const fits = names.filter((_, index) => upTo(index + 1) <= MAX_LIST);
  const rest = names.slice(fits.length).reduce((sum, { count }) => sum + count, others);
  const pieces = fits.flatMap(({ name, count }, index): Piece[] => [
    { own: index === 0 ? '' : ' · ' },
    { foreign: name },
    { own: times(count) },
  ]);
  return [labelled(label, ...pieces, ...(rest === 0 ? [] : [{ own: ` · others${times(rest)}` }]))];
}

function times(count: number): string {
  return count === 1 ? '' : ` ×${count}`;
}

function rowLine([label, text]: Row): Line {
  return labelled(label, { foreign: text });
}

function titleLine(view: EventView): Line {
  return [{ own: `${wordOf(view)}, ` }, { timeMs: view.timeMs }, { own: ': ' }, { foreign: view.title }];
}

/** One of many by the same person, whom the message of the incident names. */
function shortLine(view: EventView): Line {
  const { title, user, timeMs } = view;
  const what = title.startsWith(`${user} `) ? title.slice(user.length + 1) : title;
  return [{ own: `${wordOf(view)}, ` }, { timeMs, format: 'clock' }, { own: ': ' }, { foreign: what }];
}

function wordOf({ priority, isResolved }: EventView): string {
  return isResolved === true ? `${RESOLVED.mark} Resolved` : `${lookOf(priority).mark} ${priority}`;
}

/** An alert of an Alertmanager brings the address of its own. */
function runbookOf({ source, rule }: EventView, links: LinkSettings): ViewLink | undefined {
  return source === 'alertmanager' ? undefined : runbookLink(rule, links);
}

function detailsOf(view: EventView, { links }: RenderSettings): Listed {
  const runbook = runbookOf(view, links);
  return {
    lines: [titleLine(view), ...[...view.rows, ...view.details].map(rowLine)],
    links: [...view.links, ...(runbook === undefined ? [] : [runbook])],
  };
}

function personLine({ user, place, count, worst }: DigestView['people'][number]): Line {
  return [
    { own: `${lookOf(worst).mark} ` },
    { own: String(count), isBold: true },
    { own: ` ${count === 1 ? 'event' : 'events'} by ` },
    { foreign: user },
    ...(place === '' ? [] : [{ own: ' · ' }, { foreign: place }]),
  ];
}
