/** What a thousand events cost in calls of AWS, from the functions themselves over counting clients. */
import { dynamoDb } from '../../lib/clients/aws.ts';
import { SYSTEM_TIMING } from '../../lib/clients/retry.ts';
import { Counting } from '../../lib/core/deliver/counting.ts';
import { FirstCopySink } from '../../lib/core/deliver/first-copy-sink.ts';
import { LedgerSink } from '../../lib/core/deliver/ledger-sink.ts';
import { AlertsSink } from '../../lib/lambda/alerts-sink.ts';
import { CloudTrailWork } from '../../lib/lambda/cloudtrail.ts';
import { HeldCounts } from '../../lib/lambda/counts.ts';
import { DeliveriesWork } from '../../lib/lambda/deliveries.ts';
import { Queue } from '../../lib/lambda/queue.ts';
import { RepeatsLedger } from '../../lib/lambda/repeats-ledger.ts';
import { SinkSet } from '../../lib/lambda/sink-set.ts';
import { DynamoStore, type DynamoStoreOptions } from '../../lib/stores/dynamodb.ts';
import { detectorOf } from '../support/detector.ts';
import { FakeSqs } from '../support/fake-sqs.ts';
import { FakeS3 } from '../support/lambda-parts.ts';
import { type Moto, makeTable, startMoto } from '../support/moto.ts';
import { RecordingSink } from '../support/recording-sink.ts';
import { cloudtrailRecord, IAM_USER } from '../support/records.ts';
import { type Billed, countingDynamo, nothingBilled } from './counting-dynamo.ts';

/** Told for a thousand: the emulator copies a table for each transaction, so that more of them take minutes. */
const EVENTS = 200;
const SCALE = 1_000 / EVENTS;
const ACCESS = { timeoutMs: 60_000, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

/** What a thousand events take that come in batches of one size. */
export interface FunctionRequests extends Readonly<Billed> {
  readonly batch: number;
  readonly invocations: number;
  readonly sends: number;
  /** Time of the processor for one invocation of each function, in ms. */
  readonly cpuMs: { readonly reading: number; readonly delivering: number };
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

/** A store in a table of the emulator that counts what it is asked for. */
export function countingStore(moto: Moto, table: string, billed: Billed, options: Pick<DynamoStoreOptions, 'nowMs'> = {}): DynamoStore {
  return new DynamoStore({ table, client: countingDynamo(dynamoDb({ ...ACCESS, endpoint: moto.endpoint }), billed), ...options });
}

async function countWith(moto: Moto, batch: number): Promise<FunctionRequests> {
  const table = `bench-${batch}`;
  await makeTable(moto, table);
  const billed = nothingBilled();
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
  const store = countingStore(moto, table, billed);
  const ledger = new RepeatsLedger(store);
  const counting = new Counting(ledger, { holds: 'kept' });
  const loki = new FirstCopySink(new RecordingSink('loki'), counting, store);
  const delivering = new DeliveriesWork({
    ...common,
    name: 'deliver',
    sinks: new SinkSet(
      async () => [loki, new LedgerSink(ledger, undefined, counting), new AlertsSink(queue(alerts), 'Debug', SYSTEM_TIMING)],
      SYSTEM_TIMING,
    ),
    uncounted: new Set(['ledger', 'alerts']),
    repeats: ledger,
    ledger: async () => ledger,
    visibility: undefined,
  });
  const limits = () => ({ deadlineMs: Date.now() + 60_000 });
  const cpuMs = { reading: 0, delivering: 0 };
  for (let at = 0; at < EVENTS; at += batch) {
    const messages = Array.from({ length: batch }, (_, index) => ({ messageId: `m${index}`, body: eventOf(at + index) }));
    const read = await timed(() => reading.run(messages, limits()));
    if (read.result.size > 0) throw new Error('an event was not worked off');
    const received = findings.kept
      .splice(0)
      .map(({ body }, index) => ({ messageId: `f${index}`, receiptHandle: 'r', body, attributes: { ApproximateReceiveCount: '1' } }));
    const delivered = await timed(() => delivering.run(received, limits()));
    if (delivered.result.size > 0) throw new Error('a finding was not delivered');
    cpuMs.reading += (read.cpuMs * batch) / EVENTS;
    cpuMs.delivering += (delivered.cpuMs * batch) / EVENTS;
  }
  const ofThousand = (counted: number): number => Math.round(counted * SCALE);
  return {
    batch,
    invocations: ofThousand((2 * EVENTS) / batch),
    sends: ofThousand(findings.calls + alerts.calls),
    transactions: ofThousand(billed.transactions),
    items: ofThousand(billed.items),
    writeUnits: ofThousand(billed.writeUnits),
    readUnits: ofThousand(billed.readUnits),
    cpuMs,
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly cpuMs: number }> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, cpuMs: (user + system) / 1_000 };
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
