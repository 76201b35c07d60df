import { MAX_BLOCKS, MAX_BLOCKS_JSON, MAX_MESSAGE_TEXT, sizeOf } from './limits.ts';
import { type Line, linkRow, messageText, mrkdwnLine, mrkdwnLink, richText, type ViewLink } from './lines.ts';
import type { Block, SlackMessage } from './slack-message.ts';

/** Something that is told in a thread as a whole. */
export interface Listed {
  /** At least one. */
  readonly lines: readonly Line[];
  readonly links: readonly ViewLink[];
}

/** A message and how many things it tells. */
export interface Packed {
  readonly message: SlackMessage;
  readonly items: number;
}

/** Whether each thing has blocks of its own with a rule between them, or only lines. */
export interface PackOptions {
  readonly isApart: boolean;
}

const DIVIDER: Block = { type: 'divider' };
const EMPTY = sizeOf([richText([])]);
/** What a line end adds. */
const LINE_END = 30;

/** Things in their order, as many to a message as it takes. Each must fit into one alone. */
export function packed(items: readonly Listed[], { isApart }: PackOptions): readonly Packed[] {
  const groups: Listed[][] = [];
  let [room, textRoom] = [0, 0];
  for (const item of items) {
    const size = sizeIn(item, isApart);
    const text = textOf(item, isApart).reduce((sum, line) => sum + line.length + 1, 0);
    const group = groups.at(-1);
    const isFull = group === undefined || size > room || text > textRoom || (isApart && (group.length + 1) * 3 > MAX_BLOCKS);
    if (isFull) {
      groups.push([item]);
      [room, textRoom] = [MAX_BLOCKS_JSON - EMPTY, MAX_MESSAGE_TEXT];
    } else group.push(item);
    room -= size;
    textRoom -= text;
  }
  return groups.map((group) => ({ message: messageOf(group, isApart), items: group.length }));
}

function messageOf(group: readonly Listed[], isApart: boolean): SlackMessage {
  const blocks = isApart
    ? group.flatMap((item, index) => [...(index === 0 ? [] : [DIVIDER]), ...blocksOf(item)])
    : [richText(group.flatMap(({ lines }) => lines))];
  return { text: messageText(group.flatMap((item) => textOf(item, isApart))), blocks, attachments: [] };
}

function blocksOf({ lines, links }: Listed): readonly Block[] {
  const row = linkRow(links);
  return row === undefined ? [richText(lines)] : [richText(lines), row];
}

function sizeIn(item: Listed, isApart: boolean): number {
  if (isApart) return sizeOf([...blocksOf(item), DIVIDER]);
  return item.lines.reduce((sum, line) => sum + sizeOf([richText([line])]) - EMPTY + LINE_END, 0);
}

/** Of a thing with blocks of its own the first line is enough where there are no blocks: its rows would push out the next one. */
function textOf({ lines, links }: Listed, isApart: boolean): readonly string[] {
  return isApart ? [...lines.slice(0, 1).map(mrkdwnLine), ...links.map(mrkdwnLink)] : lines.map(mrkdwnLine);
}
