import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { EksAuditWork, type StreamRecord } from '../../../lib/lambda/eks-audit.ts';
import { countsIn, eventsIn, messagesIn, readingParts } from '../../support/lambda-parts.ts';
import { fixture } from '../../support/reading.ts';
import { type Changes, kubernetesEvent } from '../../support/records.ts';

function workOf(over: Parameters<typeof readingParts>[1] = {}) {
  const made = readingParts('eks-audit', over);
  return { ...made, work: new EksAuditWork({ ...made.parts }) };
}

const change = (id: string, over: Changes = {}): object => kubernetesEvent({ auditID: id, ...over });

/** What a subscription sends: base64 of gzip, an audit event a line. */
function payload(lines: readonly (object | string)[], over: object = {}): string {
  const message = {
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: '/aws/eks/demo/cluster',
    logStream: 'kube-apiserver-audit-1',
    subscriptionFilters: ['driftwire'],
    logEvents: lines.map((line, at) => ({
      id: String(at),
      timestamp: Date.UTC(2026, 10, 20, 9, 15),
      message: typeof line === 'string' ? line : JSON.stringify(line),
    })),
    ...over,
  };
  return gzipSync(JSON.stringify(message)).toString('base64');
}

const records = (...data: readonly string[]): readonly StreamRecord[] =>
  data.map((each, at) => ({ kinesis: { sequenceNumber: `49545115243490985018280067714973144582180062593244200${at}`, data: each } }));

describe('a subscription that calls the function', () => {
  test('a change becomes a message, and the log group names the cluster', async () => {
    const { work, findingsSqs, limits } = workOf();
    await work.runPayload(payload([change('a'), change('b', { verb: 'get' })]), limits);
    expect(eventsIn(findingsSqs)).toEqual(['a']);
    const [message] = messagesIn(findingsSqs);
    expect(message?.kind === 'delivery' && message.delivery.findings[0].finding.cluster).toBe('demo');
    expect(countsIn(findingsSqs)).toMatchObject({ 'records k8s_audit dropped': 1 });
  });

  test('a control message is counted and loads nothing', async () => {
    const { work, parts, limits, told } = workOf();
    await work.runPayload(payload([], { messageType: 'CONTROL_MESSAGE', logGroup: '' }), limits);
    expect([parts.findings.isOpen, told]).toEqual([false, []]);
  });

  test('lines of other programs in the log group are no failure', async () => {
    const { work, asideSqs, limits } = workOf();
    await work.runPayload(
      payload(['I1120 09:15:00.000000 1 controller.go:1] hello', 'time="2026-11-20" level=info msg=x', change('a')]),
      limits,
    );
    expect(asideSqs.kept).toEqual([]);
  });

  test('the whole payload comes again when a finding cannot be sent', async () => {
    const { work, findingsSqs, limits } = workOf();
    findingsSqs.fault = (body) => (body.includes('"b"') ? 'refuse' : undefined);
    await expect(work.runPayload(payload([change('a'), change('b')]), limits)).rejects.toThrow('not worked off');
    findingsSqs.fault = () => undefined;
    await work.runPayload(payload([change('a'), change('b')]), limits);
    expect(new Set(eventsIn(findingsSqs))).toEqual(new Set(['a', 'b']));
  });

  test('a payload that cannot be unpacked goes aside and is not tried again', async () => {
    const { work, asideSqs, limits } = workOf();
    const data = payload([change('a')]).slice(0, 60);
    await work.runPayload(data, limits);
    expect(asideSqs.kept).toMatchObject([
      { body: JSON.stringify({ awslogs: { data } }), attributes: { function: 'eks-audit', code: 'bad_envelope' } },
    ]);
  });

  test('the fixture of a real payload is worked off', async () => {
    const { work, limits } = workOf();
    await work.runPayload((JSON.parse(fixture('cloudwatch-logs/subscription.json')) as { awslogs: { data: string } }).awslogs.data, limits);
  });
});

