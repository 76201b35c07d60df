import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CloudTrailWork, type QueuedMessage } from '../../../lib/lambda/cloudtrail.ts';
import { countsIn, eventsIn, FakeS3, messagesIn, readingParts } from '../../support/lambda-parts.ts';
import { fixture } from '../../support/reading.ts';
import { type Changes, cloudtrailRecord } from '../../support/records.ts';

const TRAIL = { bucket: 'acme-trail', prefix: undefined };
const KEY = 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T0920Z_x.json.gz';

function workOf(over: Parameters<typeof readingParts>[1] & { readonly trail?: { bucket: string; prefix: string | undefined } } = {}) {
  const made = readingParts('cloudtrail', over);
  const s3 = new FakeS3();
  let opened = 0;
  const openS3 = async () => {
    opened++;
    return s3;
  };
  const work = new CloudTrailWork({ ...made.parts, trail: over.trail ?? TRAIL, openS3 });
  return { ...made, s3, work, opened: () => opened };
}

/** An EventBridge event round a record. */
function event(changes: Changes = {}, over: object = {}): string {
  const detail = cloudtrailRecord({ eventID: randomUUID(), ...changes });
  return JSON.stringify({
    version: '0',
    id: 'e',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    account: '111122223333',
    time: '2026-11-20T09:15:10Z',
    region: 'eu-west-1',
    resources: [],
    detail,
    ...over,
  });
}

const read = (): string => event({ eventName: 'DescribeInstances', readOnly: true });
const messages = (...bodies: readonly string[]): readonly QueuedMessage[] => bodies.map((body, at) => ({ messageId: `m${at}`, body }));
const idOf = (body: string): string => (JSON.parse(body) as { detail: { eventID: string } }).detail.eventID;

