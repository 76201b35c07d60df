import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible, visibleJson } from '../../../lib/cli/escape.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be left
const DANGEROUS = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\p{Cs}]/u;

describe('text from a log', () => {
  it('shows control characters of both sets as \\xNN', () => {
    expect(visible('a\x1b[2Jb\x07\r\n\t\x7f\x9b31m')).toBe('a\\x1b[2Jb\\x07\\x0d\\x0a\\x09\\x7f\\x9b31m');
  });

  it('shows what reorders or hides its neighbours as \\u{...}', () => {
    expect(visible('invoice\u202egnp.exe')).toBe('invoice\\u{202e}gnp.exe');
    expect(visible('ad\u200bmin \u2066x\u2069 \ufeff \u{e0041} \ud800')).toBe(
      'ad\\u{200b}min \\u{2066}x\\u{2069} \\u{feff} \\u{e0041} \\u{d800}',
    );
  });

  it('leaves letters of every script, emoji and punctuation alone', () => {
    const plain = 'Zoë 日本語 Ελλάδα 😀 "a\'b" <c> \\ ~';
    expect(visible(plain)).toBe(plain);
  });

  it('never holds anything dangerous afterwards', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(DANGEROUS);
      }),
    );
  });

  it('stays the same JSON when a record is made visible', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const record = JSON.stringify({ text }, undefined, 2);
        const shown = visibleJson(record);
        expect(JSON.parse(shown)).toEqual({ text });
        expect(shown.replaceAll('\n', '')).not.toMatch(DANGEROUS);
      }),
    );
  });
});
