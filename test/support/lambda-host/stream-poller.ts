import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { ACCOUNT, callKinesis, pause, REGION } from './aws.ts';
import { type FunctionHost, type InvocationResult, MAX_PAYLOAD_BYTES } from './function-host.ts';
import type { StreamMapping } from './template.ts';

/** How often a shard is asked: Lambda's own base rate (Developer Guide, "Using Lambda with Amazon Kinesis"). */
const IDLE_MS = 1_000;
/** Room for what stands around the data of a record. */
const RECORD_BYTES = 2_000;
const record = z.object({
  SequenceNumber: z.string(),
  PartitionKey: z.string(),
  Data: z.string(),
  ApproximateArrivalTimestamp: z.number(),
});
type StreamRecord = z.infer<typeof record>;
const shards = z.object({ Shards: z.array(z.object({ ShardId: z.string() })) });
const iteratorAnswer = z.object({ ShardIterator: z.string() });
const recordsAnswer = z.object({ Records: z.array(record), NextShardIterator: z.string().nullish() });

const batchResponse = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() }).nullish();

/** How a poller is run. */
export interface StreamPollerOptions {
  readonly endpoint: string;
  /** Gets what is given up: the message of an on-failure destination. */
  readonly giveUp: (destinationArn: string, message: unknown) => Promise<void>;
}

/**
 * Feeds a function from a stream as Lambda's event source mapping does: each shard in order, from the lowest failed record on, in halves when
 * the function fails, within bounds; what is given up goes to the destination (Lambda Developer Guide, "Using Lambda with Amazon Kinesis").
 */
export class StreamPoller {
  readonly #mapping: StreamMapping;
  readonly #host: FunctionHost;
  readonly #options: StreamPollerOptions;
  #loops: readonly Promise<void>[] = [];
  #stopped = false;
  #inFlight = 0;
  /** How often in a row a shard had nothing. */
  readonly #empty = new Map<string, number>();
  /** Records that were given up. */
  givenUp = 0;

  constructor(mapping: StreamMapping, host: FunctionHost, options: StreamPollerOptions) {
    this.#mapping = mapping;
    this.#host = host;
    this.#options = options;
  }

  /** True while records are worked off, and until each shard has said twice since the last call of `doubt` that it has no more. */
  get isBusy(): boolean {
    return this.#inFlight > 0 || [...this.#empty.values()].some((times) => times < 2);
  }

