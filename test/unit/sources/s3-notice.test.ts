import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { objectsNoticedIn } from '../../../lib/sources/s3-notice.ts';
import { fixture } from '../../support/reading.ts';

const record = (over: object = {}) => ({
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:CompleteMultipartUpload',
  s3: { bucket: { name: 'b' }, object: { key: 'a+b%2Fc%C3%A9.json.gz' } },
  ...over,
});

describe('which objects a message tells of', () => {
  test("S3's own key is URL-encoded, with + for a blank; that of EventBridge and of CloudTrail is not", () => {
    expect(objectsNoticedIn(JSON.stringify({ Records: [record()] }))).toEqual([{ bucket: 'b', key: 'a b/cé.json.gz' }]);
    expect(objectsNoticedIn(fixture('eventbridge/s3-notice.json'))).toEqual([{ bucket: 'acme-trail', key: 'a b.json.gz' }]);
    expect(objectsNoticedIn(fixture('s3-notification/cloudtrail-notice.json'))).toEqual([
      { bucket: 'acme-trail', key: 'AWSLogs/x.json.gz' },
    ]);
  });

  test('a key that is no URL-encoding is taken as it stands, and not passed over', () => {
    const [broken, percent] = ['AWSLogs/%E0%A4%A', 'AWSLogs/100%'].map((key) => record({ s3: { bucket: { name: 'b' }, object: { key } } }));
    expect(objectsNoticedIn(JSON.stringify({ Records: [broken, percent] }))).toEqual([
      { bucket: 'b', key: 'AWSLogs/%E0%A4%A' },
      { bucket: 'b', key: 'AWSLogs/100%' },
    ]);
  });

  test('each object is named once, and what is no creation not at all', () => {
    const bodies = ['ObjectRemoved:Delete', 'ObjectRestore:Completed', 'LifecycleExpiration:Delete', 'Replication:X'].map((eventName) =>
      record({ eventName }),
    );
    expect(objectsNoticedIn(JSON.stringify({ Records: [record(), record(), ...bodies] }))).toHaveLength(1);
    expect(objectsNoticedIn(fixture('s3-notification/direct.json'))).toEqual([{ bucket: 'acme-trail', key: 'a b=.json.gz' }]);
  });

  test('a notice in a notice in a notice is found, and no deeper', () => {
    const wrap = (message: string) => JSON.stringify({ Type: 'Notification', Message: message });
    const notice = JSON.stringify({ Records: [record()] });
    expect(objectsNoticedIn(wrap(wrap(wrap(notice))))).toHaveLength(1);
    expect(objectsNoticedIn(wrap(wrap(wrap(wrap(notice)))))).toHaveLength(0);
  });

  test.each([
    ['a CloudTrail event of S3', fixture('eventbridge/cloudtrail.json')],
    ['an event that anybody could have sent', fixture('eventbridge/s3-notice.json').replace('aws.s3', 'my.s3')],
    ['a test event', fixture('s3-notification/test-event.json')],
    ['a trail file', fixture('cloudtrail/object.json')],
    ['no bucket', JSON.stringify({ Records: [record({ s3: { object: { key: 'k' } } })] })],
    ['no object', JSON.stringify({ source: 'aws.s3', 'detail-type': 'Object Created', detail: { bucket: { name: 'b' } } })],
    ['an empty name', JSON.stringify({ s3Bucket: '', s3ObjectKey: ['k'] })],
    ['a key that is no text', JSON.stringify({ s3Bucket: 'b', s3ObjectKey: [7, null, {}] })],
    ['a record that is none', JSON.stringify({ Records: [null, 7, 'x', record({ s3: 7 })] })],
  ])('%s tells of nothing', (_, body) => {
    expect(objectsNoticedIn(body)).toEqual([]);
  });

  test('nothing makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        objectsNoticedIn(body);
      }),
    );
  });
});
