import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoDb } from '../../lib/clients/aws.ts';
import { DynamoStore } from '../../lib/stores/dynamodb.ts';
import { AwsRecorder } from '../support/aws-recorder.ts';
import { bundleAll } from '../support/bundles.ts';
import { FakeLoki } from '../support/fake-loki/server.ts';
import { FakeReceiver } from '../support/fake-receiver/receiver.ts';
import { FakeSlack } from '../support/fake-slack/server.ts';
import { grantedActions, unusedActions } from '../support/infrastructure/granted.ts';
import { MOTO_SERVER, type Moto, makeTable, startMoto } from '../support/moto.ts';
import { cloudtrailRecord, kubernetesEvent } from '../support/records.ts';
import { type HandlerRun, runBundle } from '../support/run-bundle.ts';

const TABLE = 'driftwire-ledger';
const TOKEN = 'glc_hunter2hunter2';

/** The functions as they are deployed, each in a process of its own, with queues, table and secrets of the emulator. */
describe.skipIf(MOTO_SERVER === undefined)('bundled functions', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-functions-'));
  const loki = new FakeLoki({ authorization: `Bearer ${TOKEN}` });
  const receiver = new FakeReceiver();
  const slack = new FakeSlack();
  let moto: Moto;
  let recorder: AwsRecorder;
  let environment: Readonly<Record<string, string>> = {};
  let granted: Readonly<Record<string, readonly string[]>> = {};
  const used = new Map<string, Set<string>>();

  beforeAll(async () => {
    moto = await startMoto(MOTO_SERVER ?? '');
    recorder = new AwsRecorder(moto.endpoint);
    const [lokiUrl, writeUrl, slackUrl, awsUrl] = await Promise.all([loki.start(), receiver.start(), slack.start(), recorder.start()]);
    const config = `
loki: {url: "${lokiUrl}", token: {ssm: /driftwire/loki}}
prometheus: {remote_write: {url: "${writeUrl}"}}
slack: {token: {secretsmanager: driftwire/slack}, channel: "#drift", api_url: "${slackUrl}/api/"}
aws: {cloudtrail: {bucket: acme-trail}, eks: {log_groups: [/aws/eks/demo/cluster]}}
`;
    await bundleAll(folder, config);
    granted = grantedActions(config);
    await call('AmazonSSM.PutParameter', { Name: '/driftwire/loki', Value: TOKEN, Type: 'SecureString' });
    await call('secretsmanager.CreateSecret', { Name: 'driftwire/slack', SecretString: slack.token, ClientRequestToken: randomUUID() });
    await makeTable(moto, TABLE);
    const at = (url: string): string => url.replace(moto.endpoint, awsUrl);
    environment = {
      AWS_ENDPOINT_URL: awsUrl,
      DRIFTWIRE_TABLE: TABLE,
      DRIFTWIRE_FINDINGS_QUEUE_URL: at(await queue('findings')),
      DRIFTWIRE_ALERTS_QUEUE_URL: at(await queue('alerts')),
      DRIFTWIRE_ASIDE_QUEUE_URL: at(await queue('aside')),
    };
  }, 180_000);
  afterAll(async () => {
    await Promise.all([moto.stop(), recorder.stop(), loki.stop(), receiver.stop(), slack.stop()]);
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

  /** Runs a function with the rights of its role and no other. */
  async function run(name: string, event: unknown): Promise<HandlerRun> {
    recorder.grant(granted[name] ?? []);
    recorder.take();
    const told = await runBundle(join(folder, name), event, environment);
    used.set(name, new Set([...(used.get(name) ?? []), ...recorder.take()]));
    return told;
  }
  const usedBy = (name: string): readonly string[] => [...(used.get(name) ?? [])].toSorted();

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
    const read = await run('cloudtrail', event);
    expect(read).toMatchObject({ ok: true, answer: { batchItemFailures: [] } });
    expect(read.lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'error', code: 'bad_json' }]);
    expect(usedBy('cloudtrail')).toEqual(['sqs:SendMessage']);

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
    expect(await run('eks-audit', payload)).toEqual({
      ok: true,
      answer: { batchItemFailures: [] },
      lines: [],
    });
    expect(usedBy('eks-audit')).toEqual(['sqs:SendMessage']);

    const findings = await drained(environment['DRIFTWIRE_FINDINGS_QUEUE_URL']);
    expect(findings.Records).toHaveLength(3);
    const delivered = await run('deliver', findings);
    expect(delivered).toEqual({ ok: true, answer: { batchItemFailures: [] }, lines: [] });
    expect(entries().length).toBe(2);
    // a pattern was met: the library behind it came from its own file
    expect(JSON.stringify(entries(), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).toContain(
      'Package manager run in a pod',
    );

    expect(usedBy('deliver')).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'sqs:SendMessage',
      'ssm:GetParameter',
    ]);

    const alerts = await drained(environment['DRIFTWIRE_ALERTS_QUEUE_URL']);
    expect(alerts.Records).toHaveLength(2);
    expect(await run('alert', alerts)).toEqual({ ok: true, answer: { batchItemFailures: [] }, lines: [] });
    expect(slack.visible().length).toBeGreaterThan(0);
    expect(slack.violations).toEqual([]);
    expect(usedBy('alert')).toEqual([
      ...['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'].map((action) => `dynamodb:${action}`),
      'secretsmanager:GetSecretValue',
    ]);
    const repeated = await run('deliver', findings);
    expect(repeated).toMatchObject({ ok: true, answer: { batchItemFailures: [] } });

    expect(await run('metrics', {})).toEqual({ ok: true, lines: [] });
    expect(usedBy('metrics')).toEqual(['GetItem', 'PutItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action}`));
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

  test('a secret that cannot be read is told by its name, the findings come again, and everybody else has them', async () => {
    await call('AmazonSSM.DeleteParameter', { Name: '/driftwire/loki' });
    const eventID = randomUUID();
    const detail = cloudtrailRecord({ eventID, eventTime: nowText() });
    const body = JSON.stringify({ 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.ec2', detail });
    await run('cloudtrail', { Records: [{ messageId: 'm0', body }] });
    const findings = await drained(environment['DRIFTWIRE_FINDINGS_QUEUE_URL']);
    const { answer, lines } = await run('deliver', findings);
    expect((answer as { batchItemFailures: readonly unknown[] }).batchItemFailures.length).toBeGreaterThan(0);
    expect(lines.join('\n')).toContain('the SSM parameter /driftwire/loki cannot be read (ParameterNotFound)');
    expect(lines.join('\n')).not.toContain(TOKEN);
    expect(JSON.stringify(await drained(environment['DRIFTWIRE_ALERTS_QUEUE_URL']))).toContain(eventID);
  });

  test('an object of the trail is read', async () => {
    const key = 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/a.json.gz';
    const authorization = 'AWS4-HMAC-SHA256 Credential=test/20261121/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0';
    const eventID = randomUUID();
    const records = { Records: [cloudtrailRecord({ eventID, eventTime: nowText() })] };
    for (const [path, body] of [
      ['acme-trail', '<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>'],
      [`acme-trail/${key}`, gzipSync(JSON.stringify(records))],
    ] as const) {
      const answer = await fetch(`${moto.endpoint}/${path}`, { method: 'PUT', headers: { authorization }, body });
      expect(answer.ok, await answer.text()).toBe(true);
    }
    const detail = { bucket: { name: 'acme-trail' }, object: { key, size: 1 } };
    const body = JSON.stringify({ 'detail-type': 'Object Created', source: 'aws.s3', detail });
    expect(await run('cloudtrail', { Records: [{ messageId: 'm0', body }] })).toEqual({
      ok: true,
      answer: { batchItemFailures: [] },
      lines: [],
    });
    expect(JSON.stringify((await drained(environment['DRIFTWIRE_FINDINGS_QUEUE_URL'])).Records)).toContain(eventID);
  });

  test('nothing is granted that no function needs', () => {
    const unused = Object.fromEntries(Object.entries(granted).map(([name, actions]) => [name, unusedActions(actions, used.get(name))]));
    expect(unused).toEqual({
      cloudtrail: [],
      'eks-audit': [],
      deliver: [],
      // presses of buttons, which are kept in a document, and its old parts once it is larger than an item; a pause that Slack asks for; what no retry can help
      alert: ['dynamodb:DeleteItem', 'dynamodb:Query', 'sqs:ChangeMessageVisibility', 'sqs:SendMessage'],
      // old parts of a document that is larger than an item; what Lambda gives up
      metrics: ['dynamodb:DeleteItem', 'sqs:SendMessage'],
      // inbound-bundles.test.ts runs this one
      reconcile: expect.any(Array),
    });
  });
});
