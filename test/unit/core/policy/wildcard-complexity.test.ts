import { expect, test } from 'vitest';
import { wildcardComplexity } from '../../../../lib/core/policy/wildcard-complexity.ts';

const numbered = (count: number, name: (number: string) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => name(String(index).padStart(2, '0')));

/** Scores of aws/event-ruler 2.0.1; each list is one `anything-but`. */
test.each([
  ['fifty exact names', [numbered(50, (n) => `role-${n}`)], 1],
  ['twenty prefixes', [numbered(20, (n) => `svc${n}-*`)], 2],
  ['twenty suffixes', [numbered(20, (n) => `*-svc${n}`)], 11],
  ['nested prefixes', [['ci-*', 'ci-a-*', 'ci-a-b-*', 'ci-a-b-c-*']], 5],
  ['nested suffixes', [['*-bot', '*-a-bot', '*-b-a-bot']], 5],
  ['one word', [['*deploy*']], 3],
  ['two words', [['*deploy*', '*build*']], 5],
  ['five stars', [['*a*a*a*a*a']], 10],
  ['six stars', [['*a*a*a*a*a*a']], 11],
  ['separate wildcards', [['0*x'], ['1*x'], ['2*x']], 3],
  ['the CDK roles', [['cdk-*-deploy-role-*', 'cdk-*-file-publishing-role-*', 'cdk-*-image-publishing-role-*', 'cdk-*-lookup-role-*']], 7],
  ['nothing', [], 0],
])('%s', (_, groups, score) => {
  expect(wildcardComplexity(groups)).toBe(score);
});

test('what would take too long to work out is too complex', { timeout: 20_000 }, () => {
  const word = (step: number, length: number): string =>
    Array.from({ length }, (_, index) => 'abcdefghijklm'[(index * index * step + index) % 13]).join('');
  const words = (length: number): readonly string[] => [1, 2, 5].map((step) => `*${word(step, length)}*`);
  expect(wildcardComplexity([words(20)])).toBeLessThanOrEqual(10);
  expect(wildcardComplexity([words(300)])).toBe(11);
});
