import { randomUUID } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { clientOptions, pause, REGION } from './aws.ts';
import { type FunctionHost, type InvocationResult, MAX_PAYLOAD_BYTES } from './function-host.ts';
import type { QueueMapping } from './template.ts';

/** How often an empty queue is asked. Lambda waits at the queue instead, which in the emulator costs what asking costs. */
const IDLE_MS = 300;
const LONG_IDLE_MS = 900;
/** So often in a row there was nothing before a queue is asked less often. */
const LONG_IDLE = 10;
/** Room for what stands around the messages of an event. */
const ENVELOPE_BYTES = 64 * 1024;

const batchResponse = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() }).nullish();

/** How a poller is run. */
export interface QueuePollerOptions {
  readonly endpoint: string;
  /**
   * Seconds after which messages that were not worked off come again, at most: the hours that visibility timeouts take in real life would take
   * as long here. What they are is read from the template and asserted.
   */
  readonly comeAgainSeconds: number;
  /**
   * Asked for each batch that was worked off: true, and it comes once more, in another order and with new receipt handles, as a standard queue
   * delivers at least once and in no order.
   */
  readonly unrest?: (() => boolean) | undefined;
}

/** Feeds a function from a queue as Lambda's event source mapping does (Lambda Developer Guide, "Using Lambda with Amazon SQS"). */
export class QueuePoller {
  readonly #mapping: QueueMapping;
  readonly #host: FunctionHost;
  readonly #client: SQSClient;
  readonly #options: QueuePollerOptions;
  readonly #loops: Promise<void>[] = [];
  #stopped = false;
  #inFlight = 0;
  /** Largest batch, and messages that were reported as failed or came back with a failed batch. */
  largestBatch = 0;
  failed = 0;
  /** Batches that came once more though they had been worked off. */
  repeated = 0;

  constructor(mapping: QueueMapping, host: FunctionHost, options: QueuePollerOptions) {
    this.#mapping = mapping;
    this.#host = host;
    this.#options = options;
    this.#client = new SQSClient(clientOptions(options.endpoint));
  }

  /** True while a batch is worked off; one that is gathered is in the queue, where it is counted as not visible. */
  get isBusy(): boolean {
    return this.#inFlight > 0;
  }

  start(pollers = 2): void {
    for (let index = 0; index < Math.min(pollers, this.#mapping.maxConcurrency ?? pollers); index++) this.#loops.push(this.#run());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
    this.#client.destroy();
  }

  async #run(): Promise<void> {
    let idle = 0;
    while (!this.#stopped) {
      const batches = bySize(await this.#gather());
      this.#inFlight++;
      try {
        for (const batch of batches) await this.#workOff(batch);
      } finally {
        this.#inFlight--;
      }
      idle = batches.length === 0 ? idle + 1 : 0;
      if (idle > 0) await pause(idle < LONG_IDLE ? IDLE_MS : LONG_IDLE_MS);
    }
  }

  /** Until the batch or the window is full, or the event would be too large. */
  async #gather(): Promise<readonly Message[]> {
    const { batchSize, windowSeconds, queueUrl } = this.#mapping;
    const batch: Message[] = [];
    let endsMs = Number.POSITIVE_INFINITY;
    let bytes = ENVELOPE_BYTES;
    while (!this.#stopped && batch.length < batchSize && Date.now() < endsMs) {
      const { Messages = [] } = await this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: Math.min(10, batchSize - batch.length),
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0 && batch.length === 0) return [];
      batch.push(...Messages);
      bytes += Messages.reduce((sum, message) => sum + sizeOf(message), 0);
      endsMs = Math.min(endsMs, Date.now() + windowSeconds * 1000);
      if (bytes > MAX_PAYLOAD_BYTES || windowSeconds === 0) break;
      if (Messages.length === 0) await pause(IDLE_MS);
    }
    return batch;
  }

  async #workOff(batch: readonly Message[]): Promise<void> {
    this.largestBatch = Math.max(this.largestBatch, batch.length);
    const result = await this.#host.invoke({ Records: batch.map((message) => this.#record(message)) });
    const failed = failedOf(batch, result, this.#mapping.reportsItemFailures);
    this.failed += failed.size;
    const done = batch.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
    const again = batch.filter(({ MessageId }) => failed.has(MessageId ?? ''));
    await this.#delete(done);
    await this.#hide(again);
    if (done.length === 0 || this.#options.unrest?.() !== true) return;
    this.repeated++;
    await this.#host.invoke({ Records: done.toReversed().map((message) => this.#record(received(message))) });
  }

  async #delete(done: readonly Message[]): Promise<void> {
    for (const some of tens(done)) {
      await this.#client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: this.#mapping.queueUrl,
          Entries: some.map(({ ReceiptHandle }, id) => ({ Id: String(id), ReceiptHandle })),
        }),
      );
    }
  }

  async #hide(again: readonly Message[]): Promise<void> {
    for (const some of tens(again)) {
      await this.#client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: this.#mapping.queueUrl,
          Entries: some.map(({ ReceiptHandle }, id) => ({
            Id: String(id),
            ReceiptHandle,
            VisibilityTimeout: this.#options.comeAgainSeconds,
          })),
        }),
      );
    }
  }

  #record(message: Message): unknown {
    return {
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes,
      messageAttributes: Object.fromEntries(
        Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue, DataType }]) => [
          name,
          { stringValue: StringValue, stringListValues: [], binaryListValues: [], dataType: DataType },
        ]),
      ),
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: this.#mapping.queueArn,
      awsRegion: REGION,
    };
  }
}

/** The same message as it is received another time. What a function says of it then is of no consequence: it has been deleted. */
function received(message: Message): Message {
  const { ApproximateReceiveCount = '1', ...others } = message.Attributes ?? {};
  const attributes = { ...others, ApproximateReceiveCount: String(Number(ApproximateReceiveCount) + 1) };
  return { ...message, ReceiptHandle: randomUUID(), Attributes: attributes };
}

/** What fits into events, in the order in which it came. */
function bySize(batch: readonly Message[]): readonly (readonly Message[])[] {
  const parts: Message[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of batch) {
    bytes += sizeOf(message);
    if (bytes > MAX_PAYLOAD_BYTES) {
      parts.push([]);
      bytes = ENVELOPE_BYTES + sizeOf(message);
    }
    parts.at(-1)?.push(message);
  }
  return parts;
}

/** Bytes of a message in an event, at most. */
function sizeOf({ Body = '' }: Message): number {
  return Buffer.byteLength(JSON.stringify(Body)) + 2_000;
}

/** All of them on a throw, and on an answer that names what is not in the batch or is no such answer. */
function failedOf(batch: readonly Message[], result: InvocationResult, reports: boolean): ReadonlySet<string> {
  const ids = new Set(batch.map(({ MessageId = '' }) => MessageId));
  if (!result.ok) return ids;
  if (!reports) return new Set();
  const parsed = batchResponse.safeParse(result.value);
  if (!parsed.success) return ids;
  const named = (parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return named.every((id) => ids.has(id)) ? new Set(named) : ids;
}

function tens<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / 10) }, (_, index) => items.slice(index * 10, index * 10 + 10));
}
