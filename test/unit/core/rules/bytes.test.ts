import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asciiLower,
  asciiUpper,
  byteLength,
  byteString,
  compareBytes,
  cutTo,
  textOfBytes,
  toWidth,
} from '../../../../lib/core/rules/bytes.ts';

const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const textOf = (bytes: string): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));

describe('texts as bytes of UTF-8', () => {
  test('are those of the platform, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(byteString(a)).toBe(bytesOf(a));
        expect(byteLength(a)).toBe(Buffer.byteLength(a, 'utf8'));
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  test('give the text of any bytes back, with a sign for each broken sequence', () => {
    const bytes = fc.array(
      fc.constantFrom(0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff),
    );
    fc.assert(
      fc.property(bytes, (codes) => {
        const text = String.fromCharCode(...codes);
        expect(textOfBytes(text)).toBe(textOf(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('a half of a surrogate pair has none and is replaced', () => {
    expect(byteString('\ud83d')).toBe('\xef\xbf\xbd');
    expect(byteString('😀')).toBe('\xf0\x9f\x98\x80');
  });

  test('order as bytes do and not as UTF-16 does', () => {
    expect(compareBytes('\uffff', '😀')).toBeLessThan(0);
    expect(compareBytes('b', 'a')).toBeGreaterThan(0);
    expect(compareBytes('a', 'a')).toBe(0);
  });

  test('a width cuts or fills', () => {
    expect(toWidth('kubernetes', 4)).toBe('kube');
    expect(toWidth('<NA>', 6)).toBe('<NA>  ');
    expect(toWidth('jürgen', 2)).toBe('j\ufffd');
    expect(toWidth('jürgen', 3)).toBe('jü');
  });

  test('a bound cuts', () => {
    expect(cutTo('short', 1023)).toBe('short');
    expect(cutTo('ü'.repeat(600), 1023)).toBe(`${'ü'.repeat(511)}\ufffd`);
  });

  test('only ASCII letters have another case', () => {
    expect(asciiLower('AÜZ az')).toBe('aÜz az');
    expect(asciiUpper('aüz AZ')).toBe('AüZ AZ');
  });
});