describe('CloudTrail events from a queue', () => {
  test('a change made by hand becomes a message in the findings queue', async () => {
    const { work, findingsSqs, limits } = workOf();
    const change = event();
    expect(await work.run(messages(change, read()), limits)).toEqual(new Set());
    expect(eventsIn(findingsSqs)).toEqual([idOf(change)]);
    expect(countsIn(findingsSqs)).toEqual({ 'records aws_cloudtrail dropped': 1, 'dropped aws_cloudtrail read': 1 });
  });

  test('a batch without a finding loads no client and says nothing', async () => {
    const { work, findingsSqs, told, limits, parts } = workOf();
    expect(await work.run(messages(read(), read(), event({}, { source: 'my.app' })), limits)).toEqual(new Set());
    expect([parts.findings.isOpen, findingsSqs.calls, told]).toEqual([false, 0, []]);
  });

  test('counts go with the next finding, or after a minute', async () => {
    const { work, findingsSqs, timing, parts } = workOf();
    const run = (...bodies: readonly string[]) => work.run(messages(...bodies), { deadlineMs: timing.now() + 30_000 });
    await run(read());
    timing.advance(59_000);
    await run(read());
    expect(parts.findings.isOpen).toBe(false);
    timing.advance(1_000);
    await run(read());
    expect(countsIn(findingsSqs)['records aws_cloudtrail dropped']).toBe(3);
    // once the client is there, a message is cheap and nothing is held back
    await run(read());
    expect(countsIn(findingsSqs)['records aws_cloudtrail dropped']).toBe(4);
  });

  test('counts that cannot be sent wait, and the records do not come again', async () => {
    const { work, findingsSqs, limits, told } = workOf();
    findingsSqs.fault = (body) => (body.includes('"counts":1') && findingsSqs.calls < 3 ? 'refuse' : undefined);
    expect(await work.run(messages(event(), read()), limits)).toEqual(new Set());
    expect(told.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'counts of records wait: the findings queue could not be written to'],
    ]);
    await work.run(messages(read()), limits);
    expect(countsIn(findingsSqs)['records aws_cloudtrail dropped']).toBe(2);
  });

  test('an event that anybody could have sent is counted as forged and makes nothing', async () => {
    const { work, findingsSqs, limits } = workOf();
    await work.run(messages(event({}, { source: 'my.app' }), event({}, { source: 'AWS.ec2' }), event()), limits);
    expect(eventsIn(findingsSqs)).toHaveLength(1);
    expect(countsIn(findingsSqs)['dropped unknown forged']).toBe(2);
  });

  test('an event that comes late is marked so, once', async () => {
    const { work, findingsSqs, limits } = workOf();
    await work.run(messages(event({ eventTime: '2026-11-20T08:00:00Z' }), event()), limits);
    const [late, prompt] = messagesIn(findingsSqs);
    expect([late, prompt].map((message) => (message?.kind === 'delivery' ? message.delivery.ingest : 'none'))).toEqual([
      'backfill',
      undefined,
    ]);
  });

  test('a message whose finding cannot be sent comes again, and is not counted', async () => {
    const { work, findingsSqs, limits, told } = workOf();
    const [lost, sent] = [event(), event()];
    findingsSqs.fault = (body) => (body.includes(idOf(lost)) ? 'refuse' : undefined);
    expect(await work.run(messages(lost, sent, read()), limits)).toEqual(new Set(['m0']));
    expect(eventsIn(findingsSqs)).toEqual([idOf(sent)]);
    expect(told).toEqual([
      {
        level: 'warn',
        message: 'not worked off, it comes again',
        fields: { unit: 'm0', said: 'a finding could not be sent: InvalidMessageContents: ' },
      },
    ]);
    expect(JSON.stringify(told)).not.toContain('sg-0a1b2c3d4e5f60718');
  });

  test('an event from the future does not make its source look alive until then', async () => {
    const { work, findingsSqs, limits, timing } = workOf();
    await work.run(messages(event({ eventTime: '2099-01-01T00:00:00Z' })), limits);
    await work.run(messages(event({ eventName: 'DescribeInstances', readOnly: true, eventTime: '2099-01-01T00:00:00Z' }), event()), limits);
    const levels = messagesIn(findingsSqs).flatMap((message) => (message.kind === 'counts' ? message.levels : []));
    expect(levels).toEqual([
      { metric: 'driftwire_last_event_timestamp_seconds', labels: { source: 'aws_cloudtrail' }, value: Math.floor(timing.now() / 1_000) },
    ]);
  });

  test('what is worked off so late that nobody hears of it is counted by whoever does it again', async () => {
    const { work, findingsSqs, timing, limits } = workOf();
    const take = findingsSqs.sendMessageBatch.bind(findingsSqs);
    findingsSqs.sendMessageBatch = async (input) => {
      // the process was frozen meanwhile, and is woken for its next event
      timing.advance(limits.deadlineMs - timing.now() + 60_000);
      findingsSqs.sendMessageBatch = take;
      return take(input);
    };
    const bodies = messages(event(), read());
    expect(await work.run(bodies, limits)).toEqual(new Set(['m0', 'm1']));
    await work.run(bodies, { deadlineMs: timing.now() + 30_000 });
    expect(countsIn(findingsSqs)['records aws_cloudtrail dropped']).toBe(1);
  });

  test('when time is up the rest comes again untouched', async () => {
    const { work, findingsSqs, timing } = workOf();
    expect(await work.run(messages(event(), event()), { deadlineMs: timing.now() })).toEqual(new Set(['m0', 'm1']));
    expect(findingsSqs.kept).toEqual([]);
  });
});

