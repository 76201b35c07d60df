/** What a thousand events cost in calls of AWS, from the functions themselves over counting clients. */
import { type DynamoDb, dynamoDb } from '../../lib/clients/aws.ts';
import { SYSTEM_TIMING } from '../../lib/clients/retry.ts';
import { LedgerSink } from '../../lib/core/deliver/ledger-sink.ts';
import { AlertsSink } from '../../lib/lambda/alerts-sink.ts';
import { CloudTrailWork } from '../../lib/lambda/cloudtrail.ts';
import { HeldCounts } from '../../lib/lambda/counts.ts';
import { DeliveriesWork } from '../../lib/lambda/deliveries.ts';
import { Queue } from '../../lib/lambda/queue.ts';
import { RepeatsLedger } from '../../lib/lambda/repeats-ledger.ts';
import { SinkSet } from '../../lib/lambda/sink-set.ts';
import { DynamoStore } from '../../lib/stores/dynamodb.ts';
import { detectorOf } from '../support/detector.ts';
import { FakeSqs } from '../support/fake-sqs.ts';
import { FakeS3 } from '../support/lambda-parts.ts';
import { callMoto, type Moto, startMoto } from '../support/moto.ts';
import { RecordingSink } from '../support/recording-sink.ts';
import { cloudtrailRecord, IAM_USER } from '../support/records.ts';

const EVENTS = 1_000;
const ACCESS = { timeoutMs: 60_000, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

/** Calls for a thousand events that come in batches of one size. */
export interface FunctionRequests {
  readonly batch: number;
  readonly invocations: number;
  readonly sends: number;
  readonly transactions: number;
  readonly writes: number;
  readonly reads: number;
}

/** Counts the calls, for each size of a batch. */
export async function countRequests(motoServer: string, batches: readonly number[]): Promise<readonly FunctionRequests[]> {
  const moto = await startMoto(motoServer);
  try {
    const counted: FunctionRequests[] = [];
    for (const batch of batches) counted.push(await countWith(moto, batch));
    return counted;
  } finally {
    await moto.stop();
  }
}

async function countWith(moto: Moto, batch: number): Promise<FunctionRequests> {
  const table = `bench-${batch}`;
  await callMoto(moto, 'DynamoDB_20120810.CreateTable', {
    TableName: table,
    AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const calls = { invocations: 0, transactions: 0, writes: 0, reads: 0 };
  const client = counting(dynamoDb({ ...ACCESS, endpoint: moto.endpoint }), calls);
  const [findings, alerts] = [new FakeSqs(), new FakeSqs()];
  const queue = (sqs: FakeSqs) => new Queue({ url: 'q', open: async () => sqs, timing: SYSTEM_TIMING });
  const common = { timing: SYSTEM_TIMING, log: () => undefined, aside: undefined };
  const reading = new CloudTrailWork({
    ...common,
    name: 'cloudtrail',
    detector: detectorOf(),
    findings: queue(findings),
    counts: new HeldCounts(),
    trail: undefined,
    openS3: async () => new FakeS3(),
  });
  const ledger = new RepeatsLedger(new DynamoStore({ table, client }));
  const delivering = new DeliveriesWork({
    ...common,
    name: 'deliver',
    sinks: new SinkSet(
      async () => [new RecordingSink('loki'), new LedgerSink(ledger), new AlertsSink(queue(alerts), 'Debug', SYSTEM_TIMING)],
      SYSTEM_TIMING,
    ),
    uncounted: new Set(['ledger', 'alerts']),
    repeats: ledger,
    ledger: async () => ledger,
    visibility: undefined,
  });
  const limits = () => ({ deadlineMs: Date.now() + 60_000 });
  for (let at = 0; at < EVENTS; at += batch) {
    const messages = Array.from({ length: batch }, (_, index) => ({ messageId: `m${index}`, body: eventOf(at + index) }));
    if ((await reading.run(messages, limits())).size > 0) throw new Error('an event was not worked off');
    const received = findings.kept
      .splice(0)
      .map(({ body }, index) => ({ messageId: `f${index}`, receiptHandle: 'r', body, attributes: { ApproximateReceiveCount: '1' } }));
    if ((await delivering.run(received, limits())).size > 0) throw new Error('a finding was not delivered');
    calls.invocations += 2;
  }
  return { batch, ...calls, sends: findings.calls + alerts.calls };
}

function counting(client: DynamoDb, calls: { transactions: number; writes: number; reads: number }): DynamoDb {
  return {
    ...client,
    transactWriteItems: (input) => {
      calls.transactions++;
      calls.writes += input.TransactItems?.length ?? 0;
      return client.transactWriteItems(input);
    },
    updateItem: (input) => {
      calls.writes++;
      return client.updateItem(input);
    },
    batchGetItem: (input) => {
      calls.reads += Object.values(input.RequestItems ?? {}).reduce((sum, { Keys: keys = [] }) => sum + keys.length, 0);
      return client.batchGetItem(input);
    },
  };
}

function eventOf(number: number): string {
  const detail = cloudtrailRecord({
    eventID: `event-${number}`,
    userIdentity: { ...IAM_USER, userName: `user-${number % 10}` },
    eventTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  });
  return JSON.stringify({
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    account: '111122223333',
    region: 'eu-west-1',
    detail,
  });
}
