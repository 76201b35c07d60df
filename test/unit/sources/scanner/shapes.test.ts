import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../../lib/sources/limits.ts';
import { openReader } from '../../../../lib/sources/reader.ts';
import { SHAPES } from '../../../../lib/sources/scanner/shapes.ts';
import { expectSameOutcome } from '../../../support/same-outcome.ts';
import { readAll } from '../../../support/scanned.ts';

const cloudtrail = {
  eventVersion: '1.09',
  userIdentity: { type: 'Root' },
  eventTime: '2026-11-20T08:00:00Z',
  eventSource: 'ec2.amazonaws.com',
  eventName: 'DescribeInstances',
  awsRegion: 'eu-west-1',
  eventID: 'a',
  readOnly: true,
  eventType: 'AwsApiCall',
};
const audit = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID: 'a',
  stage: 'ResponseComplete',
  requestURI: '/api',
  verb: 'get',
  user: { username: 'jane' },
  objectRef: { resource: 'pods' },
  stageTimestamp: '2026-11-20T08:00:00Z',
};
const other = JSON.stringify({ ...cloudtrail, eventID: 'b', readOnly: false });
const inBase64 = gzipSync(other).toString('base64');

/** What a member might hold that makes an envelope of the object around it. */
const VALUES: readonly unknown[] = [
  'x',
  's3:TestEvent',
  17,
  true,
  null,
  other,
  inBase64,
  [],
  [JSON.parse(other)],
  [other],
  {},
  JSON.parse(other),
  { data: inBase64, kinesisSchemaVersion: '1.0', object: { key: 'k' }, bucket: { name: 'b' }, Message: other, Type: 'Notification' },
  [{ data: inBase64, Body: other, CloudTrailEvent: other, message: other }],
];

/** Members that make an envelope only together with others of their format, and are none by themselves. */
const COMPANIONS = {
  detail: {},
  source: 'aws.ec2',
  s3ObjectKey: ['k'],
  body: other,
  Body: other,
  Type: 'Notification',
  Message: other,
  data: inBase64,
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: 'g',
};

/** Every name that the full reader may ask for, as a word in quotes in its source. */
function namesInDecoder(): string[] {
  const folder = new URL('../../../../lib/core/decode/', import.meta.url);
  const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
  return [...new Set(sources.flatMap((source) => [...source.matchAll(/'([A-Za-z][\w:-]*)'/g)].map(([, name = '']) => name)))];
}

test('no member that the full reader may look at changes what is told of a plain record, wherever it stands', () => {
  const names = namesInDecoder();
  expect(names).toEqual(expect.arrayContaining(['Records', 'detail-type', 'awsCloudTrailInsight', 'TopicArn', 'recordId']));
  let skipped = 0;
  for (const name of names) {
    for (const record of [cloudtrail, { ...cloudtrail, ...COMPANIONS }, audit, { ...audit, ...COMPANIONS }]) {
      const texts = VALUES.flatMap((value) => [JSON.stringify({ ...record, [name]: value }), JSON.stringify({ [name]: value, ...record })]);
      skipped += expectSameOutcome([Buffer.from(texts.join('\n'))]).skipped;
      skipped += expectSameOutcome([Buffer.from(`{"Records":[${texts.join(',')}]}`)]).skipped;
    }
  }
  expect(skipped).toBeGreaterThan(names.length);
}, 60_000);

test('each member that the scanner refuses makes something else of a record for the full reader', () => {
  const never = SHAPES.keys.filter(({ kind }) => kind === 'never').map(({ name }) => name);
  expect(never.length).toBeGreaterThan(10);
  const isPlain = (record: object): boolean => {
    const told = readAll(openReader, [Buffer.from(JSON.stringify(record))], DEFAULT_LIMITS);
    return (
      told.length === 1 &&
      told.every((item) => item.told === 'item' && item.item.kind === 'record' && item.item.record.text === JSON.stringify(record))
    );
  };
  const bases = [cloudtrail, { ...cloudtrail, ...COMPANIONS }, { ...cloudtrail, eventSource: 'aws:s3' }];
  expect(bases.filter((base) => !isPlain(base))).toEqual([]);
  const needless = never.filter((name) => bases.every((base) => VALUES.every((value) => isPlain({ ...base, [name]: value }))));
  expect(needless).toEqual([]);
});