  /** Something may have come into the stream. */
  doubt(): void {
    for (const shardId of this.#empty.keys()) this.#empty.set(shardId, 0);
  }

  async start(): Promise<void> {
    const { Shards } = shards.parse(await this.#call('ListShards', { StreamName: this.#mapping.streamName }));
    for (const { ShardId } of Shards) this.#empty.set(ShardId, 0);
    this.#loops = Shards.map(({ ShardId }) => this.#run(ShardId));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  async #run(shardId: string): Promise<void> {
    const begin = { StreamName: this.#mapping.streamName, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' };
    let iterator: string | undefined = iteratorAnswer.parse(await this.#call('GetShardIterator', begin)).ShardIterator;
    while (!this.#stopped && iterator !== undefined) {
      const batch: StreamRecord[] = [];
      const { batchSize, windowSeconds } = this.#mapping;
      for (let endsMs = Number.POSITIVE_INFINITY; !this.#stopped && batch.length < batchSize && Date.now() < endsMs; ) {
        const { Records: records, NextShardIterator }: z.infer<typeof recordsAnswer> = recordsAnswer.parse(
          await this.#call('GetRecords', { ShardIterator: iterator, Limit: batchSize - batch.length }),
        );
        iterator = NextShardIterator ?? undefined;
        this.#empty.set(shardId, records.length === 0 ? (this.#empty.get(shardId) ?? 0) + 1 : 0);
        if (records.length > 0 && batch.length === 0) {
          this.#inFlight++;
          endsMs = Date.now() + windowSeconds * 1000;
        }
        batch.push(...records);
        if (iterator === undefined) break;
        if (records.length === 0) await pause(IDLE_MS);
      }
      if (batch.length === 0) continue;
      try {
        for (const part of bySize(batch)) await this.#workOff(shardId, part, 0);
      } finally {
        this.#inFlight--;
      }
    }
  }

  #call(action: string, body: object): Promise<unknown> {
    return callKinesis(this.#options.endpoint, action, body);
  }

  /** All of a batch, in order, whatever it takes. */
  async #workOff(shardId: string, batch: readonly StreamRecord[], attempts: number): Promise<void> {
    if (batch.length === 0 || this.#stopped) return;
    const old = batch.findLastIndex((record) => this.#isTooOld(record)) + 1;
    if (old > 0) {
      await this.#giveUp(shardId, batch.slice(0, old), 'RecordAgeExceeded');
      return this.#workOff(shardId, batch.slice(old), attempts);
    }
    const result = await this.#host.invoke({ Records: batch.map((record) => this.#record(shardId, record)) });
    const from = failedFrom(batch, result, this.#mapping.reportsItemFailures);
    if (from === undefined) return;
    const rest = batch.slice(from);
    const { retries, bisects } = this.#mapping;
    if (bisects && rest.length > 1) {
      const half = Math.ceil(rest.length / 2);
      await this.#workOff(shardId, rest.slice(0, half), attempts);
      return this.#workOff(shardId, rest.slice(half), attempts);
    }
    if (retries >= 0 && attempts >= retries) return this.#giveUp(shardId, rest, 'RetryAttemptsExhausted');
    await pause(Math.min(1_000, 50 * 2 ** attempts));
    return this.#workOff(shardId, rest, attempts + 1);
  }

  #isTooOld({ ApproximateArrivalTimestamp }: StreamRecord): boolean {
    const { maxAgeSeconds } = this.#mapping;
    return maxAgeSeconds >= 0 && Date.now() / 1_000 - ApproximateArrivalTimestamp > maxAgeSeconds;
  }

  async #giveUp(
    shardId: string,
    records: readonly StreamRecord[],
    condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded',
  ): Promise<void> {
    this.givenUp += records.length;
    const { onFailureArn, streamArn, functionArn, retries } = this.#mapping;
    if (onFailureArn === undefined) return;
    await this.#options.giveUp(onFailureArn, {
      requestContext: { requestId: randomUUID(), functionArn, condition, approximateInvokeCount: retries + 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: new Date().toISOString(),
      KinesisBatchInfo: {
        shardId,
        startSequenceNumber: records[0]?.SequenceNumber,
        endSequenceNumber: records.at(-1)?.SequenceNumber,
        approximateArrivalOfFirstRecord: arrivalOf(records[0]),
        approximateArrivalOfLastRecord: arrivalOf(records.at(-1)),
        batchSize: records.length,
        streamArn,
      },
    });
  }

  #record(shardId: string, { PartitionKey, SequenceNumber, Data, ApproximateArrivalTimestamp }: StreamRecord): unknown {
    return {
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: PartitionKey,
        sequenceNumber: SequenceNumber,
        data: Data,
        approximateArrivalTimestamp: ApproximateArrivalTimestamp,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${shardId}:${SequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/driftwire`,
      awsRegion: REGION,
      eventSourceARN: this.#mapping.streamArn,
    };
  }
}

function arrivalOf(record: StreamRecord | undefined): string {
  return new Date((record?.ApproximateArrivalTimestamp ?? 0) * 1_000).toISOString();
}

/** What fits into events, in the order in which it came; base64 is ASCII. */
function bySize(batch: readonly StreamRecord[]): readonly (readonly StreamRecord[])[] {
  const parts: StreamRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of batch) {
    const size = record.Data.length + RECORD_BYTES;
    bytes += size;
    if (bytes > MAX_PAYLOAD_BYTES) {
      parts.push([]);
      bytes = size;
    }
    parts.at(-1)?.push(record);
  }
  return parts;
}

/** Where to go on: at the first of the batch on a throw, at the lowest record that the answer names; undefined when all is done. */
function failedFrom(batch: readonly StreamRecord[], result: InvocationResult, reports: boolean): number | undefined {
  if (!result.ok) return 0;
  if (!reports) return undefined;
  const parsed = batchResponse.safeParse(result.value);
  if (!parsed.success) return 0;
  const failures = parsed.data?.batchItemFailures ?? [];
  if (failures.length === 0) return undefined;
  const places = failures.map(({ itemIdentifier }) => batch.findIndex(({ SequenceNumber }) => SequenceNumber === itemIdentifier));
  return places.includes(-1) ? 0 : Math.min(...places);
}