describe('whatever the function is invoked with', () => {
  test('a subscription, a stream and an empty batch are told apart', async () => {
    const { work, findingsSqs, limits } = workOf();
    expect(await work.run({ awslogs: { data: payload([change('a')]) } }, limits)).toBeUndefined();
    expect(await work.run({ Records: records(payload([change('b')])) }, limits)).toBeUndefined();
    expect(await work.run({ Records: [] }, limits)).toBeUndefined();
    expect(eventsIn(findingsSqs)).toEqual(['a', 'b']);
  });

  test.each([[null], [{}], [{ awslogs: 7 }], [{ Records: [{ body: 'x' }] }], [{ Records: 'x' }], ['text']])(
    '%j is a fault of the deployment',
    async (event) => {
      const { work, limits } = workOf();
      await expect(work.run(event, limits)).rejects.toThrow('look at what invokes this function');
    },
  );
});

describe('a stream', () => {
  test('records that are all worked off need nothing again', async () => {
    const { work, findingsSqs, limits } = workOf();
    expect(await work.runRecords(records(payload([change('a')]), payload([change('b')])), limits)).toBeUndefined();
    expect(eventsIn(findingsSqs)).toEqual(['a', 'b']);
  });

  test('everything comes again from the first failure on, and is counted only then', async () => {
    const { work, findingsSqs, limits } = workOf();
    const batch = records(
      payload([change('r1', { verb: 'get' }), change('a')]),
      payload([change('b')]),
      payload([change('r2', { verb: 'get' }), change('c')]),
    );
    findingsSqs.fault = (body) => (body.includes('"b"') ? 'refuse' : undefined);
    const from = await work.runRecords(batch, limits);
    expect(from).toBe(batch[1]?.kinesis.sequenceNumber);
    expect(countsIn(findingsSqs)['records k8s_audit dropped']).toBe(1);
    findingsSqs.fault = () => undefined;
    expect(await work.runRecords(batch.slice(1), limits)).toBeUndefined();
    expect(countsIn(findingsSqs)['records k8s_audit dropped']).toBe(2);
    expect(new Set(eventsIn(findingsSqs))).toEqual(new Set(['a', 'b', 'c']));
  });

  test('a record that cannot be unpacked goes aside and does not hold up its shard', async () => {
    const { work, findingsSqs, asideSqs, limits } = workOf();
    expect(await work.runRecords(records(payload([change('a')]), 'bm8gZ3ppcCA=!', payload([change('b')])), limits)).toBeUndefined();
    expect(eventsIn(findingsSqs)).toEqual(['a', 'b']);
    expect(asideSqs.kept).toHaveLength(1);
  });

  test('a record that cannot be set aside comes again, with those behind it', async () => {
    const { work, asideSqs, limits } = workOf();
    asideSqs.fault = () => 'refuse';
    const batch = records(payload([change('a')]), 'bm8gZ3ppcCA=!', payload([change('b')]));
    expect(await work.runRecords(batch, limits)).toBe(batch[1]?.kinesis.sequenceNumber);
  });

  test('a flood of changes is sent while it is read', { timeout: 60_000 }, async () => {
    const { work, findingsSqs, limits } = workOf();
    const flood = (record: number) => payload(Array.from({ length: 400 }, (_, at) => change(`c-${record}-${at}`)));
    let callsWhileRead = 0;
    const last: StreamRecord = {
      kinesis: {
        sequenceNumber: '49545115243490985018280067714973144582180062593244200999',
        get data() {
          callsWhileRead = findingsSqs.calls;
          return flood(4);
        },
      },
    };
    const batch = [...records(flood(0), flood(1), flood(2), flood(3)), last];
    expect(await work.runRecords(batch, limits)).toBeUndefined();
    expect(new Set(eventsIn(findingsSqs)).size).toBe(2_000);
    expect(callsWhileRead).toBeGreaterThan(0);
  });

  test('when time is up the rest of the shard comes again', async () => {
    const { work, timing } = workOf();
    const batch = records(payload([change('a')]));
    expect(await work.runRecords(batch, { deadlineMs: timing.now() })).toBe(batch[0]?.kinesis.sequenceNumber);
  });
});
