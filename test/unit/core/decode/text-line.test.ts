import { describe, expect, test } from 'vitest';
import { shown, textKind } from '../../../../lib/core/decode/text-line.ts';

describe('lines that are no JSON', () => {
  test.each([
    ['I1120 09:15:00.123456      11 controller.go:615] quota', 'component_log'],
    ['E0101 00:00:00.1 1 x.go:1] x', 'component_log'],
    ['time="2026-11-20T09:15:00Z" level=info msg="access granted"', 'component_log'],
    ['a line of words', 'text'],
    ['one bad � byte in a long line of words', 'text'],
    ['\u001b[32mcoloured\u001b[0m\twords', 'text'],
    ['PK\u0003\u0004', 'garbage'],
    ['\u0000\u0000', 'garbage'],
    ['��ab��', 'garbage'],
    ['}, "x": 1', 'fragment'],
    ['"half a string', 'fragment'],
  ])('%j is %s', (line, kind) => {
    expect(textKind(line)).toBe(kind);
  });
});

describe('foreign text in messages', () => {
  test('control characters and those that turn the direction of writing are shown by their number', () => {
    expect(shown('a\u0000\u001b[1m\u009b\u202eb\u2028é🙂', 99)).toBe('a\\x00\\x1b[1m\\x9b\\u202eb\\u2028é🙂');
  });

  test('a long text is cut', () => {
    expect(shown('abcdef', 3)).toBe('abc...');
  });

  test('a cut never leaves half a character', () => {
    expect(shown('ab🙂', 3)).toBe('ab...');
  });
});
