import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { appOf, CONFIGS } from '../support/infrastructure/synth.ts';

describe('the rules of AWS for sound stacks', () => {
  test.each(Object.entries(CONFIGS))('have nothing against: %s', (_, yaml) => {
    const app = appOf(yaml);
    for (const Checks of [AwsSolutionsChecks, ServerlessChecks]) {
      const { violations } = new Checks(app).validateScope(app);
      const told = violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
      );
      expect(told).toEqual([]);
    }
  });
});
