import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64Bytes } from '../../../../lib/core/rules/base64.ts';

test('any bytes come back from their base64, padded or not', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = Buffer.from(bytes).toString('base64');
      const expected = Buffer.from(bytes).toString('latin1');
      expect(base64Bytes(text)).toBe(expected);
      expect(base64Bytes(text.replace(/=+$/, ''))).toBe(expected);
    }),
  );
});

test.each(['a', 'abcde', 'ab!d', 'ab c', 'ab==c', 'YW\n', 'YWJ/', 'YX', 'YWF', 'YWE===', '-_-_'])('%j is none', (text) => {
  const isWhole = text === 'YWJ/';
  expect(base64Bytes(text)).toBe(isWhole ? 'ab\x7f' : undefined);
});
