/**
 * The part of Slack's Block Kit that Driftwire writes (https://docs.slack.dev/reference/block-kit/blocks, read 2026-11-21). Foreign
 * texts stand in `plain_text` and in `text` elements of `rich_text` only, which know no markup; `mrkdwn` holds our own words alone.
 */

/** Text without markup. */
export interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  /** False: `:fire:` stays what it is. */
  readonly emoji: false;
}

/** Text with markup. */
export interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
  /** True: Slack makes no links of what merely looks like one. */
  readonly verbatim: true;
}

/** A piece of a rich text. */
export type RichElement =
  | { readonly type: 'text'; readonly text: string; readonly style?: { readonly bold: true } }
  | { readonly type: 'date'; readonly timestamp: number; readonly format: string; readonly fallback: string };

export interface HeaderBlock {
  readonly type: 'header';
  readonly text: PlainText;
}
export interface SectionBlock {
  readonly type: 'section';
  readonly text: Mrkdwn;
}
export interface ContextBlock {
  readonly type: 'context';
  readonly elements: readonly Mrkdwn[];
}
export interface DividerBlock {
  readonly type: 'divider';
}
export interface RichTextBlock {
  readonly type: 'rich_text';
  readonly elements: readonly [{ readonly type: 'rich_text_section'; readonly elements: readonly RichElement[] }];
}

/** Pressed, it is told to us as `action_id` with its `value`. */
export interface Button {
  readonly type: 'button';
  readonly action_id: string;
  readonly text: PlainText;
  readonly value: string;
  readonly style?: 'primary';
}
export interface ActionsBlock {
  readonly type: 'actions';
  readonly elements: readonly Button[];
}

export type Block = HeaderBlock | SectionBlock | ContextBlock | DividerBlock | RichTextBlock | ActionsBlock;

/**
 * Blocks beside a bar in a colour. Clients may fold them ("Show more"), so nothing that must be seen stands here. Slack refuses
 * blocks beside the older members of an attachment (slackapi/bolt-js #717), so there are none.
 */
export interface Attachment {
  /** `#rrggbb` */
  readonly color: string;
  readonly blocks: readonly Block[];
}

/** What `chat.postMessage`, `chat.update` and incoming webhooks take, but for channel, thread and metadata. */
export interface SlackMessage {
  /** The whole message in markup, for notifications, for screen readers and for where blocks are refused. */
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly attachments: readonly Attachment[];
}

/** The same message as text alone: for a Slack that refuses its blocks. An update with it takes the blocks away. */
export function plainMessage({ text }: SlackMessage): SlackMessage {
  return { text, blocks: [], attachments: [] };
}
