import { expect, test } from 'vitest';
import { labelValue } from '../../../../lib/core/deliver/label-value.ts';

test('what is absent is empty, what is short stays', () => {
  expect(labelValue(null)).toBe('');
  expect(labelValue('alice@example.com')).toBe('alice@example.com');
  expect(labelValue('x'.repeat(256))).toBe('x'.repeat(256));
});

test('a name of a megabyte is cut, also through a character, and a broken one mended', () => {
  expect(labelValue('x'.repeat(1_000_000))).toBe(`${'x'.repeat(255)}…`);
  expect(labelValue('😀'.repeat(200))).toBe(`${'😀'.repeat(127)}\ufffd…`);
  expect(labelValue('a\ud800b')).toBe('a\ufffdb');
});
