import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoDb } from '../../lib/clients/aws.ts';
import { s3 } from '../../lib/clients/aws-s3.ts';
import { awsSecrets } from '../../lib/clients/aws-secrets.ts';
import { sqs } from '../../lib/clients/aws-sqs.ts';
import { SYSTEM_TIMING } from '../../lib/clients/retry.ts';
import { LedgerSink } from '../../lib/core/deliver/ledger-sink.ts';
import { AlertsSink } from '../../lib/lambda/alerts-sink.ts';
import { CloudTrailWork } from '../../lib/lambda/cloudtrail.ts';
import { HeldCounts } from '../../lib/lambda/counts.ts';
import { DeliveriesWork, type ReceivedMessage } from '../../lib/lambda/deliveries.ts';
import { Queue } from '../../lib/lambda/queue.ts';
import { RepeatsLedger } from '../../lib/lambda/repeats-ledger.ts';
import { awsSecretReader } from '../../lib/lambda/secrets.ts';
import { SinkSet } from '../../lib/lambda/sink-set.ts';
import { Visibility } from '../../lib/lambda/visibility.ts';
import { DynamoStore } from '../../lib/stores/dynamodb.ts';
import { detectorOf } from '../support/detector.ts';
import { MOTO_SERVER, type Moto, makeTable, startMoto } from '../support/moto.ts';
import { later, RecordingSink } from '../support/recording-sink.ts';
import { cloudtrailRecord } from '../support/records.ts';

