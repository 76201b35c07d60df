import { describe, expect, test } from 'vitest';
import { utf8Bytes, utf8Head } from '../../../../lib/core/deliver/utf8.ts';

const TEXTS = ['', 'plain', 'Zoë', '北京', '🚀x🚀', '\u07ff\u0800\uffff', 'a\u0000b'];

describe('UTF-8', () => {
  test.each(TEXTS)('the bytes of %j are counted as an encoder makes them', (text) => {
    expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
  });

  test.each(TEXTS)('each beginning of %j is within its bound, whole characters only, and the longest such', (text) => {
    for (let most = 0; most <= Buffer.byteLength(text) + 1; most++) {
      const head = utf8Head(text, most);
      expect(text.startsWith(head)).toBe(true);
      expect(head.isWellFormed()).toBe(true);
      expect(Buffer.byteLength(head)).toBeLessThanOrEqual(most);
      const [next] = text.slice(head.length);
      if (next !== undefined) {
        expect(Buffer.byteLength(head) + Buffer.byteLength(String.fromCodePoint(text.codePointAt(head.length) ?? 0))).toBeGreaterThan(most);
      }
    }
  });
});
