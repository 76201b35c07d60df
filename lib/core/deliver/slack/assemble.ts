import { MAX_BLOCKS_JSON, MAX_HEADER, sizeOf } from './limits.ts';
import { type Line, linkRow, messageText, mrkdwnLine, mrkdwnLink, richText, type ViewLink } from './lines.ts';
import { shownText } from './shown-text.ts';
import type { ActionsBlock, Attachment, Block, HeaderBlock, SlackMessage } from './slack-message.ts';
import type { Look } from './words.ts';

const MAX_LINES = 150;

/** What a message in the channel says. */
export interface Content {
  readonly look: Look;
  /** The priority in words. */
  readonly word: string;
  /** What happened; from a log, cut where there is no room. */
  readonly title: string;
  /** Ours, and never cut. */
  readonly after: string;
  /** Of our own words only. */
  readonly count: Line;
  readonly state: readonly Line[];
  readonly rows: readonly Line[];
  readonly links: readonly ViewLink[];
  readonly buttons: ActionsBlock | undefined;
  /** What stands beside the bar, the most important first. */
  readonly beside: readonly Line[];
}

/** Head, count, state, rows, links and buttons in the open; beside a bar in the priority's colour as much of the rest as fits. */
export function assemble(content: Content): SlackMessage {
  const { look, word, after, count, state, rows, links, buttons } = content;
  const before = `${look.mark} ${word}: `;
  const title = shownText(content.title, MAX_HEADER - before.length - after.length);
  const header: HeaderBlock = { type: 'header', text: { type: 'plain_text', text: `${before}${title}${after}`, emoji: false } };
  const row = linkRow(links);
  const blocks: readonly Block[] = [
    header,
    { type: 'section', text: { type: 'mrkdwn', text: mrkdwnLine(count), verbatim: true } },
    ...[state, rows].flatMap((lines) => (lines.length === 0 ? [] : [richText(lines)])),
    ...(row === undefined ? [] : [row]),
    ...(buttons === undefined ? [] : [buttons]),
  ];
  const beside = fitting(content.beside, MAX_BLOCKS_JSON - sizeOf(blocks), look.color);
  return {
    text: messageText([
      mrkdwnLine([{ own: before }, { foreign: title }, { own: after }]),
      ...[count, ...state, ...rows].map(mrkdwnLine),
      ...links.map(mrkdwnLink),
      ...content.beside.map(mrkdwnLine),
    ]),
    blocks,
    attachments: beside === undefined ? [] : [beside],
  };
}

/** As many of the lines as there is room for; how many are left out is said. */
function fitting(lines: readonly Line[], room: number, color: string): Attachment | undefined {
  const withFirst = (count: number): Attachment => {
    const rest = lines.length - count;
    const shown = [...lines.slice(0, count), ...(rest === 0 ? [] : [[{ own: `… ${rest} more lines do not fit here` }]])];
    return { color, blocks: [richText(shown)] };
  };
  // no message has room for more
  let count = Math.min(lines.length, MAX_LINES);
  while (count > 0 && sizeOf([withFirst(count)]) > room) count--;
  return count === 0 ? undefined : withFirst(count);
}
