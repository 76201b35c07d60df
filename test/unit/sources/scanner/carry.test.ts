import { expect, test } from 'vitest';
import { Carry } from '../../../../lib/sources/scanner/carry.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (kept: Uint8Array): string => Buffer.from(kept).toString();

test('what is left of a chunk is kept behind what was kept before', () => {
  const carry = new Carry();
  const first = carry.keep(bytes(''), bytes('{"eventName":'));
  expect(text(carry.keep(first, bytes('"StopLogging"}')))).toBe('{"eventName":"StopLogging"}');
});

test('the end of what was kept moves to the beginning of the same memory', () => {
  const carry = new Carry();
  const first = carry.keep(bytes('abcdefghij'), bytes('klmnop'));
  const second = carry.keep(first.subarray(3), bytes('!'));
  expect(text(second)).toBe('defghijklmnop!');
  expect(second.buffer).toBe(first.buffer);
});

test('a record that is larger than the memory is kept whole, and the old memory is freed', () => {
  const carry = new Carry();
  const small = carry.keep(bytes('beginning '), bytes(''));
  const old = small.buffer;
  const large = carry.keep(small, bytes('x'.repeat(100_000)));
  expect(text(large)).toBe(`beginning ${'x'.repeat(100_000)}`);
  expect(old.byteLength).toBe(0);
});

test('nothing kept is nothing', () => {
  expect(new Carry().keep(bytes(''), bytes('')).length).toBe(0);
});
