import { rmSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { appOf, CONFIGS } from '../support/infrastructure/synth.ts';

test('the rules see what is wrong, so that silence means something', () => {
  const app = new App();
  new Queue(new Stack(app, 'Bad'), 'queue');
  const told = [AwsSolutionsChecks, ServerlessChecks].flatMap((Checks) =>
    new Checks(app).validateScope(app).violations.map(({ ruleName }) => ruleName),
  );
  rmSync(app.outdir, { recursive: true });
  expect(told).toEqual(expect.arrayContaining(['AwsSolutions-SQS3', 'AwsSolutions-SQS4', 'Serverless-SQSRedrivePolicy']));
});

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
    rmSync(app.outdir, { recursive: true });
  });
});
