/** The blocks of a message (https://docs.slack.dev/reference/block-kit/blocks, read 2026-11-20). */
import { BlockCheck, type Node } from './block-checks.ts';
import { checkElement, checkImage } from './block-elements.ts';
import { checkRichText } from './rich-text.ts';

/** Blocks of one message. */
const MAX_BLOCKS = 50;
/** Markdown of one message, in characters. */
const MAX_MARKDOWN = 12_000;

/** Checks an array of blocks; what it found stands in the check. */
export function checkBlocks(value: unknown, pointer = '/blocks', check: BlockCheck = new BlockCheck()): BlockCheck {
  if (!Array.isArray(value)) {
    check.fail(pointer, 'must be an array');
    return check;
  }
  if (value.length > MAX_BLOCKS) check.fail(pointer, `no more than ${MAX_BLOCKS} items allowed`);
  for (const [index, block] of value.entries()) checkBlock(check, block, `${pointer}/${index}`);
  const markdown = check.texts.reduce((sum, { kind, text }) => sum + (kind === 'markdown' ? text.length : 0), 0);
  if (markdown > MAX_MARKDOWN) check.fail(pointer, `must be less than ${MAX_MARKDOWN + 1} characters`);
  return check;
}

function checkBlock(check: BlockCheck, value: unknown, pointer: string): void {
  const node = check.node(value, pointer);
  if (node === undefined) return;
  check.blockId(node['block_id'], pointer);
  switch (node['type']) {
    case 'header':
      if (check.members(node, pointer, ['text'], ['block_id'])) check.text(node['text'], `${pointer}/text`, 150, ['plain_text']);
      break;
    case 'section':
      checkSection(check, node, pointer);
      break;
    case 'context':
      if (check.members(node, pointer, ['elements'], ['block_id'])) checkContext(check, node['elements'], `${pointer}/elements`);
      break;
    case 'actions':
      if (check.members(node, pointer, ['elements'], ['block_id'])) checkActions(check, node['elements'], `${pointer}/elements`);
      break;
    case 'divider':
      check.members(node, pointer, [], ['block_id']);
      break;
    case 'image':
      checkImage(check, node, pointer, ['title', 'block_id']);
      if (node['title'] !== undefined) check.text(node['title'], `${pointer}/title`, 2_000, ['plain_text']);
      break;
    case 'markdown': {
      check.members(node, pointer, ['text'], ['block_id']);
      const text = check.string(node['text'], `${pointer}/text`, MAX_MARKDOWN);
      if (text !== undefined) check.note('markdown', text);
      break;
    }
    case 'rich_text':
      checkRichText(check, node, pointer);
      break;
    default:
      check.fail(`${pointer}/type`, `unsupported type: ${String(node['type'])}`);
  }
}

function checkSection(check: BlockCheck, node: Node, pointer: string): void {
  check.members(node, pointer, [], ['text', 'fields', 'accessory', 'block_id', 'expand']);
  if (node['text'] === undefined && node['fields'] === undefined) check.fail(pointer, 'missing required field: text or fields');
  if (node['text'] !== undefined) check.text(node['text'], `${pointer}/text`, 3_000);
  if (node['fields'] !== undefined) {
    for (const [index, field] of check.array(node['fields'], `${pointer}/fields`, 10).entries()) {
      check.text(field, `${pointer}/fields/${index}`, 2_000);
    }
  }
  check.flag(node['expand'], `${pointer}/expand`);
  const { accessory } = node;
  if (accessory === undefined) return;
  const element = check.node(accessory, `${pointer}/accessory`);
  if (element?.['type'] === 'image') checkImage(check, element, `${pointer}/accessory`);
  else checkElement(check, accessory, `${pointer}/accessory`, new Set());
}

function checkContext(check: BlockCheck, value: unknown, pointer: string): void {
  for (const [index, element] of check.array(value, pointer, 10).entries()) {
    const place = `${pointer}/${index}`;
    const node = check.node(element, place);
    if (node?.['type'] === 'image') checkImage(check, node, place);
    else check.text(element, place, 3_000);
  }
}

function checkActions(check: BlockCheck, value: unknown, pointer: string): void {
  const ids = new Set<string>();
  for (const [index, element] of check.array(value, pointer, 25).entries()) checkElement(check, element, `${pointer}/${index}`, ids);
}