describe('a record that cannot be read', () => {
  const POISON = '{"Records":[{"eventVersion":';

  test('goes aside as it came, with what is wrong, and its siblings go on', async () => {
    const { work, findingsSqs, asideSqs, limits, told } = workOf();
    const good = event();
    expect(await work.run(messages(POISON, good), limits)).toEqual(new Set());
    expect(eventsIn(findingsSqs)).toEqual([idOf(good)]);
    expect(asideSqs.kept).toMatchObject([
      {
        body: POISON,
        attributes: { function: 'cloudtrail', code: 'bad_json', origin: expect.stringContaining('m0:1'), failures: expect.any(String) },
      },
    ]);
    expect(countsIn(findingsSqs)['failed unknown bad_json']).toBeGreaterThan(0);
    expect(told.map(({ message }) => message)).toEqual(['a record cannot be read; its siblings went on']);
  });

  test.each([' ', '\n\t '])('goes aside when its text is %j', async (body) => {
    const { work, asideSqs, limits } = workOf();
    expect(await work.run(messages(body), limits)).toEqual(new Set());
    expect(asideSqs.kept).toMatchObject([{ attributes: { code: 'bad_json', hint: 'the text is empty' } }]);
  });

  test('a message of it that holds good records too is set aside after they were sent', async () => {
    const { work, findingsSqs, asideSqs, limits } = workOf();
    const body = JSON.stringify({
      Records: [cloudtrailRecord(), { eventVersion: '1.11', eventSource: 'ec2.amazonaws.com', eventName: 7 }],
    });
    expect(await work.run(messages(body), limits)).toEqual(new Set());
    expect(eventsIn(findingsSqs)).toHaveLength(1);
    expect(asideSqs.kept).toHaveLength(1);
    expect(asideSqs.kept[0]?.attributes['origin']).toContain('Records[1]');
  });

  test('comes again when it cannot be set aside', async () => {
    const { work, asideSqs, limits } = workOf();
    asideSqs.fault = () => 'refuse';
    expect(await work.run(messages(POISON, event()), limits)).toEqual(new Set(['m0']));
  });

  test('comes again where there is no place for it, until its queue gives it up', async () => {
    const { work, limits } = workOf({ hasAside: false });
    expect(await work.run(messages(POISON, event()), limits)).toEqual(new Set(['m0']));
  });

  test.each(['', ' ', 'null', '[]', '{}', '"text"', '42', 'hello', '{"a":', '\u0000', '{"__proto__":{"x":1}}', '[[[[1]]]]'])(
    'the body %j takes nobody with it',
    async (body) => {
      const { work, findingsSqs, limits } = workOf();
      const good = event();
      const again = await work.run(messages(body, good), limits);
      expect(again).toEqual(new Set());
      expect(eventsIn(findingsSqs)).toEqual([idOf(good)]);
    },
  );

  test('one that is too large for a message with words beside it is compressed', async () => {
    const { work, asideSqs, limits } = workOf();
    await work.run(messages(`{"Records":[${'"x",'.repeat(262_000)}`), limits);
    expect(JSON.parse(asideSqs.kept[0]?.body ?? '')).toEqual({ gzip: expect.any(String) });
  });
});

describe('envelopes', () => {
  const files = ['sqs', 'sns', 's3-notification', 'eventbridge', 'cloudtrail'].flatMap((folder) =>
    readdirSync(new URL(`../../fixtures/${folder}`, import.meta.url))
      .filter((name) => name.endsWith('.json'))
      .map((name) => `${folder}/${name}`),
  );

  test('there are fixtures', () => {
    expect(files.length).toBeGreaterThan(30);
  });

  test.each(files)('%s as the body of a message is worked off', async (file) => {
    const { work, limits } = workOf();
    expect(await work.run(messages(fixture(file)), limits)).toEqual(new Set());
  });

  test('what CloudTrail sends to try a topic is no event and no fault, whole or raw', async () => {
    const { work, asideSqs, findingsSqs, limits } = workOf();
    await work.run(messages(fixture('sns/topic-check.json'), 'CloudTrail validation message.', event()), limits);
    expect(asideSqs.kept).toEqual([]);
    expect(countsIn(findingsSqs)['dropped unknown test_notice']).toBe(2);
  });

  test('SNS, raw delivery and a whole trail file carry the same change', async () => {
    const { work, findingsSqs, limits } = workOf();
    const record = cloudtrailRecord();
    const sns = JSON.stringify({
      Type: 'Notification',
      MessageId: 'n',
      TopicArn: 'arn:aws:sns:eu-west-1:111122223333:t',
      Message: JSON.stringify({ Records: [record] }),
    });
    await work.run(messages(sns, JSON.stringify(record), JSON.stringify({ Records: [record] })), limits);
    expect(new Set(eventsIn(findingsSqs)).size).toBe(1);
    expect(eventsIn(findingsSqs)).toHaveLength(3);
  });
});

