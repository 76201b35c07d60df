/** Slack's rich_text block (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block, read 2026-11-20). */
import type { BlockCheck, Node } from './block-checks.ts';

const STYLES = ['bold', 'italic', 'strike', 'code', 'underline', 'highlight', 'client_highlight', 'unlink'];
const PARTS = ['rich_text_section', 'rich_text_list', 'rich_text_preformatted', 'rich_text_quote'];

export function checkRichText(check: BlockCheck, node: Node, pointer: string): void {
  check.members(node, pointer, ['elements'], ['block_id']);
  // the sum of all texts bounds it, not their number
  for (const [index, value] of check.array(node['elements'], `${pointer}/elements`, 1_000).entries()) {
    checkPart(check, value, `${pointer}/elements/${index}`, PARTS);
  }
}

function checkPart(check: BlockCheck, value: unknown, pointer: string, allowed: readonly string[]): void {
  const node = check.node(value, pointer);
  if (node === undefined) return;
  const { type } = node;
  if (typeof type !== 'string' || !allowed.includes(type)) {
    check.fail(`${pointer}/type`, `unsupported type: ${String(type)}`);
    return;
  }
  const isList = type === 'rich_text_list';
  if (isList) {
    check.members(node, pointer, ['style', 'elements'], ['indent', 'offset', 'border']);
    check.oneOf(node['style'], `${pointer}/style`, ['bullet', 'ordered']);
    check.whole(node['indent'], `${pointer}/indent`);
  } else check.members(node, pointer, ['elements'], type === 'rich_text_section' ? [] : ['border', 'language']);
  for (const [index, element] of check.array(node['elements'], `${pointer}/elements`, 1_000).entries()) {
    const place = `${pointer}/elements/${index}`;
    if (isList) checkPart(check, element, place, ['rich_text_section']);
    else checkInline(check, element, place, type === 'rich_text_preformatted');
  }
}

function checkInline(check: BlockCheck, value: unknown, pointer: string, isPreformatted: boolean): void {
  const node = check.node(value, pointer);
  if (node === undefined) return;
  const { type } = node;
  if (isPreformatted && type !== 'text' && type !== 'link') {
    check.fail(`${pointer}/type`, `unsupported type: ${String(type)}`);
    return;
  }
  checkStyle(check, node['style'], `${pointer}/style`);
  switch (type) {
    case 'text': {
      check.members(node, pointer, ['text'], ['style']);
      const text = check.string(node['text'], `${pointer}/text`, 12_000);
      if (text !== undefined) check.note('plain', text);
      break;
    }
    case 'link': {
      check.members(node, pointer, ['url'], ['text', 'style', 'unsafe']);
      check.url(node['url'], `${pointer}/url`);
      const text = check.string(node['text'], `${pointer}/text`, 12_000) ?? String(node['url']);
      check.note('plain', text);
      break;
    }
    case 'date': {
      check.members(node, pointer, ['timestamp', 'format'], ['url', 'fallback', 'style']);
      check.whole(node['timestamp'], `${pointer}/timestamp`);
      const format = check.string(node['format'], `${pointer}/format`, 255);
      if (format !== undefined && !/\{[a-z_]+\}/.test(format)) check.fail(`${pointer}/format`, 'must contain a token');
      check.url(node['url'], `${pointer}/url`);
      check.note('plain', String(node['fallback'] ?? ''));
      break;
    }
    case 'emoji':
      check.members(node, pointer, ['name'], ['style', 'unicode', 'skin_tone']);
      check.string(node['name'], `${pointer}/name`, 100);
      break;
    case 'user':
    case 'usergroup':
    case 'channel':
    case 'broadcast':
      check.mentions.push(`${type} ${String(node['user_id'] ?? node['usergroup_id'] ?? node['channel_id'] ?? node['range'])}`);
      check.members(node, pointer, [type === 'broadcast' ? 'range' : `${type}_id`], ['style']);
      break;
    default:
      check.fail(`${pointer}/type`, `unsupported type: ${String(type)}`);
  }
}

function checkStyle(check: BlockCheck, value: unknown, pointer: string): void {
  if (value === undefined) return;
  const node = check.node(value, pointer);
  if (node === undefined) return;
  for (const [name, isOn] of Object.entries(node)) {
    if (!STYLES.includes(name)) check.fail(pointer, `invalid additional property: ${name}`);
    check.flag(isOn, `${pointer}/${name}`);
  }
}
