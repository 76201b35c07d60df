import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoDb } from '../../lib/clients/aws.ts';
import { DynamoStore } from '../../lib/stores/dynamodb.ts';
import { bundleAll } from '../support/bundles.ts';
import { FakeLoki } from '../support/fake-loki/server.ts';
import { FakeReceiver } from '../support/fake-receiver/receiver.ts';
import { callMoto, MOTO_SERVER, type Moto, startMoto } from '../support/moto.ts';
import { cloudtrailRecord, kubernetesEvent } from '../support/records.ts';
import { runBundle } from '../support/run-bundle.ts';

const TABLE = 'driftwire-ledger';
const TOKEN = 'glc_hunter2hunter2';

/** The functions as they are deployed, each in a process of its own, with queues, table and secrets of the emulator. */
describe.skipIf(MOTO_SERVER === undefined)('bundled functions', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-functions-'));
  const loki = new FakeLoki({ authorization: `Bearer ${TOKEN}` });
  const receiver = new FakeReceiver();
  let moto: Moto;
  let environment: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    moto = await startMoto(MOTO_SERVER ?? '');
    const [lokiUrl, writeUrl] = [await loki.start(), await receiver.start()];
    await bundleAll(folder, `loki: {url: "${lokiUrl}", token: {ssm: /driftwire/loki}}\nprometheus: {remote_write: {url: "${writeUrl}"}}\n`);
    await call('AmazonSSM.PutParameter', { Name: '/driftwire/loki', Value: TOKEN, Type: 'SecureString' });
    await callMoto(moto, 'DynamoDB_20120810.CreateTable', {
      TableName: TABLE,
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    });
    environment = {
      AWS_ENDPOINT_URL: moto.endpoint,
      DRIFTWIRE_TABLE: TABLE,
      DRIFTWIRE_FINDINGS_QUEUE_URL: await queue('findings'),
      DRIFTWIRE_ASIDE_QUEUE_URL: await queue('aside'),
    };
  }, 180_000);
  afterAll(async () => {
    await Promise.all([moto.stop(), loki.stop(), receiver.stop()]);
    rmSync(folder, { recursive: true });
  });

  async function call<T>(target: string, body: object): Promise<T> {
    const service = (target.split('.')[0] ?? '').replace('Amazon', '').toLowerCase();
    const authorization = `AWS4-HMAC-SHA256 Credential=test/20261121/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
    const headers = { authorization, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
    const answer = await fetch(moto.endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${target}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  const queue = async (name: string): Promise<string> =>
    (await call<{ QueueUrl: string }>('AmazonSQS.CreateQueue', { QueueName: name, Attributes: { MaximumMessageSize: '1048576' } }))
      .QueueUrl;

  interface Message {
    readonly MessageId: string;
    readonly ReceiptHandle: string;
    readonly Body: string;
    readonly Attributes: Readonly<Record<string, string>>;
  }

  /** All messages of a queue, as Lambda hands them to a handler. */
  async function drained(url: string | undefined): Promise<{ readonly Records: readonly object[] }> {
    const records: object[] = [];
    for (;;) {
      const { Messages: messages = [] } = await call<{ readonly Messages?: readonly Message[] }>('AmazonSQS.ReceiveMessage', {
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        AttributeNames: ['All'],
      });
      if (messages.length === 0) return { Records: records };
      for (const { MessageId, ReceiptHandle, Body, Attributes } of messages) {
        records.push({
          messageId: MessageId,
          receiptHandle: ReceiptHandle,
          body: Body,
          attributes: Attributes,
          messageAttributes: {},
          eventSource: 'aws:sqs',
          awsRegion: 'eu-west-1',
        });
        await call('AmazonSQS.DeleteMessage', { QueueUrl: url, ReceiptHandle });
      }
    }
  }

  const entries = () => loki.stored().flatMap((stored) => stored.entries);
  const nowText = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

  test('an event goes from a queue to the record, the ledger and Prometheus', async () => {
    const detail = cloudtrailRecord({ eventID: randomUUID(), eventTime: nowText() });
    const body = JSON.stringify({
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.ec2',
      account: '111122223333',
      region: 'eu-west-1',
      detail,
    });
    const event = { Records: [body, '{"Records":[{'].map((each, at) => ({ messageId: `m${at}`, body: each })) };
    const read = await runBundle(join(folder, 'cloudtrail'), event, environment);
    expect(read).toMatchObject({ ok: true, answer: { batchItemFailures: [] } });
    expect(read.lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'error', code: 'bad_json' }]);

    const audit = kubernetesEvent({
      auditID: randomUUID(),
      stageTimestamp: new Date().toISOString(),
      verb: 'create',
      requestURI: '/api/v1/namespaces/shop/pods/web-0/exec?command=apt-get&command=install&command=nmap&container=web&stdin=true&tty=true',
      objectRef: { resource: 'pods', namespace: 'shop', name: 'web-0', apiVersion: 'v1', subresource: 'exec' },
      stage: 'ResponseStarted',
      responseStatus: { metadata: {}, code: 101 },
    });
    const message = {
      messageType: 'DATA_MESSAGE',
      owner: '111122223333',
      logGroup: '/aws/eks/demo/cluster',
      logStream: 'kube-apiserver-audit-1',
      subscriptionFilters: ['driftwire'],
      logEvents: [{ id: '1', timestamp: Date.now(), message: JSON.stringify(audit) }],
    };
    const payload = { awslogs: { data: gzipSync(JSON.stringify(message)).toString('base64') } };
    expect(await runBundle(join(folder, 'eks-audit'), payload, environment)).toEqual({ ok: true, lines: [] });

    const findings = await drained(environment['DRIFTWIRE_FINDINGS_QUEUE_URL']);
    expect(findings.Records).toHaveLength(3);
    const delivered = await runBundle(join(folder, 'deliver'), findings, environment);
    expect(delivered).toEqual({ ok: true, answer: { batchItemFailures: [] }, lines: [] });
    expect(entries().length).toBe(2);
    // a pattern was met: the library behind it came from its own file
    expect(JSON.stringify(entries(), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).toContain(
      'Package manager run in a pod',
    );

    const repeated = await runBundle(join(folder, 'deliver'), findings, environment);
    expect(repeated).toMatchObject({ ok: true, answer: { batchItemFailures: [] } });

    expect(await runBundle(join(folder, 'metrics'), {}, environment)).toEqual({ ok: true, lines: [] });
    const written = receiver.seen.flatMap(({ request }) => request.series.map(({ labels }) => JSON.stringify(labels)));
    expect(receiver.faults).toEqual([]);
    expect(written.join('\n')).toContain('aws_cloudtrail_manual_changes_total');

    const access = { region: 'eu-west-1', endpoint: moto.endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    const store = new DynamoStore({ table: TABLE, client: dynamoDb(access) });
    const totals = Object.fromEntries(
      (await store.totals()).map(({ metric, labels, value }) => [`${metric} ${Object.values(labels).join(' ')}`, value]),
    );
    expect(totals).toMatchObject({
      'driftwire_records_total finding aws_cloudtrail': 1,
      'driftwire_records_total finding k8s_audit': 1,
      'driftwire_failed_total bad_json unknown': 1,
    });
    expect((await drained(environment['DRIFTWIRE_ASIDE_QUEUE_URL'])).Records).toMatchObject([{ body: '{"Records":[{' }]);
    await store.close();
  });

  test('a secret that cannot be read is told by its name, and the findings come again', async () => {
    await call('AmazonSSM.DeleteParameter', { Name: '/driftwire/loki' });
    const detail = cloudtrailRecord({ eventID: randomUUID(), eventTime: nowText() });
    const body = JSON.stringify({ 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.ec2', detail });
    await runBundle(join(folder, 'cloudtrail'), { Records: [{ messageId: 'm0', body }] }, environment);
    const findings = await drained(environment['DRIFTWIRE_FINDINGS_QUEUE_URL']);
    const { answer, lines } = await runBundle(join(folder, 'deliver'), findings, environment);
    expect((answer as { batchItemFailures: readonly unknown[] }).batchItemFailures.length).toBeGreaterThan(0);
    expect(lines.join('\n')).toContain('the SSM parameter /driftwire/loki cannot be read (ParameterNotFound)');
    expect(lines.join('\n')).not.toContain(TOKEN);
  });
});
