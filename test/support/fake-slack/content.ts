/** What a message is made of, and what Slack refuses of it (https://docs.slack.dev/reference/methods/chat.postMessage, read 2026-11-20). */
import { Refusal } from './answer.ts';
import { BlockCheck } from './block-checks.ts';
import { checkBlocks } from './blocks.ts';
import { marksOf } from './mrkdwn.ts';

/** Arguments of a call: JSON values, or texts of a form. */
export type Args = Readonly<Record<string, unknown>>;

export interface Metadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

/** A message's content; what is undefined was not given. */
export interface Content {
  readonly text: string | undefined;
  readonly blocks: readonly unknown[] | undefined;
  readonly attachments: readonly unknown[] | undefined;
  readonly metadata: Metadata | undefined;
}

/** All texts of all blocks of a message, those of attachments too; undocumented (slackapi/bolt-js #2509). */
const MAX_BLOCK_TEXT = 13_200;
/** A new message is cut there, an edit refused at the second. */
const MAX_TEXT = 40_000;
const MAX_EDIT_TEXT = 4_000;
const MAX_ATTACHMENTS = 100;
const MAX_METADATA = 16_000;

/** Reads and checks the content of a call. */
export function readContent(args: Args, isEdit: boolean): Content {
  const text = args['text'];
  if (text !== undefined && typeof text !== 'string') throw new Refusal('invalid_arguments', messages(['[ERROR] invalid type: text']));
  if ((text?.length ?? 0) > (isEdit ? MAX_EDIT_TEXT : MAX_TEXT)) throw new Refusal('msg_too_long');
  const blocks = arrayOf(args['blocks'], 'invalid_blocks_format');
  const attachments = arrayOf(args['attachments'], 'invalid_attachments');
  const check = new BlockCheck();
  if (blocks !== undefined) checkOwn(checkBlocks(blocks, '/blocks', check), 'invalid_blocks');
  if (attachments !== undefined) checkAttachments(attachments, check);
  if (check.texts.reduce((sum, each) => sum + each.text.length, 0) > MAX_BLOCK_TEXT) throw new Refusal('msg_blocks_too_long');
  const metadata = readMetadata(args['metadata']);
  const isEmpty = (text ?? '') === '' && (blocks ?? []).length === 0 && (attachments ?? []).length === 0;
  if (isEmpty && !(isEdit && blocks === undefined && attachments === undefined && metadata !== undefined)) throw new Refusal('no_text');
  return { text, blocks, attachments, metadata };
}

/** What a reader can be pinged by and led to. */
export function marksOfContent({ text, blocks, attachments }: Content): {
  readonly mentions: readonly string[];
  readonly links: readonly string[];
  readonly strays: readonly string[];
} {
  const check = new BlockCheck();
  checkBlocks(blocks ?? [], '/blocks', check);
  for (const attachment of attachments ?? []) {
    if (isObject(attachment) && attachment['blocks'] !== undefined) checkBlocks(attachment['blocks'], '/blocks', check);
  }
  const parsed = [...check.texts.filter(({ kind }) => kind !== 'plain').map((each) => each.text), text ?? ''].map(marksOf);
  return {
    mentions: [...check.mentions, ...parsed.flatMap(({ mentions }) => mentions)],
    links: [...check.urls, ...parsed.flatMap(({ links }) => links.map(({ url }) => url))],
    strays: parsed.flatMap(({ strays }) => strays),
  };
}

/** All texts of the blocks of a message, in their order. */
export function textsOf({ blocks, attachments }: Pick<Content, 'blocks' | 'attachments'>): readonly string[] {
  const check = new BlockCheck();
  checkBlocks(blocks ?? [], '/blocks', check);
  for (const attachment of attachments ?? []) {
    if (isObject(attachment)) checkBlocks(attachment['blocks'] ?? [], '/blocks', check);
  }
  return check.texts.map(({ text }) => text);
}

function checkOwn(check: BlockCheck, error: string): void {
  if (check.errors.length > 0)
    throw new Refusal(error, { errors: check.errors, ...messages(check.errors.map((each) => `[ERROR] ${each}`)) });
}

function checkAttachments(attachments: readonly unknown[], check: BlockCheck): void {
  if (attachments.length > MAX_ATTACHMENTS) throw new Refusal('too_many_attachments');
  for (const [index, attachment] of attachments.entries()) {
    const pointer = `/attachments/${index}`;
    const node = check.node(attachment, pointer);
    if (node === undefined) continue;
    check.members(
      node,
      pointer,
      [],
      ['color', 'blocks', 'fallback', 'text', 'pretext', 'title', 'title_link', 'fields', 'footer', 'ts', 'mrkdwn_in'],
    );
    const { color } = node;
    if (color !== undefined && !/^(?:good|warning|danger|#[0-9a-fA-F]{6})$/.test(String(color)))
      check.fail(`${pointer}/color`, 'must be a color');
    if (node['blocks'] !== undefined) checkBlocks(node['blocks'], `${pointer}/blocks`, check);
    for (const name of ['fallback', 'text', 'pretext', 'title', 'footer']) check.string(node[name], `${pointer}/${name}`, 8_000);
    if (typeof node['text'] === 'string') check.note('mrkdwn', node['text']);
  }
  checkOwn(check, 'invalid_attachments');
}

function readMetadata(value: unknown): Metadata | undefined {
  if (value === undefined) return undefined;
  const given = typeof value === 'string' ? parsed(value, 'invalid_metadata_format') : value;
  if (!isObject(given)) throw new Refusal('invalid_metadata_format');
  const { event_type: type, event_payload: payload, ...rest } = given;
  const isSound = typeof type === 'string' && /^[\w.-]{1,255}$/.test(type) && isObject(payload) && Object.keys(rest).length === 0;
  if (!isSound) throw new Refusal('invalid_metadata_format');
  if (JSON.stringify(payload).length > MAX_METADATA) throw new Refusal('metadata_too_large');
  return { event_type: type, event_payload: payload };
}

function arrayOf(value: unknown, error: string): readonly unknown[] | undefined {
  if (value === undefined || value === '') return undefined;
  const given = typeof value === 'string' ? parsed(value, error) : value;
  if (!Array.isArray(given)) throw new Refusal(error);
  return given;
}

function parsed(text: string, error: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(error);
  }
}

function messages(lines: readonly string[]): Readonly<Record<string, unknown>> {
  return { response_metadata: { messages: lines } };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
