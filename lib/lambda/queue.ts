/** Sends to the queues of the deployment: in batches within the bounds of SQS, with what was refused named message by message. */

import type { SendMessageBatchRequestEntry, Sqs } from '../clients/aws-sqs.ts';
import { backoffMs, type RetryPolicy, SYSTEM_TIMING, type Timing } from '../clients/retry.ts';
import { mapAtOnce } from '../core/deliver/map-at-once.ts';
import { MAX_MESSAGE_BYTES } from './queue-message.ts';

/** One message to be sent. */
export interface Outgoing {
  readonly body: string;
  /** Short texts beside the body. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What became of one message. */
export type Sent = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Bounds of one call. */
export interface SendLimits {
  /** Nothing is tried again after this time, in ms since 1970, and a second later nothing is sent any more. */
  readonly deadlineMs: number;
}

/** Messages of one batch (API reference, SendMessageBatch, read 2026-11). */
const BATCH_MESSAGES = 10;
/**
 * Calls at the same time. One after the other, what a large object of a trail holds would take longer than a function may run: 4,100 calls of 10 ms
 * each for an object of 50 MB in which every event is a finding.
 */
const CALLS_AT_ONCE = 8;
/** What was gathered until time was up may still be begun to be sent, for so long, in ms; what is left of the invocation is for its answer. */
const LAST_CALLS_MS = 1_000;
/** The SDK repeats a call that fails as a whole; this is about single messages of a batch that SQS could not take. */
const PARTIAL_RETRY: Pick<RetryPolicy, 'maxAttempts' | 'baseMs' | 'capMs'> = { maxAttempts: 4, baseMs: 100, capMs: 1_000 };

export interface QueueOptions {
  readonly url: string;
  /** Makes the client when the first message is sent. */
  readonly open: () => Promise<Sqs>;
  readonly timing?: Timing;
}

/** One queue that we write to. */
export class Queue {
  readonly #url: string;
  readonly #open: () => Promise<Sqs>;
  readonly #timing: Timing;
  #client: Promise<Sqs> | undefined;

  constructor({ url, open, timing = SYSTEM_TIMING }: QueueOptions) {
    this.#url = url;
    this.#open = open;
    this.#timing = timing;
  }

  /** Whether the SDK has been loaded: another message then costs a call and no start. */
  get isOpen(): boolean {
    return this.#client !== undefined;
  }

  /** Sends messages; never rejects. @returns one answer for each, in their order. */
  async send(messages: readonly Outgoing[], limits: SendLimits): Promise<readonly Sent[]> {
    const answers: Sent[] = messages.map(() => ({ ok: false, message: 'no time was left to send it' }));
    await mapAtOnce(batchesOf(messages), CALLS_AT_ONCE, async (batch) => {
      // A queue that does not answer takes seconds for each call: without an end nobody would be told which messages it has.
      if (this.#timing.now() < limits.deadlineMs + LAST_CALLS_MS) await this.#sendBatch(batch, answers, limits);
    });
    return answers;
  }

  async #sendBatch(batch: readonly Numbered[], answers: Sent[], { deadlineMs }: SendLimits): Promise<void> {
    let left = batch;
    for (let number = 1; ; number++) {
      left = await this.#try(left, answers);
      if (left.length === 0) return;
      const waitMs = backoffMs(number, PARTIAL_RETRY, this.#timing);
      if (number >= PARTIAL_RETRY.maxAttempts || this.#timing.now() + waitMs >= deadlineMs) return;
      await this.#timing.sleep(waitMs);
    }
  }

  /** One call; gives the messages that are worth another one. */
  async #try(batch: readonly Numbered[], answers: Sent[]): Promise<readonly Numbered[]> {
    const told = await this.#call(batch);
    if (typeof told === 'string') {
      for (const { at } of batch) answers[at] = { ok: false, message: told };
      return [];
    }
    const again: Numbered[] = [];
    for (const message of batch) {
      const failure = told.failed.get(String(message.at));
      const isSent = failure === undefined && told.sent.has(String(message.at));
      answers[message.at] = isSent ? { ok: true } : { ok: false, message: failure?.message ?? 'SQS did not answer for this message' };
      if (!isSent && failure?.isOurFault !== true) again.push(message);
    }
    return again;
  }

  /** A client that could not be made is made anew with the next message: an environment may live for hours. */
  #opened(): Promise<Sqs> {
    this.#client ??= this.#open().catch((cause: unknown) => {
      this.#client = undefined;
      throw cause;
    });
    return this.#client;
  }

  async #call(batch: readonly Numbered[]): Promise<BatchAnswer | string> {
    try {
      const client = await this.#opened();
      const answer = await client.sendMessageBatch({ QueueUrl: this.#url, Entries: batch.map(entryOf) });
      return {
        sent: new Set((answer.Successful ?? []).map(({ Id }) => Id)),
        failed: new Map(
          (answer.Failed ?? []).map(({ Id, Code, Message, SenderFault }) => [
            Id,
            { message: `${Code}: ${Message ?? ''}`, isOurFault: SenderFault === true },
          ]),
        ),
      };
    } catch (cause) {
      return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    }
  }
}

interface BatchAnswer {
  readonly sent: ReadonlySet<string | undefined>;
  readonly failed: ReadonlyMap<string | undefined, { readonly message: string; readonly isOurFault: boolean }>;
}

interface Numbered extends Outgoing {
  readonly at: number;
}

function entryOf({ at, body, attributes }: Numbered): SendMessageBatchRequestEntry {
  const entry = { Id: String(at), MessageBody: body };
  if (attributes === undefined) return entry;
  const values = Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }] as const);
  return { ...entry, MessageAttributes: Object.fromEntries(values) };
}

/** As many messages as go together: at most 10, and their bytes within the bound of one. */
function batchesOf(messages: readonly Outgoing[]): readonly (readonly Numbered[])[] {
  const batches: Numbered[][] = [];
  let room = 0;
  messages.forEach((message, at) => {
    const bytes = sizeOf(message);
    const last = batches.at(-1);
    if (last === undefined || last.length >= BATCH_MESSAGES || bytes > room) {
      batches.push([{ ...message, at }]);
      room = MAX_MESSAGE_BYTES - bytes;
    } else {
      last.push({ ...message, at });
      room -= bytes;
    }
  });
  return batches;
}

/** As SQS counts: body, and name, type and value of each attribute. */
function sizeOf({ body, attributes = {} }: Outgoing): number {
  return Object.entries(attributes).reduce(
    (bytes, [name, value]) => bytes + Buffer.byteLength(name) + 'String'.length + Buffer.byteLength(value),
    Buffer.byteLength(body),
  );
}
