import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../lib/config/load.ts';
import { defaultAwsSettings } from '../../../lib/config/schema-aws.ts';

/** What is said about the `aws:` part of a configuration, as `path: message`. */
function said(aws: string): readonly string[] {
  return parseConfig(`aws: ${aws}\n`, 'driftwire.yaml').problems.map(({ path, message }) => `${path}: ${message}`);
}

test('somebody who writes nothing gets one stack with alarms and a dashboard', () => {
  expect(defaultAwsSettings()).toEqual({
    mode: 'standalone',
    webhook: false,
    reconcile: true,
    alarms: { enabled: true },
    dashboard: true,
    xray: false,
    log_retention_days: 30,
    reserve_concurrency: true,
    termination_protection: false,
    tags: {},
  });
  expect(parseConfig('aws: {}', 'driftwire.yaml').config?.aws).toEqual(defaultAwsSettings());
});

describe('what is right', () => {
  test.each([
    '{ region: eu-west-1, forward_regions: [us-east-1, us-east-2] }',
    '{ region: cn-north-1, cloudtrail: { bucket: acme-trail, notices: sns, topic_arn: "arn:aws-cn:sns:cn-north-1:111122223333:trail" } }',
    '{ eks: { log_groups: [/aws/eks/demo/cluster], through: kinesis, truncated_lines: true } }',
    '{ alarms: { enabled: false }, dashboard: false, xray: true, reconcile: false, log_retention_days: 365 }',
    '{ tags: { team: platform, "cost:center": "1 2" }, secrets_key_arn: "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }',
  ])('%s', (aws) => {
    expect(said(aws)).toEqual([]);
  });
});

describe('what is wrong is told with its place', () => {
  test.each([
    ['{ forward_regions: [us-east-1] }', 'aws.region: required with forward_regions: the region that they forward to'],
    [
      '{ region: us-east-1, forward_regions: [us-east-1] }',
      'aws.forward_regions: names the region of the deployment itself: remove it there',
    ],
    ['{ region: eu-west-1, forward_regions: [us-east-1, us-east-1] }', 'aws.forward_regions: a region stands here twice: remove one'],
    ['{ cloudtrail: { bucket: acme-trail, notices: sns } }', 'aws.cloudtrail.topic_arn: required with notices: sns'],
    [
      '{ cloudtrail: { bucket: acme-trail, topic_arn: "arn:aws:sns:eu-west-1:111122223333:t" } }',
      'aws.cloudtrail.topic_arn: only with notices: sns; remove it or change notices',
    ],
    ['{ eks: { log_groups: [/aws/eks/a/cluster, /aws/eks/a/cluster] } }', 'aws.eks.log_groups: a log group stands here twice: remove one'],
    [
      '{ mode: collector, processor: { account: "444455556666" }, eks: { log_groups: [/aws/eks/a/cluster] } }',
      'aws.eks: a collector only forwards events of its own region: configure this in the processor, or use mode: standalone here',
    ],
    [
      '{ alarms: { topic_arn: on-call } }',
      'aws.alarms.topic_arn: not such an ARN: write it as in arn:aws:sns:eu-west-1:111122223333:on-call',
    ],
  ])('%s', (aws, message) => {
    expect(said(aws)).toContain(message);
  });

  test.each(['{ log_retention_days: 31 }', '{ tags: { "aws:mine": x } }', '{ xray: 1 }', '{ modus: standalone }'])('%s', (aws) => {
    expect(said(aws)).not.toEqual([]);
  });
});
