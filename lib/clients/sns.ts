/** The client of Amazon SNS. Loaded only where something is to be sent there. */
import {
  GetTopicAttributesCommand,
  PublishBatchCommand,
  type PublishBatchCommandInput,
  type PublishBatchCommandOutput,
  SNSClient,
} from '@aws-sdk/client-sns';
import type { AwsOptions } from './aws.ts';

/** Longest time for a connection and for an answer, in ms. */
const CONNECTION_MS = 2_000;
const ANSWER_MS = 10_000;

/** The calls of SNS that Driftwire makes; each rejects with the SDK's own errors. */
export interface Sns {
  publishBatch(input: PublishBatchCommandInput, signal: AbortSignal): Promise<PublishBatchCommandOutput>;
  getTopicAttributes(topicArn: string, signal: AbortSignal): Promise<unknown>;
  /** Lets go of connections. */
  close(): void;
}

/** A client of SNS. It tries once: when to try again is decided where the receiver's wishes are known. */
export function sns({ timeoutMs = ANSWER_MS, ...options }: AwsOptions = {}): Sns {
  // Without the last of these a request that takes too long is only warned about.
  const requestHandler = { connectionTimeout: CONNECTION_MS, requestTimeout: timeoutMs, throwOnRequestTimeout: true };
  const client = new SNSClient({ ...options, requestHandler, maxAttempts: 1 });
  return {
    publishBatch: (input, abortSignal) => client.send(new PublishBatchCommand(input), { abortSignal }),
    getTopicAttributes: (TopicArn, abortSignal) => client.send(new GetTopicAttributesCommand({ TopicArn }), { abortSignal }),
    close: () => client.destroy(),
  };
}
