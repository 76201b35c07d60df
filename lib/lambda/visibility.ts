import type { Sqs } from '../clients/aws-sqs.ts';
import type { Log } from '../core/model/log.ts';

/**
 * Waits before a message comes again, in seconds, by how often it was received; a receiver that asks for a longer pause gets it. With the
 * queue's own visibility timeout, six times the function's, the first second try would come after six minutes.
 */
const WAITS = [15, 60, 240, 900] as const;
const LONGEST_WAIT = 900;
/** SQS hides a message for at most 12 hours after it was received (API reference, ChangeMessageVisibility, read 2026-11). */
const MAX_SECONDS = 43_000;
/** Messages of one call. */
const BATCH_MESSAGES = 10;

/** When a message comes again that was received so many times. */
export function retryAfterSeconds(askedMs: number, receives: number): number {
  const own = WAITS[receives - 1] ?? LONGEST_WAIT;
  return Math.min(MAX_SECONDS, Math.max(own, Math.ceil(askedMs / 1_000)));
}

/** A message that is to be hidden for a time. */
export interface Hidden {
  readonly receiptHandle: string;
  readonly seconds: number;
}

/** Says when messages of a queue come again. */
export class Visibility {
  readonly #url: string;
  readonly #open: () => Promise<Sqs>;
  readonly #log: Log;
  #client: Promise<Sqs> | undefined;

  constructor(url: string, open: () => Promise<Sqs>, log: Log) {
    this.#url = url;
    this.#open = open;
    this.#log = log;
  }

  /** Never rejects: a message that cannot be told when to come comes when the queue says. */
  async hide(messages: readonly Hidden[]): Promise<void> {
    try {
      this.#client ??= this.#open();
      const client = await this.#client;
      for (let at = 0; at < messages.length; at += BATCH_MESSAGES) {
        const batch = messages.slice(at, at + BATCH_MESSAGES);
        await client.changeMessageVisibilityBatch({
          QueueUrl: this.#url,
          Entries: batch.map(({ receiptHandle, seconds }, index) => ({
            Id: String(index),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          })),
        });
      }
    } catch (cause) {
      this.#log('warn', 'messages come again when the queue says and not when they should', { error: cause });
    }
  }
}
