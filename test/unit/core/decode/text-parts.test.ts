import { describe, expect, test } from 'vitest';
import { detached, isAbove } from '../../../../lib/core/decode/text-parts.ts';

describe('a text in parts', () => {
  test('is measured in UTF-8 bytes', () => {
    const parts = ['aé', '€🙂'];
    const length = parts.join('').length;
    expect(isAbove(parts, length, new TextEncoder().encode(parts.join('')).length)).toBe(false);
    expect(isAbove(parts, length, new TextEncoder().encode(parts.join('')).length - 1)).toBe(true);
    expect(isAbove(['abc'], 3, 9)).toBe(false);
  });

  test('is joined as it stands', () => {
    expect(detached(['ab', 'c'])).toBe('abc');
    expect(detached(['abc'])).toBe('abc');
    expect(detached([])).toBe('');
  });
});
