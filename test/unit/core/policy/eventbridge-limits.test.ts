import { expect, test } from 'vitest';
import { patternComplexity, refusal } from '../../../../lib/core/policy/eventbridge-limits.ts';

test.each([
  ['the worst field counts', { a: [{ wildcard: '*a*' }], b: [{ wildcard: '*a*a*' }] }, 5],
  ['alternatives of one field count together', { $or: [{ a: [{ wildcard: 'x*' }] }, { a: [{ wildcard: 'y*' }] }] }, 2],
  ['a list of anything-but counts as one', { a: [{ 'anything-but': { wildcard: ['0*x', '1*x', '2*x'] } }] }, 2],
  ['other tests count nothing', { a: ['x', 1, null, { prefix: 'x' }, { 'anything-but': ['x'] }] }, 0],
  ['a field may be called $or', { $or: { a: [{ wildcard: 'x*' }] } }, 2],
  ['what is no pattern has no wildcards', { a: 'x*' }, 0],
])('%s', (_, pattern, score) => {
  expect(patternComplexity(pattern)).toBe(score);
});

test('the service refuses what is too long, then what is too complex', () => {
  expect(refusal('x'.repeat(2049), 11)).toBe('the pattern is full');
  expect(refusal('x'.repeat(2048), 11)).toBe('too many wildcards for one pattern');
  expect(refusal('x'.repeat(2048), 10)).toBeUndefined();
});
