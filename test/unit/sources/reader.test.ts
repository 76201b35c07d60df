import { describe, expect, test } from 'vitest';
import { brief, readAll, recordTexts } from '../../support/reading.ts';

const a = '{"auditID":"größe 🙂","verb":"get","user":{}}';

describe('bytes', () => {
  test('of one character may come in two pieces', () => {
    const bytes = new TextEncoder().encode(a);
    for (let cut = 0; cut <= bytes.length; cut++) expect(recordTexts(readAll(a, { cuts: [cut] }))).toEqual([a]);
  });

  test('that are no UTF-8 become U+FFFD, at the end of the input too', () => {
    expect(readAll(Uint8Array.of(0x61, 0xe2, 0x82)).map(brief)).toEqual(['failed bad_json']);
    expect(recordTexts(readAll(Buffer.from(a, 'latin1')))[0]).toContain('gr\ufffd');
  });

  test('of a UTF-16 file are said to be binary', () => {
    expect(readAll(Buffer.from(`\ufeff${a}\n${a}`, 'utf16le')).map(brief)).toEqual(['failed bad_json']);
  });
});
