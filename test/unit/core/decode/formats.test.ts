import { describe, expect, test } from 'vitest';
import { FORMATS } from '../../../../lib/core/decode/formats.ts';

describe('formats', () => {
  test('are these, and S3, SQS and Kinesis are asked before CloudTrail, whose members they have too', () => {
    const names = FORMATS.map(({ name }) => name);
    expect(names).toEqual([
      'kubernetesAudit',
      'eventbridge',
      's3Notification',
      'sqs',
      'sns',
      'kinesis',
      'firehose',
      'cloudtrail',
      'awslogs',
      'logsMessage',
      'lookupEvent',
      'logEvent',
      'cloudtrailDigest',
      'awsConfig',
      'falcoEvent',
      'wrapped',
    ]);
  });
});
