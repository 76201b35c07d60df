/** What a message says, line by line, before it is blocks or text: the only place where our own words and foreign ones meet. */
import { MAX_MESSAGE_TEXT } from './limits.ts';
import { mrkdwnCode, mrkdwnText, shownText } from './shown-text.ts';
import type { ContextBlock, RichElement, RichTextBlock } from './slack-message.ts';
import { mrkdwnTime, richTime, type TimeFormat } from './slack-time.ts';

/** A piece of a line. */
export type Piece =
  /** Our own words. */
  | { readonly own: string; readonly isBold?: true }
  /** A text from a log. It was made harmless before it was stored; it is once more here, where a mistake elsewhere would be seen by everybody. */
  | { readonly foreign: string }
  | { readonly timeMs: number; readonly format?: TimeFormat };
export type Line = readonly Piece[];

/** An address to follow, from our own templates or checked; the label is ours. */
export interface ViewLink {
  readonly label: string;
  readonly url: string;
}

/** Longest text from a log, in UTF-16 units: what `eventView` allows for a request. */
const MAX_FOREIGN = 500;
/** The line that says how many are left out. */
const MAX_REST = 30;

/** A line that says something under a name. */
export function labelled(label: string, ...pieces: readonly Piece[]): Line {
  return [{ own: label, isBold: true }, { own: '  ' }, ...pieces];
}

/** Lines as a rich text; at least one, not empty. */
export function richText(lines: readonly Line[]): RichTextBlock {
  const elements = lines.flatMap((line, index) => [...(index === 0 ? [] : [{ own: '\n' }]), ...line]).flatMap(element);
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: merged(elements) }] };
}

/** Links in a row; undefined for none. */
export function linkRow(links: readonly ViewLink[]): ContextBlock | undefined {
  const elements = links.map((link) => ({ type: 'mrkdwn', text: mrkdwnLink(link), verbatim: true }) as const);
  return elements.length === 0 ? undefined : { type: 'context', elements };
}

/** A line in markup. */
export function mrkdwnLine(line: Line): string {
  return line.map(markup).join('');
}

/** A link in markup. */
export function mrkdwnLink({ label, url }: ViewLink): string {
  return `<${mrkdwnText(url).replaceAll('|', '%7C')}|${mrkdwnText(label)}>`;
}

/** Lines in markup as one text; of too many the last ones go, and it says so. */
export function messageText(lines: readonly string[]): string {
  const whole = lines.join('\n');
  if (whole.length <= MAX_MESSAGE_TEXT) return whole;
  const kept: string[] = [];
  let room = MAX_MESSAGE_TEXT - MAX_REST;
  for (const line of lines) {
    room -= line.length + 1;
    if (room < 0) break;
    kept.push(line);
  }
  return [...kept, `… ${lines.length - kept.length} more lines`].join('\n');
}

function markup(piece: Piece): string {
  if ('foreign' in piece) return mrkdwnCode(shownText(piece.foreign, MAX_FOREIGN));
  if ('timeMs' in piece) return mrkdwnTime(piece.timeMs, piece.format);
  return piece.isBold === true ? `*${mrkdwnText(piece.own)}*` : mrkdwnText(piece.own);
}

function element(piece: Piece): readonly RichElement[] {
  if ('timeMs' in piece) return [richTime(piece.timeMs, piece.format)];
  const text = 'foreign' in piece ? shownText(piece.foreign, MAX_FOREIGN) : piece.own;
  // Slack refuses an element without text
  if (text === '') return [];
  return 'own' in piece && piece.isBold === true ? [{ type: 'text', text, style: { bold: true } }] : [{ type: 'text', text }];
}

/** Neighbours of one style become one: each element counts towards what Slack takes. */
function merged(elements: readonly RichElement[]): readonly RichElement[] {
  const result: RichElement[] = [];
  for (const next of elements) {
    const last = result.at(-1);
    if (last?.type === 'text' && next.type === 'text' && last.style === undefined && next.style === undefined) {
      result[result.length - 1] = { type: 'text', text: last.text + next.text };
    } else result.push(next);
  }
  return result;
}
