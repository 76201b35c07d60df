import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PatternError, posixRegex } from '../../../../lib/core/rules/posix-regex.ts';

describe('a pattern in POSIX syntax', () => {
  test.each([
    ['kubernetes', 'kubernetes-admin', false],
    ['.*admin', 'kubernetes-admin', true],
    ['j.rgen', 'jürgen', true],
    ['.', '😀', true],
    ['a.c', 'a\nc', false],
    ['a[[:space:]]c', 'a\nc', true],
    ['[^x]', '\n', true],
    ['^a$', 'a', true],
    ['(system:.*|kubernetes-admin)', 'system:admin', true],
    ['(|a)', '', true],
    ['()', '', true],
    ['k.*?n', 'kubern', true],
    ['a+?', '', true],
    ['a{2}?', 'a', false],
    ['a**', 'aaa', true],
    ['(ab){2,3}', 'ababab', true],
    ['a{2,}', 'aaaa', true],
    ['a{,2}', 'a{,2}', true],
    ['a{x', 'a{x', true],
    ['a]', 'a]', true],
    ['a}', 'a}', true],
    ['[]a]+', ']a', true],
    ['[^]a]', 'b', true],
    ['[a-]', '-', true],
    ['[-a]', '-', true],
    ['[a-c]', 'b', true],
    ['[\\]]', ']', true],
    ['[\\x41-\\x43]', 'B', true],
    ['[\\101-\\103]', 'B', true],
    ['[\\--/]', '.', true],
    ['[\\t-\\r]', '\n', true],
    ['[[:alpha:]-]', '-', true],
    ['[[:^alpha:]]', '1', true],
    ['[😀-😂]', '😁', true],
    ['\\.x', '.x', true],
    ['\\x41\\x{1F600}', 'A😀', true],
    ['\\101\\n\\0', 'A\n\0', true],
    ['ü+', 'üü', true],
    ['^*a', 'a', true],
    ['', '', true],
  ])('%j on %j: %s', (pattern, value, expected) => {
    expect(posixRegex(pattern)(value)).toBe(expected);
  });

  test.each([
    ['(', 'missing ): ('],
    ['(()', 'missing ): (()'],
    ['a)', 'unexpected ): a)'],
    ['\\w+', 'invalid escape sequence: \\w'],
    ['k\\d', 'invalid escape sequence: \\d'],
    ['[\\d]', 'invalid escape sequence: \\d'],
    ['\\pL', 'invalid escape sequence: \\p'],
    ['\\8', 'invalid escape sequence: \\8'],
    ['\\😀', 'invalid escape sequence: \\😀'],
    ['a\\', 'trailing \\'],
    ['a{2,1}', 'invalid repetition size: {2,1}'],
    ['a{1001}', 'invalid repetition size: {1001}'],
    ['a{1,1001}', 'invalid repetition size: {1,1001}'],
    ['(?i)K', 'no argument for repetition operator: ?'],
    ['*a', 'no argument for repetition operator: *'],
    ['a|+', 'no argument for repetition operator: +'],
    ['{2}', 'no argument for repetition operator: {2}'],
    ['[abc', 'missing ]: [abc'],
    ['x[]', 'missing ]: []'],
    ['[b-a]', 'invalid character class range: b-a'],
    ['[a-z-9]', 'invalid character class range: -9'],
    ['[[:foo:]]', 'invalid character class range: [:foo:]'],
    ['((a{100}){100})', 'invalid repetition size: {100}'],
    ['\\x{110000}', 'invalid escape sequence: \\x{110000'],
  ])('%j is none', (pattern, message) => {
    expect(() => posixRegex(pattern)).toThrow(PatternError);
    expect(() => posixRegex(pattern)).toThrow(message);
  });

  test('a large pattern and a long value fail the rule and do not stall the run', () => {
    const large = posixRegex('(.{1,1000}x?){1}.{1,1000}');
    expect(large('a'.repeat(100))).toBe(true);
    expect(() => large('a'.repeat(1_000_000))).toThrow('too long for one another');
    expect(posixRegex('.{10}{20}')('a'.repeat(200))).toBe(true);
    expect(posixRegex('.*admin.*')(`${'x'.repeat(1_000_000)}admin`)).toBe(true);
  });

  test('no text crashes the rewriting, and no pattern takes long', () => {
    const words = fc.constantFrom(
      '(',
      ')',
      '|',
      '*',
      '+',
      '?',
      '{2}',
      '{',
      '}',
      '[',
      ']',
      '^',
      '-',
      '\\',
      'a',
      'ü',
      '😀',
      '[:alpha:]',
      '.',
      '\ud83d',
    );
    const texts = fc.array(words, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (pattern) => {
        try {
          posixRegex(pattern)('aa');
        } catch (cause) {
          expect(cause).toBeInstanceOf(PatternError);
        }
      }),
      { numRuns: 500 },
    );
    const started = performance.now();
    expect(posixRegex('(a*)*(a*)*b')('a'.repeat(5_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