const ACCESS = { timeoutMs: 60_000, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const BUCKET = 'acme-trail';
const log = () => undefined;

/** Everything that a handler of Lambda is handed of a message. */
interface Received {
  readonly Messages?: readonly {
    readonly MessageId: string;
    readonly ReceiptHandle: string;
    readonly Body: string;
    readonly Attributes: { readonly ApproximateReceiveCount: string };
  }[];
}

describe.skipIf(MOTO_SERVER === undefined)('queues, objects and secrets of AWS', { timeout: 120_000 }, () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto(MOTO_SERVER ?? '');
    await fetch(`${moto.endpoint}/${BUCKET}`, {
      method: 'PUT',
      headers: headersOf('s3'),
      body: '<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>',
    });
  }, 60_000);
  afterAll(() => moto.stop());

  const headersOf = (service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=test/20261121/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  });

  async function call<T>(target: string, body: object): Promise<T> {
    const [service = ''] = target.split('.');
    const answer = await fetch(moto.endpoint, {
      method: 'POST',
      headers: {
        ...headersOf(service.replace('Amazon', '').toLowerCase()),
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${target}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async function newQueue(): Promise<{ readonly url: string; readonly queue: Queue }> {
    const { QueueUrl: url } = await call<{ QueueUrl: string }>('AmazonSQS.CreateQueue', {
      QueueName: `q-${randomUUID()}`,
      Attributes: { MaximumMessageSize: '1048576' },
    });
    return { url, queue: new Queue({ url, open: async () => sqs({ ...ACCESS, endpoint: moto.endpoint }), timing: SYSTEM_TIMING }) };
  }

  async function receive(url: string): Promise<readonly ReceivedMessage[]> {
    const { Messages: messages = [] } = await call<Received>('AmazonSQS.ReceiveMessage', {
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      AttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: Attributes,
    }));
  }

  test('an object of the trail becomes messages, and messages become entries, totals and alerts', async () => {
    const [findings, aside, alerts] = [await newQueue(), await newQueue(), await newQueue()];
    const key = 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/a b=c.json.gz';
    const records = [
      cloudtrailRecord({ eventID: 'one' }),
      cloudtrailRecord({ eventID: 'two', eventName: 'DescribeInstances', readOnly: true }),
    ];
    const put = await fetch(`${moto.endpoint}/${BUCKET}/${key.split('/').map(encodeURIComponent).join('/')}`, {
      method: 'PUT',
      headers: headersOf('s3'),
      body: gzipSync(JSON.stringify({ Records: records })),
    });
    expect(put.status).toBe(200);
    const work = new CloudTrailWork({
      name: 'cloudtrail',
      detector: detectorOf(),
      findings: findings.queue,
      aside: aside.queue,
      counts: new HeldCounts(),
      timing: SYSTEM_TIMING,
      log,
      trail: { bucket: BUCKET, prefix: undefined },
      openS3: async () => s3({ ...ACCESS, endpoint: moto.endpoint, forcePathStyle: true }),
    });
    const notice = (of: string) => JSON.stringify({ s3Bucket: BUCKET, s3ObjectKey: [of] });
    const gone = 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/gone.json.gz';
    const messages = [notice(key), notice(gone), '{"Records":[{'].map((body, at) => ({ messageId: `m${at}`, body }));
    expect(await work.run(messages, { deadlineMs: Date.now() + 60_000 })).toEqual(new Set());
    expect((await receive(aside.url)).map(({ body }) => body).sort()).toEqual([notice(gone), '{"Records":[{'].sort());

    const table = `driftwire-${randomUUID()}`;
    await makeTable(moto, table);
    const ledger = new RepeatsLedger(new DynamoStore({ table, client: dynamoDb({ ...ACCESS, endpoint: moto.endpoint }) }));
    let isDown = true;
    const loki = new RecordingSink('loki', () => (isDown ? later(0) : { kind: 'delivered' }));
    const deliveries = new DeliveriesWork({
      name: 'deliver',
      sinks: new SinkSet(async () => [loki, new LedgerSink(ledger), new AlertsSink(alerts.queue, 'Debug', SYSTEM_TIMING)], SYSTEM_TIMING),
      uncounted: new Set(['ledger', 'alerts']),
      repeats: ledger,
      ledger: async () => ledger,
      aside: aside.queue,
      visibility: new Visibility(findings.url, async () => sqs({ ...ACCESS, endpoint: moto.endpoint }), log),
      timing: SYSTEM_TIMING,
      log,
    });
    const batch = await receive(findings.url);
    expect(batch).toHaveLength(2);
    const again = await deliveries.run(batch, { deadlineMs: Date.now() + 60_000 });
    expect(again.size).toBe(1);
    isDown = false;
    const repeated = batch
      .filter(({ messageId }) => again.has(messageId))
      .map((message) => ({ ...message, attributes: { ApproximateReceiveCount: '2' } }));
    expect(await deliveries.run(repeated, { deadlineMs: Date.now() + 60_000 })).toEqual(new Set());

    expect([...loki.kept.values()].map(({ findings: [{ finding }], ingest }) => [finding.id, ingest])).toEqual([['one', 'backfill']]);
    // sent twice, because Loki was down the first time: whoever tells people knows an event by its key
    expect((await receive(alerts.url)).length).toBe(2);
    const totals = Object.fromEntries(
      (await ledger.totals()).map(({ metric, labels, value }) => [`${metric} ${Object.values(labels).join(' ')}`, value]),
    );
    expect(totals).toMatchObject({
      'driftwire_records_total finding aws_cloudtrail': 1,
      'driftwire_records_total dropped aws_cloudtrail': 1,
      'driftwire_dropped_total notification unknown': 2,
      'driftwire_failed_total unreadable unknown': 1,
    });
    expect(Object.keys(totals).some((name) => name.includes('duplicate'))).toBe(false);
  });

  test('secrets are read where they live', async () => {
    await call('AmazonSSM.PutParameter', { Name: '/driftwire/loki', Value: 'hunter2', Type: 'SecureString' });
    await call('secretsmanager.CreateSecret', { Name: 'driftwire/slack', SecretString: 'xoxb-1', ClientRequestToken: randomUUID() });
    const read = awsSecretReader(async () => awsSecrets({ ...ACCESS, endpoint: moto.endpoint }));
    expect(await read({ ssm: '/driftwire/loki' })).toEqual({ ok: true, value: 'hunter2' });
    expect(await read({ secretsmanager: 'driftwire/slack' })).toEqual({ ok: true, value: 'xoxb-1' });
    expect(await read({ ssm: '/driftwire/none' })).toMatchObject({ ok: false, message: expect.stringContaining('ParameterNotFound') });
    expect(await read({ secretsmanager: 'none' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('ResourceNotFoundException'),
    });
  });

  test('messages of every size and with every character arrive as they were sent', async () => {
    const { url, queue } = await newQueue();
    const bodies = ['é'.repeat(100_000), '\u{1f600}', 'x'.repeat(1_000_000), '{"a":"\\uffff"}'];
    const answers = await queue.send(
      bodies.map((body) => ({ body })),
      { deadlineMs: Date.now() + 60_000 },
    );
    expect(answers).toEqual(bodies.map(() => ({ ok: true })));
    const got = [...(await receive(url)), ...(await receive(url)), ...(await receive(url)), ...(await receive(url))].map(
      ({ body }) => body,
    );
    expect(got.sort()).toEqual([...bodies].sort());
  });
});
