import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { glob } from '../../../../lib/core/classify/glob.ts';
import { globsOverlap } from '../../../../lib/core/policy/globs-overlap.ts';

describe('two globs overlap', () => {
  test.each([
    ['a*', '*b', true],
    ['a*', 'b*', false],
    ['', '', true],
    ['*', '', true],
    ['?', '', false],
    ['a?c', 'abc', true],
    ['a?', 'a', false],
    ['ci-*', 'BreakGlass*', false],
    ['*x*', '*y*', true],
    ['?', '*', true],
    ['a*c', 'a*d', false],
    ['system:node:*', 'system:*', true],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(globsOverlap(a, b)).toBe(expected);
    expect(globsOverlap(b, a)).toBe(expected);
  });

  test('exactly when some text is matched by both', () => {
    const globs = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 });
    const texts = ['a', 'b'].reduce<string[]>((all) => [...new Set([...all, ...all.flatMap((text) => [`${text}a`, `${text}b`])])], ['']);
    for (let round = 0; round < 5; round++)
      texts.push(...texts.filter((text) => text.length === round + 2).flatMap((text) => [`${text}a`, `${text}b`]));
    fc.assert(
      fc.property(globs, globs, (a, b) => {
        const [matchesA, matchesB] = [glob(a), glob(b)];
        expect(globsOverlap(a, b)).toBe(texts.some((text) => matchesA(text) && matchesB(text)));
      }),
    );
  });
});
