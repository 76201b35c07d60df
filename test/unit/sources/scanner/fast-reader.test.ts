import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../../lib/sources/limits.ts';
import { openFastReader } from '../../../../lib/sources/scanner/fast-reader.ts';
import { auditLines, cloudTrailObject, logMessages } from '../../../bench/generate.ts';
import { expectSameOutcome } from '../../../support/same-outcome.ts';
import { cutAt, readAll, SIMPLE_PREFILTER } from '../../../support/scanned.ts';

const read = {
  eventVersion: '1.09',
  userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::111122223333:assumed-role/app/i-0' },
  eventTime: '2026-11-20T08:00:00Z',
  eventSource: 'ec2.amazonaws.com',
  eventName: 'DescribeInstances',
  awsRegion: 'eu-west-1',
  requestParameters: null,
  eventID: '0c1f2a3b-4d5e-4f60-a718-293a4b5c6d7e',
  readOnly: true,
  eventType: 'AwsApiCall',
};
const write = { ...read, eventName: 'RunInstances', readOnly: false };
const audit = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID: '3f0c6f5e-2b1c-4a0e-9a7e-0d8a5b1c2d3e',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/pods/web',
  verb: 'get',
  user: { username: 'jane', groups: ['developers'] },
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web', apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 200 },
  stageTimestamp: '2026-11-20T08:00:00.000001Z',
};
const readText = JSON.stringify(read);
const writeText = JSON.stringify(write);
const auditText = JSON.stringify(audit);
const without = (record: object, key: string): string =>
  JSON.stringify(Object.fromEntries(Object.entries(record).filter(([name]) => name !== key)));
const swap = (text: string, from: string, to: string): string => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

