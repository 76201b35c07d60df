import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brief, readAll, recordTexts } from '../support/reading.ts';

const audit = (id: number): string =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/shop/pods?x={"a":[1]}',
    verb: 'create',
    user: { username: 'anna "the" admin\\', groups: ['a', 'b'] },
    stageTimestamp: '2026-11-21T08:00:00.000000Z',
    annotations: { 'authorization.k8s.io/reason': 'größe 🙂' },
  });
const trail = (id: number): string =>
  JSON.stringify({
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', userName: 'anna' },
    eventTime: '2026-11-21T08:00:00Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'DeleteBucket',
    awsRegion: 'eu-west-1',
    requestParameters: { bucketName: 'b', text: '{"Records":[{"eventName":"x"}]}\\"' },
    eventID: `id-${id}`,
    eventType: 'AwsApiCall',
  });
const pretty = (text: string): string => JSON.stringify(JSON.parse(text), null, 2);
const record = fc.oneof(fc.nat(99).map(audit), fc.nat(99).map(trail));

/** Whole inputs of the shapes that users have. */
const document = fc.oneof(
  record,
  record.map(pretty),
  fc.array(record, { maxLength: 4 }).map((records) => `{"Records":[${records.join(',')}]}`),
  fc.array(record, { maxLength: 4 }).map((records) => `[\n${records.join(',\n')}\n]`),
  fc
    .array(record, { maxLength: 3 })
    .map((items) => pretty(`{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[${items.join(',')}]}`)),
  fc.array(record, { maxLength: 3 }).map((records) =>
    JSON.stringify({
      messageType: 'DATA_MESSAGE',
      owner: '111122223333',
      logGroup: '/aws/eks/demo/cluster',
      logStream: 's',
      logEvents: records.map((message, i) => ({ id: String(i), timestamp: 1795222246957, message })),
    }),
  ),
  fc
    .array(record, { maxLength: 3 })
    .map((records) => JSON.stringify({ Records: records.map((body) => ({ messageId: 'm', body, eventSource: 'aws:sqs' })) })),
  fc.constantFrom(
    'I1121 00:47:30.846389    8041 options.go:263] x',
    'some words',
    '"a string"',
    '',
    'null',
    '{"a":1}',
    '{"Records":[1,"x",null,[]]}',
  ),
);

const input = fc
  .array(fc.tuple(document, fc.constantFrom('\n', '\r\n', '\n\n', '', ' ', ',\n')), { maxLength: 6 })
  .map((parts) => parts.flat().join(''));

/** An input with some of it cut out, doubled or overwritten. */
const mutated = fc
  .tuple(
    input,
    fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), fc.string({ unit: 'binary', maxLength: 6 })), {
      maxLength: 4,
    }),
  )
  .map(([text, edits]) =>
    edits.reduce((current, [where, length, replacement]) => {
      const at = Math.floor(where * current.length);
      return current.slice(0, at) + replacement + current.slice(at + length);
    }, text),
  );

const bytes = fc.oneof(
  mutated.map((text) => new TextEncoder().encode(text)),
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\n', '\\', 'a', '1', ' ', '{"', '"Records":['), { maxLength: 60 })
    .map((parts) => new TextEncoder().encode(parts.join(''))),
);

describe('reading', () => {
  test('any input at all is read without an error, and where it is cut into chunks changes nothing', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(4000), { maxLength: 12 }), (data, cuts) => {
        const whole = readAll(data);
        const pieces = readAll(data, { cuts: cuts.map((cut) => cut % (data.length + 1)) });
        expect(pieces).toEqual(whole);
        for (const item of whole) if (item.kind === 'record') expect(item.record.text.length).toBeGreaterThan(1);
      }),
      { numRuns: 500 },
    );
  });

  test('byte by byte is the same as at once', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(readAll(data, { cuts: Array.from(data.keys()) })).toEqual(readAll(data));
      }),
      { numRuns: 200 },
    );
  });

  test('a line that was cut anywhere is one item, and every line beside it is read', () => {
    const line = fc.oneof(
      record.map((text) => ({ text, isWhole: true })),
      fc.tuple(record, fc.double({ min: 0.02, max: 0.999, noNaN: true })).map(([text, part]) => ({
        text: text.slice(0, Math.max(2, Math.floor(part * text.length))),
        isWhole: false,
      })),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), (lines, separator) => {
        const items = readAll(lines.map(({ text }) => text).join(separator));
        expect(items.length).toBe(lines.length);
        lines.forEach(({ text, isWhole }, index) => {
          const item = items[index];
          if (isWhole) expect(item).toMatchObject({ kind: 'record', record: { text, truncated: false, origin: { line: index + 1 } } });
          else expect(item === undefined ? '' : brief(item)).toMatch(/^(failed bad_json|k8s_audit truncated)$/);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('what stands beside a record in an object or array is counted once and takes no record along', () => {
    const stranger = fc.constantFrom(
      'null',
      '42',
      'true',
      '"text"',
      '{}',
      '{"a":{"b":[1,2]}}',
      '{"a":}',
      '{"a" 1}',
      '{"a":tru}',
      '[]x',
      'nonsense',
      '{"__proto__":{"auditID":"x"}}',
    );
    const element = fc.oneof(
      record.map((text) => ({ text, isRecord: true })),
      stranger.map((text) => ({ text, isRecord: false })),
    );
    fc.assert(
      fc.property(fc.array(element, { maxLength: 8 }), fc.constantFrom(',', ',\n', ', '), fc.boolean(), (elements, separator, isNamed) => {
        const list = elements.map(({ text }) => text).join(separator);
        const items = readAll(isNamed ? `{"Records":[${list}]}` : `[{"a":1}${separator}${list}]`);
        const records = elements.filter(({ isRecord }) => isRecord).map(({ text }) => text);
        expect(recordTexts(items)).toEqual(records);
        const strangers = elements.length - records.length + (isNamed ? 0 : 1);
        expect(items.filter(({ kind }) => kind === 'failed').length).toBe(strangers);
      }),
      { numRuns: 300 },
    );
  });
});
