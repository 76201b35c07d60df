import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { cutMiddle, cutTo, pack, pad, shareWidths, wrap } from '../../../../lib/cli/table/fit.ts';

const text = fc.string({ unit: 'grapheme' });

describe('text in columns', () => {
  it('is cut with a sign, by what it takes on the screen', () => {
    expect(cutTo('kubernetes', 6)).toBe('kuber…');
    expect(cutTo('日本語ユーザー', 6)).toBe('日本…');
    expect(cutTo('abc', 3)).toBe('abc');
    expect(cutTo('abc', 0)).toBe('');
  });

  it('is cut in the middle where its end tells more', () => {
    expect(cutMiddle('Logging arn:aws:cloudtrail:eu-west-1:111122223333:trail/org-trail', 30)).toBe('Logging a…3333:trail/org-trail');
    expect(cutMiddle('short', 30)).toBe('short');
  });

  it('is never wider than asked, and exactly as wide when it is filled', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (value, width) => {
        expect(stringWidth(cutTo(value, width))).toBeLessThanOrEqual(width);
        expect(stringWidth(cutMiddle(value, width))).toBeLessThanOrEqual(width);
        expect(stringWidth(pad(value, width))).toBe(width);
      }),
    );
  });

  it('is wrapped at blanks without losing a word', () => {
    const words = 'no findings: looked at 12 records in 3 inputs';
    const lines = wrap(words, 20);
    expect(lines.join(' ')).toBe(words);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(20);
  });

  it('is packed piece by piece, a long piece cut alone', () => {
    expect(pack(['Pod shop/web', 'demo', 'kubectl', 'Manual Kubernetes change'], 24)).toEqual([
      'Pod shop/web · demo',
      'kubectl',
      'Manual Kubernetes change',
    ]);
    expect(pack(['a', 'a-name-that-is-too-long'], 10)).toEqual(['a', 'a-name-th…']);
    expect(pack([], 10)).toEqual([]);
  });
});

describe('the width of a table', () => {
  it('is shared so that the widest columns give way and short ones stay', () => {
    expect(shareWidths([5, 40, 8, 30], 53)).toEqual([5, 20, 8, 20]);
    expect(shareWidths([5, 6], 20)).toEqual([5, 6]);
  });

  it('is never exceeded, however little there is', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(80), { minLength: 1, maxLength: 6 }), fc.nat(200), (wanted, total) => {
        const widths = shareWidths(wanted, total);
        const sum = widths.reduce((left, right) => left + right, 0);
        expect(sum).toBeLessThanOrEqual(Math.max(total, wanted.length));
        expect(widths.every((width, index) => width <= (wanted[index] ?? 0))).toBe(true);
      }),
    );
  });
});
