import { describe, expect, test } from 'vitest';
import { briefs } from '../../../support/reading.ts';

describe('Kinesis and Firehose records', () => {
  test.each([
    [
      'cloudwatch-logs.json',
      [
        '3 Records[0].kinesis.data.logEvents[0].message k8s_audit',
        '19 Records[1].kinesis.data.logEvents[0].message k8s_audit',
        '19 Records[1].kinesis.data.logEvents[0].message k8s_audit',
        '35 Records[2].kinesis.data.logEvents[0].message k8s_audit',
        '51 Records[3].kinesis.data aws_cloudtrail',
      ],
    ],
    ['bad-data.json', ['3 Records[0].kinesis.data failed bad_envelope', '9 Records[1] failed bad_envelope']],
    [
      'firehose.json',
      [
        '6 records[0].data.logEvents[0].message k8s_audit',
        '11 records[1] failed bad_envelope',
        '15 records[2].data aws_cloudtrail',
        '15 records[2].data aws_cloudtrail',
      ],
    ],
  ])('%s is read', (name, expected) => {
    expect(briefs(`kinesis/${name}`)).toEqual(expected);
  });
});
