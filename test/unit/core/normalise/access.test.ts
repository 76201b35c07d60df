import { expect, test } from 'vitest';
import { at, flag, isObject, member, text, texts } from '../../../../lib/core/normalise/access.ts';

test('inherited names and prototype keys of a foreign object are absent or plain data', () => {
  expect(member({}, 'constructor')).toBeUndefined();
  expect(member(JSON.parse('{"__proto__":{"polluted":true}}'), 'polluted')).toBeUndefined();
  expect(at(JSON.parse('{"__proto__":{"polluted":true}}'), '__proto__', 'polluted')).toBe(true);
});

test('arrays, null and scalars are no objects', () => {
  expect([[], null, 'x', 1, undefined].map((value) => isObject(value))).toEqual([false, false, false, false, false]);
  expect(at({ a: [1] }, 'a', '0')).toBeUndefined();
});

test('an empty string and a non-string are absent texts', () => {
  expect([text({ a: '' }, 'a'), text({ a: 1 }, 'a'), text({ a: 'x' }, 'a')]).toEqual([undefined, undefined, 'x']);
  expect(texts({ a: ['x', 1, ''] }, 'a')).toEqual(['x', '']);
  expect(texts({ a: 'x' }, 'a')).toEqual([]);
});

test('a flag is a boolean or its word in any case', () => {
  expect([true, false, 'True', 'FALSE', 'yes', 1, null].map((value) => flag({ a: value }, 'a'))).toEqual([
    true,
    false,
    true,
    false,
    undefined,
    undefined,
    undefined,
  ]);
});
