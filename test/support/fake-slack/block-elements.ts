/** Elements of Block Kit (https://docs.slack.dev/reference/block-kit/block-elements, read 2026-11-20). */
import type { BlockCheck, Node } from './block-checks.ts';

const PLAIN = ['plain_text'];

/** Elements of an actions block or the accessory of a section. */
export function checkElement(check: BlockCheck, value: unknown, pointer: string, ids: Set<string>): void {
  const node = check.node(value, pointer);
  if (node === undefined) return;
  switch (node['type']) {
    case 'button':
      checkButton(check, node, pointer);
      break;
    case 'static_select':
      checkSelect(check, node, pointer);
      break;
    case 'overflow':
      check.members(node, pointer, ['options'], ['action_id', 'confirm']);
      checkOptions(check, node['options'], `${pointer}/options`, 5, ['url']);
      break;
    default:
      check.fail(`${pointer}/type`, `unsupported type: ${String(node['type'])}`);
      return;
  }
  if (node['confirm'] !== undefined) checkConfirm(check, node['confirm'], `${pointer}/confirm`);
  const id = check.string(node['action_id'], `${pointer}/action_id`, 255);
  if (id === undefined) return;
  if (ids.has(id)) check.fail(`${pointer}/action_id`, `\`action_id\` ${JSON.stringify(id)} already exists`);
  ids.add(id);
}

export function checkImage(check: BlockCheck, node: Node, pointer: string, more: readonly string[] = []): void {
  check.members(node, pointer, ['image_url', 'alt_text'], more);
  check.url(node['image_url'], `${pointer}/image_url`);
  const alt = check.string(node['alt_text'], `${pointer}/alt_text`, 2_000);
  if (alt !== undefined) check.note('plain', alt);
}

function checkButton(check: BlockCheck, node: Node, pointer: string): void {
  check.members(node, pointer, ['text'], ['action_id', 'url', 'value', 'style', 'confirm', 'accessibility_label']);
  if (node['text'] !== undefined) check.text(node['text'], `${pointer}/text`, 75, PLAIN);
  check.url(node['url'], `${pointer}/url`);
  check.string(node['value'], `${pointer}/value`, 2_000);
  check.string(node['accessibility_label'], `${pointer}/accessibility_label`, 75);
  check.oneOf(node['style'], `${pointer}/style`, ['primary', 'danger']);
}

function checkSelect(check: BlockCheck, node: Node, pointer: string): void {
  check.members(node, pointer, ['options'], ['action_id', 'placeholder', 'initial_option', 'confirm', 'focus_on_load']);
  if (node['placeholder'] !== undefined) check.text(node['placeholder'], `${pointer}/placeholder`, 150, PLAIN);
  checkOptions(check, node['options'], `${pointer}/options`, 100, []);
}

function checkOptions(check: BlockCheck, value: unknown, pointer: string, max: number, more: readonly string[]): void {
  for (const [index, option] of check.array(value, pointer, max).entries()) {
    const place = `${pointer}/${index}`;
    const node = check.node(option, place);
    if (node === undefined) continue;
    check.members(node, place, ['text', 'value'], ['description', ...more]);
    if (node['text'] !== undefined) check.text(node['text'], `${place}/text`, 75, PLAIN);
    if (node['description'] !== undefined) check.text(node['description'], `${place}/description`, 75, PLAIN);
    check.string(node['value'], `${place}/value`, 150);
    check.url(node['url'], `${place}/url`);
  }
}

function checkConfirm(check: BlockCheck, value: unknown, pointer: string): void {
  const node = check.node(value, pointer);
  if (node === undefined) return;
  if (!check.members(node, pointer, ['title', 'text', 'confirm', 'deny'], ['style'])) return;
  check.text(node['title'], `${pointer}/title`, 100, PLAIN);
  check.text(node['text'], `${pointer}/text`, 300);
  check.text(node['confirm'], `${pointer}/confirm`, 30, PLAIN);
  check.text(node['deny'], `${pointer}/deny`, 30, PLAIN);
  check.oneOf(node['style'], `${pointer}/style`, ['primary', 'danger']);
}
