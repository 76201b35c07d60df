import { describe, expect, test } from 'vitest';
import { brief, briefs, readAll } from '../../../support/reading.ts';

describe('SQS messages', () => {
  test.each([
    ['eventbridge.json', ['3 Records[0].body.detail aws_cloudtrail', '14 Records[1].body aws_cloudtrail']],
    [
      'one-bad-body.json',
      [
        '3 Records[0].body aws_cloudtrail',
        '14 Records[1].body failed bad_json',
        '25 Records[2].body failed unknown_format',
        '36 Records[3].body aws_cloudtrail',
      ],
    ],
    ['body-is-no-text.json', ['3 Records[0] failed bad_envelope']],
    ['receive-message.json', ['3 Messages[0].Body aws_cloudtrail']],
  ])('%s is read', (name, expected) => {
    expect(briefs(`sqs/${name}`)).toEqual(expected);
  });

  test('a message is known by its id and body where the event source is missing', () => {
    expect(readAll('{"messageId":"m","body":"{\\"Event\\":\\"s3:TestEvent\\"}"}').map(brief)).toEqual(['dropped test_notice']);
    expect(readAll('{"messageId":"m"}').map(brief)).toEqual(['failed unknown_format']);
    expect(readAll('{"MessageId":"m"}').map(brief)).toEqual(['failed unknown_format']);
  });
});
