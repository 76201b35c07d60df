/** What Slack takes of a message; all in UTF-16 units where they count text. */
import type { Attachment, Block } from './slack-message.ts';

/** Blocks of a message (https://docs.slack.dev/reference/block-kit/blocks, read 2026-11-21). */
export const MAX_BLOCKS = 50;
/** Text of a header (https://docs.slack.dev/reference/block-kit/blocks/header-block, read 2026-11-21). */
export const MAX_HEADER = 150;
/** Top-level text: longer ones are taken, but not shown well (https://docs.slack.dev/reference/methods/chat.postMessage, read 2026-11-21). */
export const MAX_MESSAGE_TEXT = 4_000;
/** An address; with its label it stays below the 3,000 of a text object. */
export const MAX_URL = 2_000;
/**
 * All blocks together, as JSON. Slack's own bound is not documented: `msg_blocks_too_long` came at 13,297 characters of text
 * (https://github.com/slackapi/bolt-js/issues/2509) and at 11,341 in many small elements (issues/2867), so the structure counts too.
 */
export const MAX_BLOCKS_JSON = 12_000;

/** What blocks and attachments count towards that bound. */
export function sizeOf(parts: readonly (Block | Attachment)[]): number {
  return parts.reduce((sum, part) => sum + JSON.stringify(part).length + 1, 0);
}
