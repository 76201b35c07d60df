import { describe, expect, test } from 'vitest';
import { brief, briefs, fixture, readAll, recordTexts } from '../../../support/reading.ts';

describe('CloudTrail records', () => {
  test.each([
    ['record.json', ['1 . aws_cloudtrail']],
    ['object.json', ['1 Records[0] aws_cloudtrail', '1 Records[1] aws_cloudtrail']],
    ['object-pretty.json', ['3 Records[0] aws_cloudtrail', '29 Records[1] aws_cloudtrail']],
    ['object-empty.json', []],
    ['lines.jsonl', ['1 . aws_cloudtrail', '2 . aws_cloudtrail']],
    ['array.json', ['2 [0] aws_cloudtrail', '28 [1] aws_cloudtrail']],
    ['insight.json', ['3 Records[0] dropped insight', '19 Records[1] dropped insight']],
    ['network-activity.json', ['3 Records[0] dropped network_activity', '29 Records[1] dropped network_activity']],
    ['aggregated.json', ['3 Records[0] dropped aggregated', '29 Records[1] dropped aggregated']],
  ])('%s is read', (name, expected) => {
    expect(briefs(`cloudtrail/${name}`)).toEqual(expected);
  });

  test('a record keeps its text byte by byte, unusual spacing and order included', () => {
    const text = '{ "eventName":"X" ,\t"eventTime":"2026-11-20T09:15:02Z","eventType" : "AwsApiCall", "odd":1.50, "odd":"\\u0041" }';
    expect(recordTexts(readAll(`{"Records":[${text}]}`))).toEqual([text]);
  });

  test('a broken record and one that is no object take no other record along', () => {
    expect(briefs('cloudtrail/object-one-broken.json')).toEqual([
      '1 Records[0] aws_cloudtrail',
      '1 Records[1] failed bad_json',
      '1 Records[2] failed not_an_event',
      '1 Records[3] aws_cloudtrail',
    ]);
  });

  test('a second key Records is an error, and its records are read all the same', () => {
    expect(briefs('cloudtrail/object-two-keys.json')).toEqual([
      '1 Records[0] aws_cloudtrail',
      '1 . failed bad_envelope',
      '1 Records[1] aws_cloudtrail',
    ]);
  });

  test('an object without Records is an error and not zero records', () => {
    expect(readAll('{"NotRecords":[]}').map(brief)).toEqual(['failed unknown_format']);
    expect(readAll('{"Records":{}}').map(brief)).toEqual(['failed unknown_format']);
  });

  test('the key Records is known however it is escaped', () => {
    expect(readAll(`{"\\u0052ecords":[${fixture('cloudtrail/lines.jsonl').split('\n')[0]}]}`).map(brief)).toEqual(['aws_cloudtrail']);
  });

  test('two members that CloudTrail has too make no CloudTrail record', () => {
    expect(readAll('{"eventName":"x","eventTime":"y"}').map(brief)).toEqual(['failed unknown_format']);
  });
});
