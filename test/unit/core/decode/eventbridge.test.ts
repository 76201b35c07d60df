import { describe, expect, test } from 'vitest';
import { brief, briefs, envelopes, readAll, recordTexts } from '../../../support/reading.ts';

describe('EventBridge events', () => {
  test.each([
    ['cloudtrail.json', ['1 detail aws_cloudtrail']],
    ['sign-in.json', ['1 detail aws_cloudtrail']],
    ['array.json', ['2 [0].detail aws_cloudtrail', '38 [1].detail aws_cloudtrail']],
    ['insight.json', ['1 detail dropped insight']],
    ['other.json', ['1 . dropped other_event']],
    ['s3-notice.json', ['1 . dropped notification']],
    ['detail-is-text.json', ['1 . failed bad_envelope']],
    ['detail-only.json', ['1 detail aws_cloudtrail']],
  ])('%s is read', (name, expected) => {
    expect(briefs(`eventbridge/${name}`)).toEqual(expected);
  });

  test('an event that anybody may have put on the bus is forged, whatever it says it is', () => {
    expect(briefs('eventbridge/forged.json')).toEqual(['1 . dropped forged']);
    expect(briefs('eventbridge/forged-no-source.json')).toEqual(['1 . dropped forged']);
    expect(readAll('{"detail-type":5,"source":"awsx","detail":{}}').map(brief)).toEqual(['dropped forged']);
    expect(readAll('{"detail-type":5,"source":"aws.s3","detail":{}}').map(brief)).toEqual(['dropped other_event']);
  });

  test('the record is the text of detail, and account and region come from the event', () => {
    const detail = '{ "eventName" : "X", "eventTime":"t","eventType":"AwsApiCall" }';
    const event = `{"detail":{"x":1},"detail-type":"AWS API Call via CloudTrail","source":"aws.s3","account":"111122223333","region":"eu-west-1","detail": ${detail}}`;
    const items = readAll(event);
    expect(recordTexts(items)).toEqual([detail]);
    expect(envelopes(items)).toEqual([{ account: '111122223333', region: 'eu-west-1' }]);
    expect(envelopes(readAll(`{"detail-type":"AWS API Call via CloudTrail","source":"aws.s3","detail":${detail}}`))).toEqual([{}]);
  });
});
