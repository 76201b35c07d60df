import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../../lib/core/model/audit-event.ts';
import { read } from '../../../../support/falco-events.ts';

const CALL: JsonObject = {
  userIdentity: { type: 'IAMUser', userName: 'carol' },
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '192.0.2.1',
};

test.each([
  [{}, 'carol via 192.0.2.1 ← GetObject'],
  [{ readOnly: false }, 'carol via 192.0.2.1 → GetObject'],
  [{ readOnly: true, errorCode: 'AccessDenied' }, 'carol via 192.0.2.1 !← GetObject'],
  [{ sourceIPAddress: 'carol' }, 'carol ← GetObject'],
  [{ userIdentity: { type: 'Root' } }, '<invalid cloudtrail event: userIdentity field missing>'],
  [{ userIdentity: {} }, '<invalid cloudtrail event: userIdentity field missing>'],
  [{ sourceIPAddress: undefined }, '<invalid cloudtrail event: eventSource field missing>'],
  [{ eventName: undefined }, '<invalid cloudtrail event: eventName field missing>'],
  [{ requestParameters: { bucketName: 'b', key: 'k' } }, 'carol via 192.0.2.1 ← GetObject URI=s3://b/k'],
  [
    { requestParameters: { bucketName: 'b' }, additionalEventData: { bytesTransferredOut: 3 } },
    'carol via 192.0.2.1 ← GetObject Size=3 Bucket=b',
  ],
  [{ requestParameters: { key: 'k' } }, 'carol via 192.0.2.1 ← GetObject Key=k'],
  [{ requestParameters: { Host: 'h' } }, 'carol via 192.0.2.1 ← GetObject Host=h'],
  [
    {
      eventName: 'PutBucketPublicAccessBlock',
      requestParameters: { bucketName: 'b', PublicAccessBlockConfiguration: { BlockPublicAcls: true } },
    },
    'carol via 192.0.2.1 ← PutBucketPublicAccessBlock BlockPublicAcls=false BlockPublicPolicy=false IgnorePublicAcls=false RestrictPublicBuckets=false ',
  ],
  [{ eventName: 'PutBucketPublicAccessBlock', requestParameters: { bucketName: 'b' } }, 'carol via 192.0.2.1 ← PutBucketPublicAccessBlock'],
] as [JsonObject, string][])('%j is summed up as %j', (changes, info) => {
  expect(read('aws_cloudtrail', 'ct.info', JSON.stringify({ ...CALL, ...changes }))).toBe(info);
});

test.each([
  [{}, 'eu-west-1 carol s3 GetObject carol via 192.0.2.1 ← GetObject'],
  [{ userIdentity: { type: 'IAMUser', userName: '' } }, 'eu-west-1 s3 GetObject  via 192.0.2.1 ← GetObject'],
  [{ userIdentity: { type: 'Root' } }, 'eu-west-1<NA> s3 GetObject <invalid cloudtrail event: userIdentity field missing>'],
  [{ userIdentity: { type: 'Odd' } }, 'eu-west-1<unknown user type> s3 GetObject <invalid cloudtrail event: userIdentity field missing>'],
  [{ userIdentity: undefined }, 'eu-west-1 s3 GetObject <invalid cloudtrail event: userIdentity field missing>'],
  [{ eventSource: undefined }, '<invalid JSON: event did not contain a source>'],
  [{ awsRegion: 5 }, '<invalid JSON: event did not contain an awsRegion>'],
  [{ eventName: undefined }, '<invalid JSON: event did not contain an eventName>'],
] as [JsonObject, string][])('%j: the plugin says %j', (changes, info) => {
  expect(read('aws_cloudtrail', 'evt.plugininfo', JSON.stringify({ ...CALL, ...changes }))).toBe(info);
});
