import { describe, expect, test } from 'vitest';
import { briefs } from '../../../support/reading.ts';

describe('LookupEvents answers', () => {
  test.each([
    ['page.json', ['3 Events[0].CloudTrailEvent aws_cloudtrail', '13 Events[1].CloudTrailEvent aws_cloudtrail']],
    [
      'no-record.json',
      ['3 Events[0] failed bad_envelope', '7 Events[1] failed bad_envelope', '12 Events[2].CloudTrailEvent failed bad_json'],
    ],
    ['strings.json', ['2 [0] aws_cloudtrail', '3 [1] aws_cloudtrail']],
    ['string-lines.jsonl', ['1 . aws_cloudtrail', '2 . aws_cloudtrail']],
  ])('%s is read', (name, expected) => {
    expect(briefs(`lookup-events/${name}`)).toEqual(expected);
  });
});
