/** The client of SQS; see `aws.ts` for when it is loaded. */
import {
  ChangeMessageVisibilityBatchCommand,
  type ChangeMessageVisibilityBatchCommandInput,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  type SendMessageBatchCommandOutput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type AwsOptions, settingsOf } from './aws-options.ts';

export type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';

/** The calls of SQS that Driftwire makes; each rejects with the SDK's own errors. */
export interface Sqs {
  /** At most 10 messages, together at most 1 MiB. */
  sendMessageBatch(input: SendMessageBatchCommandInput): Promise<SendMessageBatchCommandOutput>;
  /** At most 10 messages. */
  changeMessageVisibilityBatch(input: ChangeMessageVisibilityBatchCommandInput): Promise<unknown>;
  /** Lets go of connections. */
  close(): void;
}

/** A client of SQS. A queue is reached at its own URL, whatever the endpoint. */
export function sqs(options: AwsOptions = {}): Sqs {
  const client = new SQSClient(settingsOf(options));
  return {
    sendMessageBatch: (input) => client.send(new SendMessageBatchCommand(input)),
    changeMessageVisibilityBatch: (input) => client.send(new ChangeMessageVisibilityBatchCommand(input)),
    close: () => client.destroy(),
  };
}
