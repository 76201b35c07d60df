import { describe, expect, test } from 'vitest';
import { brief, briefs, readAll } from '../../../support/reading.ts';

describe('SNS messages', () => {
  test.each([
    ['event.json', ['3 Records[0].Sns.Message aws_cloudtrail']],
    ['event-camel-case.json', ['3 records[0].sns.message aws_cloudtrail']],
    ['body.json', ['1 Message aws_cloudtrail']],
    ['subscription-confirmation.json', ['1 . dropped test_notice']],
    ['topic-check.json', ['1 . dropped test_notice']],
    ['no-message.json', ['1 . failed bad_envelope']],
  ])('%s is read', (name, expected) => {
    expect(briefs(`sns/${name}`)).toEqual(expected);
  });

  test('an SNS record without a type is a notification; a topic alone is no message', () => {
    expect(readAll('{"Sns":{"Message":"{}"}}').map(brief)).toEqual(['failed unknown_format']);
    expect(
      readAll('{"topicArn":"arn:aws:sns:eu-west-1:111122223333:t","type":"Notification","message":"{\\"Event\\":\\"s3:TestEvent\\"}"}').map(
        brief,
      ),
    ).toEqual(['dropped test_notice']);
    expect(readAll('{"TopicArn":"arn:aws:sns:eu-west-1:111122223333:t"}').map(brief)).toEqual(['failed unknown_format']);
  });
});
