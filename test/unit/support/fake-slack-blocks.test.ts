import { describe, expect, test } from 'vitest';
import { Refusal } from '../../support/fake-slack/answer.ts';
import { checkBlocks } from '../../support/fake-slack/blocks.ts';
import { readContent, textsOf } from '../../support/fake-slack/content.ts';
import { marksOf, readableText } from '../../support/fake-slack/mrkdwn.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const section = (text: unknown) => ({ type: 'section', text });
const button = (over: object = {}) => ({ type: 'button', action_id: 'a', text: plain('Press'), value: 'v', ...over });
const actions = (...elements: readonly unknown[]) => ({ type: 'actions', elements });
const rich = (...elements: readonly unknown[]) => ({ type: 'rich_text', elements });
const richSection = (...elements: readonly unknown[]) => ({ type: 'rich_text_section', elements });
const text = (value: string, style?: object) => ({ type: 'text', text: value, ...(style === undefined ? {} : { style }) });
const long = (length: number): string => 'x'.repeat(length);
const option = (n: number) => ({ text: plain(`o${n}`), value: `v${n}` });
const errorsOf = (...blocks: readonly unknown[]): readonly string[] => checkBlocks(blocks).errors;

describe('Slack takes', () => {
  test.each<[string, unknown]>([
    ['a header of 150 characters', { type: 'header', text: plain(long(150)) }],
    ['a section of 3,000 characters', section(mrkdwn(long(3_000)))],
    ['ten fields of 2,000 characters', { type: 'section', fields: Array.from({ length: 10 }, () => mrkdwn(long(2_000))) }],
    ['a context of ten elements', { type: 'context', elements: Array.from({ length: 10 }, () => mrkdwn('x')) }],
    ['25 buttons', actions(...Array.from({ length: 25 }, (_, n) => button({ action_id: `a${n}` })))],
    [
      'a button with all it may have',
      actions(button({ style: 'danger', url: 'https://a.test', value: long(2_000), action_id: long(255) })),
    ],
    [
      'a select of 100 options',
      actions({ type: 'static_select', action_id: 's', options: Array.from({ length: 100 }, (_, n) => option(n)) }),
    ],
    ['an overflow menu', actions({ type: 'overflow', action_id: 'o', options: [option(1)] })],
    [
      'a button that asks back',
      actions(button({ confirm: { title: plain('Sure?'), text: mrkdwn('really'), confirm: plain('Yes'), deny: plain('No') } })),
    ],
    ['a divider', { type: 'divider' }],
    ['an image', { type: 'image', image_url: 'https://a.test/b.png', alt_text: 'b' }],
    ['a section with an image', { ...section(plain('x')), accessory: { type: 'image', image_url: 'https://a.test/b.png', alt_text: 'b' } }],
    ['a section with a button', { ...section(plain('x')), accessory: button() }],
    ['markdown', { type: 'markdown', text: '# x' }],
    [
      'a rich text of everything',
      rich(
        richSection(text('x', { bold: true }), { type: 'link', url: 'https://a.test', text: 'a' }, { type: 'emoji', name: 'wave' }),
        richSection({ type: 'date', timestamp: 1, format: '{date}', fallback: 'then' }),
        { type: 'rich_text_list', style: 'bullet', elements: [richSection(text('one'))] },
        { type: 'rich_text_preformatted', elements: [text('code')] },
        { type: 'rich_text_quote', elements: [text('said')] },
      ),
    ],
  ])('%s', (_, block) => {
    expect(errorsOf(block)).toEqual([]);
  });
});

