import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fnmatch } from '../../../../lib/core/rules/fnmatch.ts';

describe('a glob', () => {
  test.each([
    ['kube', 'kube', true],
    ['kube', 'kubelet', false],
    ['*', '', true],
    ['*', 'a/b.c', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b', 'ab/a', false],
    ['a*', 'b', false],
    ['**', 'x', true],
    ['j?rgen', 'jürgen', false],
    ['j??rgen', 'jürgen', true],
    ['?', '', false],
    ['a?', 'a', false],
    ['[ks]*', 'system', true],
    ['[!a-z]x', '5x', true],
    ['[^a-z]x', 'ax', false],
    ['[a-c]', 'd', false],
    ['[c-a]', 'b', false],
    ['[]]', ']', true],
    ['[]-]', '-', true],
    ['[a-]', '-', true],
    ['[!]]', 'a', true],
    ['[', '[', true],
    ['[a', '[a', true],
    ['[a*', '[abc', true],
    ['[[:digit:]]', '7', true],
    ['[[:digit:]]', 'x', false],
    ['[[:upper:]-]', '-', true],
    ['[[:punct:][:space:]]', '~', true],
    ['[[:cntrl:]]', '\u0007', true],
    ['[[:cntrl:]]', '\u007f', true],
    ['[[:cntrl:]]', '\u0080', false],
    ['[[:nope:]]', 'n', false],
    ['[[:nope:]]', '[n]', false],
    ['\\[[:nope:]*', '[n', true],
    ['[[.-.]x]', '-', true],
    ['[[=a=]]', 'a', true],
    ['[a-[.c.]]', 'b', true],
    ['[\\]]', ']', true],
    ['[\\a-\\c]', 'b', true],
    ['[\\', '[\\', false],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['a\\', 'a', false],
    ['{a,b}', 'a', false],
    ['{a,b}', '{a,b}', true],
    ['*/', 'a/', true],
    ['*.conf', '.conf', true],
  ] as const)('%j on %j: %s', (pattern, value, expected) => {
    expect(fnmatch(pattern, false)(value)).toBe(expected);
  });

  test.each([
    ['*ADMIN', 'kubernetes-admin', true],
    ['kube', 'KUBE', true],
    ['[A-C]', 'b', true],
    ['[[:upper:]]', 'b', true],
    ['[[:upper:]]', 'B', true],
    ['[[:lower:]]', 'B', true],
    ['Ü*', 'üx', false],
  ] as const)('folding ASCII case, %j on %j: %s', (pattern, value, expected) => {
    expect(fnmatch(pattern, true)(value)).toBe(expected);
  });

  test('a pattern from a field that is too long for its value fails the rule, and does not stall the run', () => {
    expect(() => fnmatch('a*'.repeat(50_000), false)('a'.repeat(50_000))).toThrow('too long for one another');
  });

  test('any pattern is done in time, and one without special characters is equality', () => {
    const words = fc.constantFrom('*', '?', '[', ']', '!', '-', '\\', 'a', 'b', '[:alpha:]', '[.', 'ü');
    const texts = fc.array(words, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, texts, fc.boolean(), (pattern, value, fold) => {
        expect(typeof fnmatch(pattern, fold)(value)).toBe('boolean');
      }),
    );
    const started = performance.now();
    expect(fnmatch(`${'a*'.repeat(120)}b`, false)('a'.repeat(20_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
