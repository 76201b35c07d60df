import { describe, expect, test } from 'vitest';
import { mrkdwnCode, mrkdwnText, shownText } from '../../../../../lib/core/deliver/slack/shown-text.ts';

describe('a text from a log as people may see it', () => {
  test('stays what it is when it only shows something', () => {
    expect(shownText('alice@example.com › Öß 日本 🎉 a\u00a0b é', 100)).toBe('alice@example.com › Öß 日本 🎉 a\u00a0b é');
  });

  test('shows what would do something instead', () => {
    expect(shownText('a\nb\x1b[31m\u0085', 100)).toBe('a\\x0ab\\x1b[31m\\x85');
    expect(shownText('user\u202egnp.exe\u2066', 100)).toBe('user\\u{202e}gnp.exe\\u{2066}');
    expect(shownText('ad\u200bmin\ufeff\u2028x\u2029\u3164\u2800\u034f\ufe0f', 100)).toBe(
      'ad\\u{200b}min\\u{feff}\\u{2028}x\\u{2029}\\u{3164}\\u{2800}\\u{34f}\\u{fe0f}',
    );
    expect(shownText('tag\u{e0041}', 100)).toBe('tag\\u{e0041}');
    expect(shownText('half\ud800', 100)).toBe('half\\u{d800}');
  });

  test('lets a few accents stack and no tower of them', () => {
    expect(shownText('e\u0301\u0302', 100)).toBe('e\u0301\u0302');
    expect(shownText(`e${'\u0301'.repeat(6)}x`, 100)).toBe(`e${'\u0301'.repeat(4)}\\u{301}\\u{301}x`);
  });

  test.each([
    ['<!channel> <!here|x>', '‹!channel> ‹!here|x>'],
    ['<@U0123> <#C0123> <:fire:123>', '‹@U0123> ‹#C0123> ‹:fire:123>'],
    ['<https://evil.example|Log in>', '‹https://evil.example|Log in>'],
    ['</remind:1> <mailto:a@b|x> <slack://x>', '‹/remind:1> ‹mailto:a@b|x> ‹slack://x>'],
    ['a < b, <NA>, x<1', 'a < b, <NA>, x<1'],
  ])('begins no mention and no link: %s', (text, shown) => {
    expect(shownText(text, 100)).toBe(shown);
  });

  test('is cut between characters, never inside an escape, and it shows', () => {
    expect(shownText('abcdef', 6)).toBe('abcdef');
    expect(shownText('abcdefg', 6)).toBe('abcde…');
    expect(shownText('abc🎉🎉', 6)).toBe('abc🎉…');
    expect(shownText('abc🎉🎉', 7)).toBe('abc🎉🎉');
    expect(shownText('abc\nxx', 6)).toBe('abc…');
    expect(shownText('a<!b', 3)).toBe('a‹…');
    expect(shownText('a<!b', 2)).toBe('a…');
    expect(shownText('x'.repeat(10_000), 20)).toBe(`${'x'.repeat(19)}…`);
    expect(shownText('ab', 1)).toBe('…');
  });
});

describe('a text in markup', () => {
  test('has the three characters escaped that begin something', () => {
    expect(mrkdwnText('a & b <c> &amp;')).toBe('a &amp; b &lt;c&gt; &amp;amp;');
  });

  test('from a log is code, in which nothing is formatted and nothing is a link', () => {
    expect(mrkdwnCode('*bold* _x_ ~y~ :fire: @here')).toBe('`*bold* _x_ ~y~ :fire: @here`');
    expect(mrkdwnCode('a`<!channel>`b')).toBe("`a'&lt;!channel&gt;'b`");
    expect(mrkdwnCode('see https://evil.example/x')).toBe('`see https[:]//evil.example/x`');
    expect(mrkdwnCode('')).toBe('');
  });
});