describe('Slack refuses', () => {
  test.each<[string, unknown, string]>([
    ['a block that is none', 3, 'must be an object [json-pointer:/blocks/0]'],
    ['a block it does not know', { type: 'hologram' }, 'unsupported type: hologram [json-pointer:/blocks/0/type]'],
    [
      'a header that is too long',
      { type: 'header', text: plain(long(151)) },
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    ['a header with markup', { type: 'header', text: mrkdwn('x') }, 'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]'],
    ['a header without text', { type: 'header' }, 'missing required field: text [json-pointer:/blocks/0]'],
    ['an empty text', section(mrkdwn('')), 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
    ['a section that is too long', section(mrkdwn(long(3_001))), 'must be less than 3001 characters'],
    ['a section without text and fields', { type: 'section' }, 'missing required field: text or fields'],
    ['eleven fields', { type: 'section', fields: Array.from({ length: 11 }, () => plain('x')) }, 'no more than 10 items allowed'],
    ['a field that is too long', { type: 'section', fields: [plain(long(2_001))] }, 'must be less than 2001 characters'],
    ['a member nobody knows', { type: 'divider', colour: 'red' }, 'invalid additional property: colour'],
    [
      'eleven elements in a context',
      { type: 'context', elements: Array.from({ length: 11 }, () => plain('x')) },
      'no more than 10 items allowed',
    ],
    ['26 buttons', actions(...Array.from({ length: 26 }, (_, n) => button({ action_id: `a${n}` }))), 'no more than 25 items allowed'],
    ['no button', actions(), 'must have at least 1 item'],
    ['two buttons of one name', actions(button(), button()), '`action_id` "a" already exists'],
    ['a value that is too long', actions(button({ value: long(2_001) })), 'must be less than 2001 characters'],
    ['a name that is too long', actions(button({ action_id: long(256) })), 'must be less than 256 characters'],
    ['a button with markup', actions(button({ text: mrkdwn('x') })), 'unsupported type: mrkdwn'],
    ['a label of 76 characters', actions(button({ text: plain(long(76)) })), 'must be less than 76 characters'],
    ['a style it does not know', actions(button({ style: 'pink' })), 'must be one of: primary, danger'],
    ['an address that is too long', actions(button({ url: `https://a.test/${long(3_000)}` })), 'must be less than 3001 characters'],
    ['an address that is none', actions(button({ url: 'javascript:x' })), 'must be a valid URL'],
    [
      '101 options',
      actions({ type: 'static_select', action_id: 's', options: Array.from({ length: 101 }, (_, n) => option(n)) }),
      'no more than 100 items',
    ],
    [
      'an option of 151 characters',
      actions({ type: 'static_select', options: [{ text: plain('x'), value: long(151) }] }),
      'must be less than 151',
    ],
    ['an element it does not know', actions({ type: 'dial' }), 'unsupported type: dial'],
    ['a rich text of loose elements', rich(text('x')), 'unsupported type: text'],
    ['an empty piece of rich text', rich(richSection(text(''))), 'must be more than 0 characters'],
    ['a style of rich text it does not know', rich(richSection(text('x', { blink: true }))), 'invalid additional property: blink'],
    ['a date without a token', rich(richSection({ type: 'date', timestamp: 1, format: 'then' })), 'must contain a token'],
    ['a date that is no whole number', rich(richSection({ type: 'date', timestamp: 1.5, format: '{date}' })), 'must be an integer'],
    ['a mention in code', rich({ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] }), 'unsupported type: user'],
    ['half a character', section(plain('\ud83d')), 'is no valid Unicode'],
    ['markdown that is too long', { type: 'markdown', text: long(12_001) }, 'must be less than 12001 characters'],
    ['an image without words', { type: 'image', image_url: 'https://a.test/b.png' }, 'missing required field: alt_text'],
    [
      'a button that asks back in too many words',
      actions(button({ confirm: { title: plain(long(101)), text: plain('x'), confirm: plain('x'), deny: plain('x') } })),
      'must be less than 101',
    ],
  ])('%s', (_, block, says) => {
    expect(errorsOf(block).join('\n')).toContain(says);
  });

  test('51 blocks, and two of one id', () => {
    expect(errorsOf(...Array.from({ length: 51 }, () => ({ type: 'divider' })))).toEqual([
      'no more than 50 items allowed [json-pointer:/blocks]',
    ]);
    expect(errorsOf({ type: 'divider', block_id: 'b' }, { type: 'divider', block_id: 'b' })[0]).toContain('`block_id` "b" already exists');
  });
});

describe('a message', () => {
  const refusal = (args: object, isEdit = false): string => {
    try {
      readContent({ ...args }, isEdit);
      return 'taken';
    } catch (cause) {
      return cause instanceof Refusal ? cause.error : String(cause);
    }
  };
  const sections = (count: number, length: number) => Array.from({ length: count }, () => section(plain(long(length))));

  test.each<[string, object, string]>([
    ['nothing', {}, 'no_text'],
    ['an empty text', { text: '' }, 'no_text'],
    ['a text of 40,001 characters', { text: long(40_001) }, 'msg_too_long'],
    ['blocks that are no JSON', { text: 'x', blocks: '[' }, 'invalid_blocks_format'],
    ['blocks that are no list', { text: 'x', blocks: '{}' }, 'invalid_blocks_format'],
    [
      'blocks of 13,201 characters together',
      { text: 'x', blocks: [...sections(4, 3_000), section(plain(long(1_201)))] },
      'msg_blocks_too_long',
    ],
    ['blocks of 13,200 characters together', { text: 'x', blocks: [...sections(4, 3_000), section(plain(long(1_200)))] }, 'taken'],
    [
      'blocks and attachments that are too long together',
      { text: 'x', blocks: sections(3, 3_000), attachments: [{ color: '#ff0000', blocks: sections(2, 3_000) }] },
      'msg_blocks_too_long',
    ],
    ['101 attachments', { text: 'x', attachments: Array.from({ length: 101 }, () => ({ text: 'x' })) }, 'too_many_attachments'],
    ['an attachment with a colour that is none', { text: 'x', attachments: [{ color: 'red' }] }, 'invalid_attachments'],
    ['metadata without a type', { text: 'x', metadata: { event_payload: {} } }, 'invalid_metadata_format'],
    ['metadata that is no JSON', { text: 'x', metadata: '{' }, 'invalid_metadata_format'],
    ['metadata that is too large', { text: 'x', metadata: { event_type: 'e', event_payload: { a: long(16_000) } } }, 'metadata_too_large'],
    ['blocks alone', { blocks: [{ type: 'divider' }] }, 'taken'],
  ])('of %s', (_, args, expected) => {
    expect(refusal(args)).toBe(expected);
  });

  test('may be longer than its edit', () => {
    expect(refusal({ text: long(4_001) })).toBe('taken');
    expect(refusal({ text: long(4_001) }, true)).toBe('msg_too_long');
  });

  test('has the texts of its blocks and of its attachments', () => {
    const blocks = [{ type: 'header', text: plain('one') }];
    const attachments = [{ color: 'good', blocks: [rich(richSection(text('two')))] }];
    expect(textsOf({ blocks, attachments })).toEqual(['one', 'two']);
  });
});

describe('markup', () => {
  test.each<[string, Partial<ReturnType<typeof marksOf>>]>([
    ['<!here> <!subteam^S1|ops> <@U1> <#C1|general>', { mentions: ['<!here>', '<!subteam^S1|ops>', '<@U1>', '<#C1|general>'] }],
    [
      '<https://a.test|label> https://b.test',
      {
        links: [
          { url: 'https://a.test', label: 'label' },
          { url: 'https://b.test', label: undefined },
        ],
      },
    ],
    [
      '<!date^1^{date}^https://c.test|then>',
      { dates: ['<!date^1^{date}^https://c.test|then>'], links: [{ url: 'https://c.test', label: undefined }] },
    ],
    ['&lt;!here&gt; a &amp; b', { mentions: [], links: [], strays: [] }],
    ['a < b > c <what>', { strays: ['< b >', '<what>'] }],
  ])('%s', (written, marks) => {
    expect(marksOf(written)).toMatchObject(marks);
  });

  test('is read as people see it', () => {
    expect(readableText('<https://a.test|label> &lt;b&gt; <!date^0^{date}|then> <@U1>')).toBe('label <b> 1970-01-01T00:00:00.000Z @U1');
  });
});