describe('objects of a trail', () => {
  const put = (s3: FakeS3, records: readonly object[], key = KEY) =>
    s3.objects.set(`acme-trail/${key}`, gzipSync(JSON.stringify({ Records: records })));
  const eventNotice = (key = KEY, bucket = 'acme-trail') =>
    JSON.stringify({ source: 'aws.s3', 'detail-type': 'Object Created', detail: { bucket: { name: bucket }, object: { key } } });
  const s3Notice = (key = KEY) =>
    JSON.stringify({
      Records: [
        {
          eventSource: 'aws:s3',
          eventName: 'ObjectCreated:Put',
          s3: { bucket: { name: 'acme-trail' }, object: { key: encodeURIComponent(key) } },
        },
      ],
    });
  const sns = (message: string) =>
    JSON.stringify({ Type: 'Notification', TopicArn: 'arn:aws:sns:eu-west-1:111122223333:t', Message: message });

  test.each([
    ['an EventBridge event', eventNotice()],
    ["S3's own notice", s3Notice()],
    ['the same through SNS', sns(s3Notice())],
    ["CloudTrail's notice", JSON.stringify({ s3Bucket: 'acme-trail', s3ObjectKey: [KEY] })],
    ["CloudTrail's notice through SNS", sns(JSON.stringify({ s3Bucket: 'acme-trail', s3ObjectKey: [KEY] }))],
  ])('%s has the object read, whose events are late', async (_, body) => {
    const { work, s3, findingsSqs, limits } = workOf();
    put(s3, [cloudtrailRecord(), cloudtrailRecord({ eventID: 'r', readOnly: true, eventName: 'DescribeInstances' })]);
    expect(await work.run(messages(body), limits)).toEqual(new Set());
    expect(s3.fetched).toEqual([`acme-trail/${KEY}`]);
    const [message] = messagesIn(findingsSqs);
    expect(message?.kind === 'delivery' && message.delivery.ingest).toBe('backfill');
    expect(countsIn(findingsSqs)).toMatchObject({ 'dropped aws_cloudtrail read': 1, 'dropped unknown notification': 1 });
  });

  test.each([
    ['another bucket', eventNotice(KEY, 'other')],
    ['another log of the bucket', eventNotice('AWSLogs/111122223333/elasticloadbalancing/x.log.gz')],
    ['another prefix', eventNotice(`elsewhere/${KEY}`)],
    ['a removal', s3Notice().replace('ObjectCreated:Put', 'ObjectRemoved:Delete')],
    ['a forged event', eventNotice().replace('aws.s3', 'my.s3')],
    ['a test event', '{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"acme-trail"}'],
  ])('%s has nothing fetched', async (_, body) => {
    const { work, opened, limits } = workOf();
    expect(await work.run(messages(body), limits)).toEqual(new Set());
    expect(opened()).toBe(0);
  });

  test.each([
    ['AWSLogs/1/CloudTrail-Digest/eu-west-1/2026/11/20/d.json.gz', 'digest'],
    ['AWSLogs/1/CloudTrail-Insight/eu-west-1/2026/11/20/d.json.gz', 'insight'],
    ['AWSLogs/1/CloudTrail-Aggregated/eu-west-1/2026/11/20/d.json.gz', 'aggregated'],
  ])('%s is counted and not fetched', async (key, reason) => {
    const { work, opened, findingsSqs, limits } = workOf();
    await work.run(messages(eventNotice(key), event()), limits);
    expect(opened()).toBe(0);
    expect(countsIn(findingsSqs)[`dropped unknown ${reason}`]).toBe(1);
  });

  test('that of another trail than the configured one is told, once: a wrong prefix would look like a quiet trail', async () => {
    const { work, told, opened, limits } = workOf();
    await work.run(messages(eventNotice('AWSLogs/111122223333/elasticloadbalancing/x.log.gz')), limits);
    expect(told).toEqual([]);
    for (let at = 0; at < 3; at++) await work.run(messages(eventNotice(`elsewhere/${KEY}`), eventNotice(KEY, 'other')), limits);
    expect(told.map(({ level, fields }) => [level, fields])).toEqual([
      ['warn', { object: `s3://acme-trail/elsewhere/${KEY}`, bucket: 'acme-trail', prefix: '' }],
    ]);
    expect(opened()).toBe(0);
  });

  test('a folder, as a console makes it, is none', async () => {
    const { work, told, asideSqs, opened, limits } = workOf();
    await work.run(messages(eventNotice('AWSLogs/111122223333/CloudTrail/')), limits);
    expect([opened(), told, asideSqs.kept]).toEqual([0, [], []]);
  });

  test('an empty object goes aside: CloudTrail writes none, so its events are missing', async () => {
    const { work, s3, asideSqs, limits } = workOf();
    s3.objects.set(`acme-trail/${KEY}`, new Uint8Array());
    expect(await work.run(messages(eventNotice()), limits)).toEqual(new Set());
    expect(asideSqs.kept).toMatchObject([{ attributes: { code: 'unreadable', hint: 'the object is empty' } }]);
  });

  test('keys below a prefix and of an organisation are of the trail', async () => {
    const key = `audit/AWSLogs/o-abc1234567/${KEY.slice('AWSLogs/'.length)}`;
    const { work, s3, limits } = workOf({ trail: { bucket: 'acme-trail', prefix: 'audit/' } });
    put(s3, [], key);
    await work.run(messages(eventNotice(key)), limits);
    expect(s3.fetched).toHaveLength(1);
  });

  test('an object that was deleted before it was read goes aside: no retry brings it back', async () => {
    const { work, asideSqs, limits } = workOf();
    expect(await work.run(messages(eventNotice()), limits)).toEqual(new Set());
    expect(asideSqs.kept).toMatchObject([{ body: eventNotice(), attributes: { code: 'unreadable', origin: `s3://acme-trail/${KEY}:1` } }]);
  });

  test('an object that may not be read comes again: somebody must look at the rights', async () => {
    const { work, s3, asideSqs, limits, told } = workOf();
    s3.objects.set(`acme-trail/${KEY}`, () => {
      throw Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
    });
    expect(await work.run(messages(eventNotice(), event()), limits)).toEqual(new Set(['m0']));
    expect(asideSqs.kept).toEqual([]);
    const said = String(told[0]?.fields?.['said']);
    expect(said).toContain(
      `s3://acme-trail/${KEY} cannot be read: if it is encrypted with a key of your own, name the key under aws.cloudtrail.kms_key_arn`,
    );
    expect(said).toContain('(AccessDenied: Access Denied)');
  });

  test('a connection that breaks in the middle is no damage: the message comes again', async () => {
    const { work, s3, asideSqs, limits } = workOf();
    const bytes = gzipSync(JSON.stringify({ Records: Array.from({ length: 50 }, () => cloudtrailRecord({ eventID: randomUUID() })) }));
    s3.objects.set(`acme-trail/${KEY}`, async function* () {
      yield bytes.subarray(0, 400);
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
    });
    expect(await work.run(messages(eventNotice()), limits)).toEqual(new Set(['m0']));
    expect(asideSqs.kept).toEqual([]);
  });

  test('a connection on which nothing comes any more is given up: the message comes again, and its siblings go on', async () => {
    const { work, s3, findingsSqs, told, timing } = workOf();
    s3.objects.set(`acme-trail/${KEY}`, async function* () {
      yield gzipSync('{"Records":[').subarray(0, 5);
      await new Promise(() => undefined);
    });
    const sibling = event();
    const lasting = { deadlineMs: timing.now() + 100 };
    expect(await work.run(messages(eventNotice(), sibling), lasting)).toEqual(new Set(['m0']));
    expect(eventsIn(findingsSqs)).toEqual([idOf(sibling)]);
    expect(told[0]?.fields?.['said']).toContain('the connection to S3 broke while an object was read');
  });

  test('a damaged object gives what comes before the damage and goes aside', async () => {
    const { work, s3, findingsSqs, asideSqs, limits } = workOf();
    const bytes = gzipSync(JSON.stringify({ Records: Array.from({ length: 50 }, () => cloudtrailRecord({ eventID: randomUUID() })) }), {
      level: 0,
    });
    s3.objects.set(`acme-trail/${KEY}`, bytes.subarray(0, bytes.length / 2));
    expect(await work.run(messages(eventNotice()), limits)).toEqual(new Set());
    expect(eventsIn(findingsSqs).length).toBeGreaterThan(10);
    expect(asideSqs.kept).toHaveLength(1);
  });

  test('an object larger than the time that is left comes again', async () => {
    const { work, s3, timing, limits } = workOf();
    const bytes = gzipSync(JSON.stringify({ Records: [cloudtrailRecord()] }), { level: 0 });
    s3.objects.set(`acme-trail/${KEY}`, async function* () {
      yield bytes.subarray(0, 100);
      timing.advance(60_000);
      yield bytes.subarray(100);
    });
    expect(await work.run(messages(eventNotice()), limits)).toEqual(new Set(['m0']));
  });

  test('a large object is sent while it is read', { timeout: 60_000 }, async () => {
    const { work, s3, findingsSqs, limits } = workOf();
    const count = 4_000;
    let callsWhileRead = 0;
    const records = Array.from({ length: count }, (_, at) => cloudtrailRecord({ eventID: `event-${at}` }));
    // not compressed, so that it is large enough to be inflated piece by piece
    const whole = gzipSync(JSON.stringify({ Records: records }), { level: 0 });
    s3.objects.set(`acme-trail/${KEY}`, async function* () {
      for (let at = 0; at < whole.length; at += 65_536) yield whole.subarray(at, at + 65_536);
      callsWhileRead = findingsSqs.calls;
    });
    expect(await work.run(messages(eventNotice()), limits)).toEqual(new Set());
    expect(new Set(eventsIn(findingsSqs)).size).toBe(count);
    expect(callsWhileRead).toBeGreaterThan(0);
  });
});
