import { describe, expect, test } from 'vitest';
import { briefs } from '../../../support/reading.ts';

describe('S3 notices', () => {
  test.each([
    ['direct.json', ['3 Records[0] dropped notification', '33 Records[1] dropped notification']],
    ['sqs.json', ['3 Records[0].body.Records[0] dropped notification', '3 Records[0].body.Records[1] dropped notification']],
    [
      'sqs-of-sns.json',
      ['3 Records[0].body.Message.Records[0] dropped notification', '3 Records[0].body.Message.Records[1] dropped notification'],
    ],
    ['cloudtrail-notice.json', ['1 . dropped notification']],
    ['test-event.json', ['1 . dropped test_notice']],
  ])('%s names objects and holds no record', (name, expected) => {
    expect(briefs(`s3-notification/${name}`)).toEqual(expected);
  });
});
