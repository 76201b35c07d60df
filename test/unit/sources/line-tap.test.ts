import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../lib/sources/limits.ts';
import { type InputLine, tapLines } from '../../../lib/sources/line-tap.ts';
import { collector } from '../../support/reading.ts';

/** Everything told, in order: lines as numbers with text, items by their kind. */
function told(text: string, cuts: readonly number[] = []): readonly string[] {
  const all: string[] = [];
  const receiver = { ...collector(), take: (item: { readonly kind: string }) => void all.push(item.kind) };
  const reader = tapLines(({ line, text: words }: InputLine) => void all.push(`${line} ${words}`))('in', receiver, DEFAULT_LIMITS, {});
  const bytes = new TextEncoder().encode(text);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    reader.push(bytes.subarray(from, cut));
    from = cut;
  }
  reader.end();
  return all;
}

test('each line is told once, wherever the bytes are cut, and before what is in it when it comes in one piece', () => {
  const text = 'ä text\n\n{"a":1}\nlast';
  const lines = ['1 ä text', '3 {"a":1}', '4 last'];
  for (let cut = 1; cut < text.length; cut++) {
    const all = told(text, [cut]);
    expect(all.filter((each) => /^\d/.test(each))).toEqual(lines);
    expect(all).toContain('failed');
  }
  const all = told(text);
  expect(all.indexOf('failed')).toBeGreaterThan(all.indexOf('3 {"a":1}'));
});

test('a line of megabytes is passed over and the next one is told', () => {
  expect(told(`${'x'.repeat(2 * 1024 * 1024)}\nnext\n`).filter((each) => /^\d/.test(each))).toEqual(['2 next']);
  expect(told(`${'x'.repeat(1024)}\nnext\n`, [5, 600]).filter((each) => /^\d/.test(each))).toHaveLength(2);
});