/** Records that a text filter gets wrong; each stands between two plain ones. */
const CLOUDTRAIL_TRAPS: Readonly<Record<string, string>> = {
  'readOnly true deep in a change': JSON.stringify({ ...write, requestParameters: { mountPoints: [{ readOnly: true }] } }),
  'readOnly false deep in a read': JSON.stringify({ ...read, requestParameters: { readOnly: false } }),
  'a whole fake record in the parameters': JSON.stringify({ ...write, requestParameters: read }),
  'a whole fake record in a string': JSON.stringify({ ...write, requestParameters: { body: `},${readText},{` } }),
  'strings that end in backslashes': JSON.stringify({
    ...write,
    userAgent: '\\',
    requestParameters: { a: '\\\\', b: 'x\\"', c: '\\\\\\' },
  }),
  'a first key that is not eventVersion': JSON.stringify({ zz: 1, ...write }),
  'no readOnly': without(read, 'readOnly'),
  'readOnly as a string': JSON.stringify({ ...read, readOnly: 'true' }),
  'readOnly null': JSON.stringify({ ...read, readOnly: null }),
  'readOnly with blanks': swap(readText, '"readOnly":true', '"readOnly" :\t true '),
  'readOnly false with blanks': swap(writeText, '"readOnly":false', ' "readOnly" : false'),
  'an escape in the key': swap(writeText, '"readOnly":false', '"read\\u004fnly":true'),
  'an escaped copy of the key behind it': swap(writeText, '"readOnly":false', '"readOnly":false,"read\\u004fnly":true'),
  'readOnly twice, the last true': swap(writeText, '"readOnly":false', '"readOnly":false,"readOnly":true'),
  'readOnly twice, the last false': swap(readText, '"readOnly":true', '"readOnly":true,"readOnly":false'),
  'a key that ends like readOnly': swap(writeText, '"readOnly":false', '"x\\"readOnly":true,"readOnly":false'),
  'non-ASCII letters': JSON.stringify({ ...read, userAgent: 'Zoë 🙂' }),
  'a non-ASCII event name': JSON.stringify({ ...read, eventName: 'Désc' }),
  'an escape in the event name': swap(readText, 'DescribeInstances', 'Describe\\u0049nstances'),
  'an empty errorCode': JSON.stringify({ ...write, errorCode: '' }),
  'an errorCode that is a number': JSON.stringify({ ...write, errorCode: 7 }),
  'an errorCode': JSON.stringify({ ...write, errorCode: 'AccessDenied' }),
  'no userIdentity': without(write, 'userIdentity'),
  'userIdentity null': JSON.stringify({ ...write, userIdentity: null }),
  'userIdentity empty': JSON.stringify({ ...write, userIdentity: {} }),
  'a service that acts': JSON.stringify({ ...write, userIdentity: { ...write.userIdentity, invokedBy: 'autoscaling.amazonaws.com' } }),
  'userIdentity twice': swap(writeText, '"awsRegion"', '"userIdentity":{"invokedBy":"autoscaling.amazonaws.com"},"awsRegion"'),
  'no eventType': without(read, 'eventType'),
  'no eventName': without(read, 'eventName'),
  'a time that is none': JSON.stringify({ ...read, eventTime: 'yesterday' }),
  'the 30th of February': JSON.stringify({ ...read, eventTime: '2026-02-30T08:00:00Z' }),
  'a leap day': JSON.stringify({ ...read, eventTime: '2024-02-29T08:00:00Z' }),
  'a leap day in a common year': JSON.stringify({ ...read, eventTime: '2026-02-29T08:00:00Z' }),
  'a time with an offset': JSON.stringify({ ...read, eventTime: '2026-11-20T08:00:00+01:00' }),
  'a leap second': JSON.stringify({ ...read, eventTime: '2016-12-31T23:59:60Z' }),
  'hour 24': JSON.stringify({ ...read, eventTime: '2026-11-20T24:00:00Z' }),
  'an empty eventID': JSON.stringify({ ...read, eventID: '' }),
  'no eventID': without(read, 'eventID'),
  'an insight': JSON.stringify({ ...read, eventType: 'AwsCloudTrailInsight' }),
  'an insight by category': JSON.stringify({ ...read, eventCategory: 'Insight' }),
  'an insight by its block': JSON.stringify({ ...read, awsCloudTrailInsight: {} }),
  'a network event': JSON.stringify({ ...read, eventType: 'AwsVpceEvent' }),
  'a management event': JSON.stringify({ ...read, eventCategory: 'Management' }),
  'an S3 notification': JSON.stringify({ ...read, eventSource: 'aws:s3', s3: {} }),
  'an SQS message': JSON.stringify({ ...read, eventSource: 'aws:sqs', body: '{}' }),
  'a record with members of an SNS message': JSON.stringify({ ...read, Sns: { Type: 'Notification', Message: readText } }),
  'a record with a topic': JSON.stringify({ ...read, TopicArn: 'arn', Type: 'Notification', Message: readText }),
  'a record in an EventBridge envelope': JSON.stringify({ 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.ec2', detail: write }),
  'a record that is also an EventBridge event': JSON.stringify({ ...read, 'detail-type': 'x', source: 'evil', detail: {} }),
  'a record that holds Records': JSON.stringify({ ...read, Records: [write] }),
  'a record that holds an array of items': JSON.stringify({ ...read, items: [write, audit] }),
  'a record with an audit id': JSON.stringify({ ...read, auditID: 'a', verb: 'get', requestURI: '/' }),
  'a record with apiVersion': JSON.stringify({ ...read, apiVersion: '2015-03-31' }),
  '__proto__ keys': swap(writeText, '"awsRegion"', '"__proto__":{"readOnly":true},"awsRegion"'),
  'a number that is none': swap(readText, 'null', '01'),
  'a word that is none': swap(readText, 'null', 'nulL'),
  'not a number': swap(readText, 'null', 'NaN'),
  'a number with everything': swap(readText, 'null', '-0.5e+10'),
  'a number without digits': swap(readText, 'null', '1.'),
  'an escape that is none': swap(readText, 'eu-west-1', 'eu\\x20west'),
  'an escape cut short': swap(readText, 'eu-west-1', 'eu\\u12'),
  'a control character in a string': swap(readText, 'eu-west-1', 'eu\u0001west'),
  'a tab in a string': swap(readText, 'eu-west-1', 'eu\twest'),
  'a trailing comma': swap(readText, 'null', '[1,]'),
  'a missing comma': swap(readText, 'null,', 'null '),
  'a missing colon': swap(readText, ':null', ' null'),
  'a key in an array': swap(readText, 'null', '["a":1]'),
  'a value without a key': swap(readText, 'null', '{"a":1,2}'),
  'a string without a value': swap(readText, 'null', '{"a"}'),
  'a string for a string for a value': swap(readText, 'null', '"a":"b"'),
  'brackets that do not match': swap(readText, 'null', '[1}'),
  'empty objects and arrays': swap(readText, 'null', '{"a":{},"b":[],"c":[{},[]]}'),
  'blanks everywhere': JSON.stringify(read, undefined, 1).replaceAll('\n', ' '),
  'many lines': JSON.stringify(read, undefined, 2),
  'a line feed before a value in the first column': swap(readText, 'null', '[\n{"a":1}]'),
  'other blanks': swap(readText, ':null', ':\u000bnull'),
  'deep nesting': swap(readText, 'null', `${'['.repeat(80)}${']'.repeat(80)}`),
  'nesting beyond the bound': swap(readText, 'null', `${'['.repeat(300)}${']'.repeat(300)}`),
  'an empty object': '{}',
  'an array': `[${readText}]`,
  'a string': '"text"',
  'a number': '17',
  null: 'null',
  'a long string': JSON.stringify({ ...read, userAgent: 'x'.repeat(100_000) }),
  'a long identity': JSON.stringify({
    ...write,
    userIdentity: { type: 'IAMUser', tags: 'x'.repeat(20_000), invokedBy: 'autoscaling.amazonaws.com' },
  }),
  'a long event name': JSON.stringify({ ...read, eventName: 'D'.repeat(5_000) }),
  'an event name of many blocks': JSON.stringify({ ...read, eventName: 'D'.repeat(900) }),
};

const KUBERNETES_TRAPS: Readonly<Record<string, string>> = {
  'a change': JSON.stringify({ ...audit, verb: 'patch' }),
  'a session by get': JSON.stringify({ ...audit, objectRef: { ...audit.objectRef, subresource: 'exec' } }),
  'a verb deep in an object': JSON.stringify({ ...audit, verb: 'delete', requestObject: { verb: 'get', objectRef: { resource: 'x' } } }),
  'an objectRef deep in an object': JSON.stringify({ ...audit, objectRef: { ...audit.objectRef, more: { subresource: 'exec' } } }),
  'objectRef null': JSON.stringify({ ...audit, objectRef: null }),
  'no objectRef': without(audit, 'objectRef'),
  'objectRef twice': swap(auditText, '"responseStatus"', '"objectRef":{"resource":"pods","subresource":"exec"},"responseStatus"'),
  'an empty subresource': JSON.stringify({ ...audit, objectRef: { ...audit.objectRef, subresource: '' } }),
  'an empty resource': JSON.stringify({ ...audit, objectRef: { ...audit.objectRef, resource: '' } }),
  'no user': without(audit, 'user'),
  'an empty user': JSON.stringify({ ...audit, verb: 'patch', user: {} }),
  'a user that is a string': JSON.stringify({ ...audit, verb: 'patch', user: 'system:node:x' }),
  'a node': JSON.stringify({ ...audit, verb: 'patch', user: { username: 'system:node:x' } }),
  'a code in a string': JSON.stringify({ ...audit, verb: 'patch', responseStatus: { code: '404' } }),
  'a failed change': JSON.stringify({ ...audit, verb: 'patch', responseStatus: { code: 404 } }),
  'a code with a fraction': swap(JSON.stringify({ ...audit, verb: 'patch' }), '"code":200', '"code":404.0'),
  'a negative code': swap(JSON.stringify({ ...audit, verb: 'patch' }), '"code":200', '"code":-404'),
  'no response': without({ ...audit, verb: 'patch' }, 'responseStatus'),
  'an empty auditID': JSON.stringify({ ...audit, auditID: '' }),
  'no auditID': without(audit, 'auditID'),
  'no stage': without(audit, 'stage'),
  'an empty verb': JSON.stringify({ ...audit, verb: '' }),
  'an empty verb and stage': JSON.stringify({ ...audit, verb: '', stage: '' }),
  'no kind and no version': without(JSON.parse(without(audit, 'kind')), 'apiVersion'),
  'an old version': JSON.stringify({ ...audit, apiVersion: 'audit.k8s.io/v1beta1' }),
  'another version': JSON.stringify({ ...audit, apiVersion: 'events.k8s.io/v1' }),
  'a time with nanoseconds': JSON.stringify({ ...audit, stageTimestamp: '2026-11-20T08:00:00.000000001Z' }),
  'a time with an empty fraction': JSON.stringify({ ...audit, stageTimestamp: '2026-11-20T08:00:00.Z' }),
  'no time': without(audit, 'stageTimestamp'),
  'an EventList in a line': JSON.stringify({
    kind: 'EventList',
    apiVersion: 'audit.k8s.io/v1',
    items: [audit, { ...audit, verb: 'patch' }],
  }),
  'another namespace': JSON.stringify({ ...audit, verb: 'patch', objectRef: { ...audit.objectRef, namespace: 'quiet' } }),
};

const TRAPS = Object.entries({ ...CLOUDTRAIL_TRAPS, ...KUBERNETES_TRAPS });
const PIECES = [1 << 20, 777, 64, 1];

function pieces(text: string, size: number): Uint8Array[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.max(1, Math.ceil(bytes.length / size)) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

describe('a trap does not change what is told', () => {
  test.each(TRAPS)('%s, among the Records of an object', (_, trap) => {
    for (const size of PIECES.slice(0, trap.length > 50_000 ? 2 : 4))
      expectSameOutcome(pieces(`{"Records":[${readText},${trap},${auditText},${writeText}]}`, size));
  });

  test.each(TRAPS)('%s, among lines', (_, trap) => {
    for (const size of PIECES.slice(0, trap.length > 50_000 ? 2 : 4))
      expectSameOutcome(pieces(`${readText}\n${trap}\n${auditText}\n${writeText}\n`, size));
  });

  test.each(TRAPS)('%s, in the messages of a log group', (_, trap) => {
    const logEvents = [readText, trap, `${auditText}\n`, writeText].map((message, i) => ({
      id: String(i),
      timestamp: 1_795_000_000_000 + i,
      message,
    }));
    const head = {
      messageType: 'DATA_MESSAGE',
      owner: '111122223333',
      logGroup: '/aws/eks/demo/cluster',
      logStream: 's',
      subscriptionFilters: ['f'],
    };
    for (const size of [1 << 20, 777]) expectSameOutcome(pieces(JSON.stringify({ ...head, logEvents }), size));
  });
});

/** Inputs as a whole. */
const INPUTS: Readonly<Record<string, string>> = {
  'an empty input': '',
  blanks: ' \n\t ',
  'no Records': '{"Records":[]}',
  'Records with blanks around them': ` { "Records" : [ ${readText} , ${writeText} ] } \n`,
  'Records over many lines': JSON.stringify({ Records: [read, write, read] }, undefined, 2),
  'members before and behind Records': `{"a":{"b":[1]},"Records":[${readText},${writeText}],"next":"x","more":[${readText}]}`,
  'Records twice': `{"Records":[${readText}],"Records":[${writeText}]}`,
  'Records in Records on a later line, so that the outer ones were cut': `{"Records":[${readText},\n{"Records":[${readText}]},${writeText},${readText}]}\n${writeText}`,
  'two objects behind one another': `{"Records":[${readText}]}{"Records":[${writeText}]}\n{"Records":[${readText}]}`,
  'a missing comma between Records': `{"Records":[${readText} ${writeText}]}`,
  'two commas between Records': `{"Records":[${readText},,${writeText}]}`,
  'a comma behind the last record': `{"Records":[${readText},${writeText},]}`,
  'Records that are not closed': `{"Records":[${readText},${writeText}`,
  'Records cut in a record': `{"Records":[${readText},${writeText.slice(0, 100)}`,
  'an array of records': `[${readText},${writeText},${auditText}]`,
  'an EventList': JSON.stringify({
    kind: 'EventList',
    apiVersion: 'audit.k8s.io/v1',
    metadata: {},
    items: [audit, { ...audit, verb: 'patch' }, audit],
  }),
  'a list of something else': JSON.stringify({ kind: 'PodList', items: [audit] }),
  LookupEvents: JSON.stringify({
    Events: [
      { EventId: 'x', CloudTrailEvent: readText },
      { EventId: 'y', CloudTrailEvent: writeText },
    ],
  }),
  'records on one line': `${readText}${writeText} ${readText}\n`,
  'text before and between lines': `starting up\n${readText}\nI1120 08:00:00.000000 1 server.go:1] listening [::]:443\n${writeText}\ndone } { [\n`,
  'text alone': 'a letter\nof some lines\n',
  'blank lines': `\n\n${readText}\r\n\r\n${writeText}\r\n\n${auditText}`,
  'a byte order mark': `\ufeff${readText}\n${writeText}`,
  'a byte order mark in the middle': `${readText}\n\ufeff${writeText}\n${readText}`,
  'a line that was cut': `${readText}\n${writeText.slice(0, 90)}\n${readText}\n${auditText.slice(0, 200)}\n${auditText}\n`,
  'a line cut in a string': `${readText}\n{"a":"b\n${readText}\n${writeText}`,
  'a prefix on each line': `2026-11-20T08:00:00Z stdout F ${auditText}\n2026-11-20T08:00:00Z stdout F ${auditText}\n`,
  'log events in another order': JSON.stringify({
    logEvents: [{ id: '1', timestamp: 1, message: auditText }],
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: 'g',
  }),
  'log events with more members': JSON.stringify({
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: '/aws/eks/other/cluster',
    logEvents: [
      { id: '1', timestamp: 1, message: auditText, extractedFields: { '@aws.account': '999999999999' } },
      { id: '2', timestamp: 2.5, message: JSON.stringify({ ...audit, verb: 'patch' }) },
      { id: '3', timestamp: 3, message: 'I1120 klog' },
      { timestamp: 4, message: '  ' },
      { id: '5', timestamp: 5, message: `${auditText.slice(0, 300)}[Truncated...]` },
      { id: '6', timestamp: 6, message: `${auditText}${auditText}` },
      { id: '7', timestamp: 7, message: JSON.stringify({ ...audit, user: { username: 'ünï\u0001' } }) },
      { id: '8', timestamp: '8', message: auditText },
      { id: '9', message: auditText },
      { id: '10', timestamp: 10, message: JSON.stringify({ ...audit, user: { username: '<&>' } }).replace('<', '\\u003c') },
      17,
    ],
  }),
  'a control message': JSON.stringify({
    messageType: 'CONTROL_MESSAGE',
    owner: 'CloudwatchLogs',
    logGroup: '',
    logEvents: [{ id: '', timestamp: 1, message: 'CWL CONTROL MESSAGE' }],
  }),
  'binary data': '\u0000\u0001\u0002{"Records":[',
};

describe('an input is read as the full reader reads it', () => {
  test.each(Object.entries(INPUTS))('%s', (_, input) => {
    for (const size of PIECES) {
      expectSameOutcome(pieces(input, size));
      expectSameOutcome(pieces(input, size), { cluster: 'other', firstLine: 7 });
    }
  });

  test('bytes that are no UTF-8', () => {
    const broken = Buffer.from(
      `${readText}\n${swap(writeText, 'eu-west-1', 'eu\u00ff\u0080')}\n${swap(readText, 'eu-west-1', 'eu\u00fe')}\n`,
      'latin1',
    );
    expectSameOutcome([broken]);
    expectSameOutcome(cutAt(broken, [10, 400, 401, 402, 403, 800]));
  });

  test('a record larger than the window, and one above the bound', () => {
    const large = JSON.stringify({ ...read, requestParameters: { a: 'x'.repeat(3_000_000), b: [1, 2, '"}{'] } });
    for (const size of [1 << 24, 1 << 16]) {
      expectSameOutcome(pieces(`${readText}\n${large}\n${writeText}\n${readText}\n`, size));
      expectSameOutcome(
        pieces(`{"Records":[${readText},${large},${writeText},${readText}]}`, size),
        {},
        { ...DEFAULT_LIMITS, maxRecordBytes: 1_000_000 },
      );
    }
    expectSameOutcome(pieces(`${readText}\n${writeText}\n`, 100), {}, { ...DEFAULT_LIMITS, maxRecordBytes: 200 });
    expectSameOutcome(pieces(`${readText}\n${writeText}\n`, 100), {}, { ...DEFAULT_LIMITS, maxDepth: 5 });
  });
});

describe('plain records are skipped without being parsed', () => {
  test('of CloudTrail objects', () => {
    const { items, skipped } = expectSameOutcome(pieces(cloudTrailObject(3, 400_000).toString(), 50_000));
    expect(items).toBeGreaterThan(200);
    expect(skipped / items).toBeGreaterThan(0.8);
  });

  test('of audit logs', () => {
    const { items, skipped } = expectSameOutcome(pieces(auditLines(3, 400_000).join('\n'), 50_000));
    expect(items).toBeGreaterThan(200);
    expect(skipped / items).toBeGreaterThan(0.9);
  });

  test('of log subscription messages', () => {
    const { items, skipped } = expectSameOutcome(pieces(logMessages(3, 400_000).toString(), 50_000));
    expect(items).toBeGreaterThan(200);
    expect(skipped / items).toBeGreaterThan(0.9);
  });

  test('of webhook batches', () => {
    const { items, skipped } = expectSameOutcome([
      Buffer.from(JSON.stringify({ kind: 'EventList', items: Array.from({ length: 50 }, () => audit) })),
    ]);
    expect([items, skipped]).toEqual([50, 50]);
  });

  test('when there are more distinct facts than can be remembered', () => {
    const lines = Array.from(
      { length: 70_000 },
      (_, i) => `{"eventTime":"2026-11-20T08:00:00Z","eventType":"AwsApiCall","eventSource":"a","eventName":"Noise${i}","eventID":"${i}"}`,
    );
    const { items, skipped } = expectSameOutcome(pieces(lines.join('\n'), 1 << 20));
    // A record whose facts find no place among too many of the same hash is parsed.
    expect(items).toBe(70_000);
    expect(skipped).toBeGreaterThan(69_900);
  });

  test('while the prefilter is asked once for each distinct tuple of facts', () => {
    let asked = 0;
    const prefilter = {
      ...SIMPLE_PREFILTER,
      cloudtrail: (facts: Parameters<typeof SIMPLE_PREFILTER.cloudtrail>[0]) => {
        asked++;
        return SIMPLE_PREFILTER.cloudtrail(facts);
      },
    };
    const told = readAll(openFastReader, [Buffer.from(`${readText}\n`.repeat(500))], DEFAULT_LIMITS, prefilter);
    expect([told.length, asked]).toEqual([500, 1]);
  });
});
