/**
 * Messages for a Discord channel (https://docs.discord.com/developers/resources/webhook#execute-webhook, read 2026-11-21). What one
 * person did at one place is one embed, so that a burst is one entry; no text of a log can mention anybody.
 */
import type { Delivery } from '../../model/delivery.ts';
import type { Priority } from '../../model/finding.ts';
import { formatRfc3339 } from '../../time.ts';
import { groupIdOf } from '../incident/incident-subject.ts';
import { type EventView, eventView, severity, worstFinding } from '../slack/event-view.ts';
import { type LinkSettings, runbookLink } from '../slack/links.ts';
import { lookOf, RESOLVED } from '../slack/words.ts';
import { discordText } from './discord-text.ts';

/** One card of a message. */
export interface DiscordEmbed {
  readonly title: string;
  readonly description: string;
  /** `0xrrggbb` */
  readonly color: number;
  /** RFC 3339; Discord shows it in each reader's time. */
  readonly timestamp: string;
  readonly footer: { readonly text: string };
}

/** What is posted to a webhook. */
export interface DiscordMessage {
  readonly content: string;
  readonly embeds: readonly DiscordEmbed[];
  readonly allowed_mentions: { readonly parse: readonly [] };
}

/** An event and what is known of its first try. */
export interface Telling {
  readonly delivery: Delivery;
  /** It was sent before and nobody knows whether it came. */
  readonly mayBeRepeat: boolean;
}

/** A message and what it tells of. */
export interface DiscordParcel<T extends Telling> {
  readonly items: readonly T[];
  readonly message: DiscordMessage;
}

/** Embeds of one message, and their titles, descriptions and footers together, in characters; the vendor's bounds are 10 and 6,000. */
const MAX_EMBEDS = 10;
const MAX_CHARS = 5_900;
const MAX_TITLE = 256;
/** Below the vendor's 4,096: one embed must leave room for others. */
const MAX_DESCRIPTION = 2_000;
const MAX_LINE = 300;
const MAX_FOOTER = 300;
/** Longer links are left out. */
const MAX_LINK = 800;
/** Events of one person that are told each by its own line; the others are counted. */
const MAX_LINES = 8;

interface Built<T> {
  readonly items: readonly T[];
  readonly embed: DiscordEmbed;
  readonly priority: Priority;
}

/** The messages that tell of these events, in their order; each event is in exactly one. */
export function discordParcels<T extends Telling>(items: readonly T[], links: LinkSettings = {}): readonly DiscordParcel<T>[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const id = groupIdOf(item.delivery, '');
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [item]);
    else group.push(item);
  }
  const messages: Built<T>[][] = [];
  let room = 0;
  for (const [, group] of groups) {
    const built = builtOf(group, links);
    const last = messages.at(-1);
    room -= charsOf(built.embed);
    if (last === undefined || last.length === MAX_EMBEDS || room < 0) {
      messages.push([built]);
      room = MAX_CHARS - charsOf(built.embed);
    } else last.push(built);
  }
  return messages.map((parts) => ({
    items: parts.flatMap((part) => part.items),
    message: { content: contentOf(parts), embeds: parts.map(({ embed }) => embed), allowed_mentions: { parse: [] } },
  }));
}

/** The line of the notification: our own words alone. */
function contentOf(parts: readonly Built<Telling>[]): string {
  const events = parts.flatMap(({ items }) => items);
  const worst = parts.map(({ priority }) => priority).reduce(worse);
  const alerts = events.filter(({ delivery }) => delivery.alert !== undefined).length;
  const counts = [counted(events.length - alerts, 'event'), counted(alerts, 'alert')].filter((text) => text !== '');
  return `${lookOf(worst).mark} ${worst}: ${counts.join(' and ')}`;
}

function counted(count: number, noun: string): string {
  if (count === 0) return '';
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function builtOf<T extends Telling>(items: readonly [T, ...T[]], links: LinkSettings): Built<T> {
  const [first, ...others] = items.map(toldOf) as [Told, ...Told[]];
  const told = [first, ...others];
  const worst = told.reduce((one, each) => (severity(each.view.priority) < severity(one.view.priority) ? each : one));
  const isResolved = told.every(({ delivery }) => delivery.alert?.status === 'resolved');
  const look = isResolved ? RESOLVED : lookOf(worst.view.priority);
  const newestMs = Math.max(...told.map(({ view }) => view.timeMs));
  const repeat = items.some(({ mayBeRepeat }) => mayBeRepeat) ? ['may be a repeat: the answer to the first try was lost'] : [];
  const isAlone = others.length === 0;
  return {
    items,
    priority: worst.view.priority,
    embed: {
      title: discordText(`${look.mark} ${isAlone ? first.view.title : titleOf(first.view, told)}`, MAX_TITLE),
      description: isAlone ? rowsOf(first, links) : linesOf(told),
      color: Number.parseInt(look.color.slice(1), 16),
      timestamp: formatRfc3339(BigInt(newestMs) * 1_000_000n).replace(/\d{6}Z$/, 'Z'),
      // a footer is plain text
      footer: { text: [worst.view.priority, worst.view.rule, `id ${worst.view.id}`, ...repeat].join(' · ').slice(0, MAX_FOOTER) },
    },
  };
}

interface Told {
  readonly delivery: Delivery;
  readonly view: EventView;
}

function toldOf({ delivery }: Telling): Told {
  return { delivery, view: eventView(delivery) };
}

function titleOf({ user, place }: EventView, told: readonly Told[]): string {
  const firing = told.filter(({ delivery }) => delivery.alert?.status === 'firing').length;
  const resolved = told.filter(({ delivery }) => delivery.alert?.status === 'resolved').length;
  const what = firing + resolved === 0 ? counted(told.length, 'event') : `${firing} firing, ${resolved} resolved`;
  return [`${user}: ${what}`, place].filter((text) => text !== '').join(' · ');
}

function linesOf(told: readonly Told[]): string {
  const lines = told.slice(0, MAX_LINES).map(({ view, delivery }) => {
    const state = delivery.alert === undefined ? '' : `**${delivery.alert.status}** `;
    return `${lookOf(view.priority).mark} ${state}${discordText(view.title, MAX_LINE - 40)}`;
  });
  const more = told.length - lines.length;
  return [...lines, ...(more === 0 ? [] : [`… and ${more} more`])].join('\n');
}

/** What there is to know of one event, as far as there is room; the links stand last and are kept. */
function rowsOf({ delivery, view }: Told, settings: LinkSettings): string {
  // an alert names its own runbook
  const runbook = delivery.alert === undefined ? runbookLink(worstFinding(delivery).finding.rule, settings) : undefined;
  const links = [...view.links, ...(runbook === undefined ? [] : [runbook])]
    .map(({ label, url }) => `[${label}](${url.replaceAll('(', '%28').replaceAll(')', '%29')})`)
    .filter((link) => link.length <= MAX_LINK)
    .join(' · ');
  const lines = [];
  let room = MAX_DESCRIPTION - links.length;
  for (const [label, value] of [...view.rows, ...view.details]) {
    const line = `**${label}** ${discordText(value, MAX_LINE)}`;
    room -= line.length + 1;
    if (room >= 0) lines.push(line);
  }
  return [...lines, ...(links === '' ? [] : [links])].join('\n');
}

function charsOf({ title, description, footer }: DiscordEmbed): number {
  return title.length + description.length + footer.text.length;
}

function worse(one: Priority, other: Priority): Priority {
  return severity(other) < severity(one) ? other : one;
}
