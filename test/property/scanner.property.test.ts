import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectSameOutcome } from '../support/same-outcome.ts';
import { cutAt } from '../support/scanned.ts';

const KEYS = [
  'eventTime',
  'eventType',
  'eventSource',
  'eventName',
  'readOnly',
  'errorCode',
  'userIdentity',
  'eventID',
  'eventCategory',
  'apiVersion',
  'kind',
  'stage',
  'stageTimestamp',
  'verb',
  'user',
  'auditID',
  'objectRef',
  'resource',
  'subresource',
  'namespace',
  'responseStatus',
  'code',
  'requestParameters',
  'Records',
  'items',
  'message',
  'timestamp',
  'read\\Only',
  '__proto__',
];
const VALUES = [
  '2026-11-20T08:00:00Z',
  '2026-02-30T08:00:00Z',
  'AwsApiCall',
  'AwsVpceEvent',
  'ec2.amazonaws.com',
  'RunInstances',
  'Event',
  'audit.k8s.io/v1',
  'ResponseComplete',
  'patch',
  'get',
  'system:node:x',
  '"readOnly":true',
  '},{"readOnly":true},{',
  '\\',
  '\\\\"',
  'Zoë 🙂',
  '',
];

const leaf = fc.oneof(
  fc.constantFrom(...VALUES),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('object'), fc.array(tie('value'), { maxLength: 4 })),
  object: fc.array(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 5 }).map((members) => Object.fromEntries(members)),
}));

const cloudtrail = {
  eventTime: fc.constantFrom('2026-11-20T08:00:00Z', '2026-11-20T08:00:00Z', '2026-11-20'),
  eventType: fc.constantFrom('AwsApiCall', 'AwsServiceEvent'),
  eventSource: fc.constantFrom('ec2.amazonaws.com', 'grafana.amazonaws.com'),
  eventName: fc.constantFrom('RunInstances', 'NoiseOfSomeKind'),
  readOnly: fc.boolean(),
  userIdentity: fc.oneof(
    fc.constant({ type: 'AssumedRole', invokedBy: 'autoscaling.amazonaws.com' }),
    json['object'] as fc.Arbitrary<unknown>,
  ),
};
const kubernetes = {
  kind: fc.constant('Event'),
  apiVersion: fc.constantFrom('audit.k8s.io/v1', 'audit.k8s.io/v1beta1'),
  auditID: fc.constantFrom('a', 'b'),
  stage: fc.constantFrom('ResponseComplete', 'RequestReceived'),
  verb: fc.constantFrom('get', 'patch'),
  user: fc.constantFrom({ username: 'system:node:x' }, { username: 'jane' }),
  objectRef: fc.constantFrom({ resource: 'pods', namespace: 'quiet' }, { resource: 'pods', subresource: 'exec' }),
  responseStatus: fc.constantFrom({ code: 200 }, { code: 404 }),
  stageTimestamp: fc.constant('2026-11-20T08:00:00.000001Z'),
};

/** A record whose members are mixed with others, some of them twice, at any place. */
const record = fc
  .tuple(
    fc.oneof(
      fc.record(cloudtrail, { requiredKeys: ['eventTime', 'eventType'] }),
      fc.record(kubernetes, { requiredKeys: ['auditID', 'verb'] }),
    ),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), json['value'] as fc.Arbitrary<unknown>, fc.nat(20)), { maxLength: 3 }),
    fc.constantFrom('', '', '', ' ', '\n', '\t'),
    fc.boolean(),
  )
  .map(([members, more, blank, isNoisy]) => {
    const texts = Object.entries(members).map(([key, value]) => `${JSON.stringify(key)}${blank}:${blank}${JSON.stringify(value)}`);
    if (isNoisy)
      for (const [key, value, at] of more) texts.splice(at % (texts.length + 1), 0, `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    return `{${texts.join(`${blank},`)}}`;
  });

/** How records lie in an input. */
const input = fc
  .tuple(fc.array(record, { maxLength: 8 }), fc.constantFrom('Records', 'lines', 'logEvents', 'items'))
  .map(([records, form]) => {
    if (form === 'lines') return records.join('\n');
    if (form === 'Records') return `{"Records":[${records.join(',')}]}`;
    if (form === 'items') return `{"kind":"EventList","items":[${records.join(',')}]}`;
    return JSON.stringify({
      messageType: 'DATA_MESSAGE',
      owner: '111122223333',
      logGroup: '/aws/eks/demo/cluster',
      logEvents: records.map((message, i) => ({ id: String(i), timestamp: i, message })),
    });
  });
const cuts = fc.array(fc.nat(5_000), { maxLength: 6 });

test('what is told of arbitrary records is the same with and without the scanner', () => {
  let skipped = 0;
  fc.assert(
    fc.property(input, cuts, (text, places) => {
      skipped += expectSameOutcome(cutAt(Buffer.from(text), places)).skipped;
    }),
    { numRuns: 1_500 },
  );
  expect(skipped).toBeGreaterThan(300);
}, 60_000);

test('what is told of damaged input is the same with and without the scanner', () => {
  const edit = fc.record({
    at: fc.nat(5_000),
    remove: fc.nat(30),
    insert: fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '\n', ' ', '0', '\u0000', 'ü'),
  });
  fc.assert(
    fc.property(input, cuts, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, places, edits) => {
      const damaged = edits.reduce((whole, { at, remove, insert }) => {
        const place = at % (whole.length + 1);
        return whole.slice(0, place) + insert + whole.slice(place + remove);
      }, text);
      expectSameOutcome(cutAt(Buffer.from(damaged), places));
    }),
    { numRuns: 1_500 },
  );
}, 60_000);
