import { describe, expect, test } from 'vitest';
import { labelled, linkRow, messageText, mrkdwnLine, mrkdwnLink, richText } from '../../../../../lib/core/deliver/slack/lines.ts';

const TIME = Date.parse('2026-03-14T09:26:53Z');
const LINE = labelled('Who', { foreign: 'a <b> `c`' }, { own: ' at ' }, { timeMs: TIME });

describe('a line', () => {
  test('as rich text has texts as they are', () => {
    expect(richText([LINE, [{ foreign: '' }, { own: 'end', isBold: true }]])).toEqual({
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            { type: 'text', text: 'Who', style: { bold: true } },
            { type: 'text', text: '  a <b> `c` at ' },
            { type: 'date', timestamp: 1773480413, format: '{date_short_pretty} at {time_secs}', fallback: '2026-03-14 09:26:53 UTC' },
            { type: 'text', text: '\n' },
            { type: 'text', text: 'end', style: { bold: true } },
          ],
        },
      ],
    });
  });

  test('in markup has foreign texts as code', () => {
    expect(mrkdwnLine(LINE)).toBe(
      "*Who*  `a &lt;b&gt; 'c'` at <!date^1773480413^{date_short_pretty} at {time_secs}|2026-03-14 09:26:53 UTC>",
    );
    expect(mrkdwnLine([{ own: 'a & b' }])).toBe('a &amp; b');
  });
});

describe('links', () => {
  test('stand in a row, and are none where there are none', () => {
    expect(linkRow([])).toBeUndefined();
    expect(linkRow([{ label: 'Runbook', url: 'https://a.example/?b=1&c=2' }])).toEqual({
      type: 'context',
      elements: [{ type: 'mrkdwn', text: '<https://a.example/?b=1&amp;c=2|Runbook>', verbatim: true }],
    });
  });

  test('do not end before their end', () => {
    expect(mrkdwnLink({ label: 'a>b', url: 'https://a.example/x|y>' })).toBe('<https://a.example/x%7Cy&gt;|a&gt;b>');
  });
});

describe('a text of many lines', () => {
  test('is whole as long as there is room', () => {
    expect(messageText(['a', 'b', 'c'])).toBe('a\nb\nc');
    expect(messageText([])).toBe('');
    expect(messageText(['x'.repeat(3_998), 'y'])).toHaveLength(4_000);
  });

  test('loses its last lines, and says how many', () => {
    const text = messageText(Array.from({ length: 100 }, (_, n) => `${n} ${'x'.repeat(60)}`));
    expect(text.length).toBeLessThanOrEqual(4_000);
    const lines = text.split('\n');
    expect(lines.at(-1)).toBe(`… ${100 - (lines.length - 1)} more lines`);
    expect(lines.length).toBeGreaterThan(50);
    expect(messageText(['x'.repeat(3_998), 'yy'])).toBe('… 2 more lines');
  });
});
