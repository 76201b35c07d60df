import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { discordText } from '../../../../../lib/core/deliver/receivers/discord-text.ts';

describe('a text for Discord', () => {
  test.each([
    ['plain text, with 3 words.', 'plain text, with 3 words.'],
    ['**bold** _it_ `code` ~~no~~ ||spoiler||', '\\*\\*bold\\*\\* \\_it\\_ \\`code\\` \\~\\~no\\~\\~ \\|\\|spoiler\\|\\|'],
    ['# head > quote - list', '\\# head \\> quote \\- list'],
    ['[label](https://evil)', '\\[label\\]\\(https\\[\\:\\]//evil\\)'],
    ['@everyone <@123> <#5> <:x:1> <t:1:R>', '\\@everyone \\<\\@123\\> \\<\\#5\\> \\<\\:x\\:1\\> \\<t\\:1\\:R\\>'],
    ['back\\slash', 'back\\\\slash'],
  ])('%s', (text, expected) => {
    expect(discordText(text, 200)).toBe(expected);
  });

  test('is cut between characters, never behind a backslash that escapes nothing', () => {
    expect(discordText('ab*cd', 4)).toBe('ab…');
    expect(discordText('ab*cd', 5)).toBe('ab\\*…');
    expect(discordText('ab*c', 5)).toBe('ab\\*c');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (text, max) => {
        const shown = discordText(text, max);
        expect(shown.length).toBeLessThanOrEqual(max);
        // each backslash has its character behind it
        expect(shown.replace(/\\[\\*_~`|>#[\]()<@:+-]/g, '')).not.toMatch(/[\\*_~`|>#[\]()<@:+-]/);
      }),
    );
  });
});
