/** A Slack message as lines that a person can compare. */
import type { Block, RichElement, SlackMessage } from '../../lib/core/deliver/slack/slack-message.ts';

/** `#` before a header, `**` round what is bold, `{}` round times, `[]` round links and `()` round buttons; `|` beside the bar. */
export function messageOutline({ blocks, attachments }: SlackMessage): readonly string[] {
  return [
    ...blocks.flatMap(blockLines),
    ...attachments.flatMap(({ color, blocks: inside }) =>
      inside.flatMap(blockLines).map((line, index) => `${index === 0 ? color : '      '} | ${line}`),
    ),
  ];
}

function blockLines(block: Block): readonly string[] {
  switch (block.type) {
    case 'header':
      return [`# ${block.text.text}`];
    case 'section':
      return [markupOutline(block.text.text)];
    case 'context':
      return [block.elements.map(({ text }) => `[${/\|([^>]*)>$/.exec(text)?.[1] ?? text}]`).join(' ')];
    case 'divider':
      return ['---'];
    case 'actions':
      return [block.elements.map(({ text, style }) => `(${text.text}${style === undefined ? '' : '!'})`).join(' ')];
    case 'rich_text':
      return block.elements[0].elements.map(richOutline).join('').split('\n');
  }
}

function richOutline(element: RichElement): string {
  if (element.type === 'date') return `{${element.fallback}}`;
  return element.type === 'text' && element.style !== undefined ? `**${element.text}**` : element.text;
}

function markupOutline(text: string): string {
  return text.replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '{$1}').replace(/\*([^*]+)\*/g, '**$1**');
}
