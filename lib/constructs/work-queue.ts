import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/**
 * Deliveries before a message goes aside, where a function sets what is no event aside itself: a message that ends its function comes again
 * after six timeouts, so this is some hours in which the queue behind may be out of reach.
 */
const INTAKE_RECEIVES = 20;

/**
 * Where a message waits for a sink: 15 s, 1 min, 4 min, then 15 min each time (`lib/lambda/visibility.ts`), so this is three days. A sink that is down
 * for a night, or a token that nobody has replaced over a weekend, is a delay and not a redrive.
 */
export const DELIVERY_RECEIVES = 300;

/**
 * Lambda asks for a visibility timeout of at least six times the function's (Developer Guide, "Using Lambda with Amazon SQS",
 * read 2026-11), so that a batch that is throttled is not seen twice while it is still tried.
 */
const VISIBILITY_FACTOR = 6;

/** Largest message SQS takes, in bytes, since 2025-08; a Kubernetes event with both bodies is larger than the former 256 KiB. */
const MAX_MESSAGE_BYTES = 1_048_576;

/** What a queue between two functions is told. */
export interface WorkQueueProps {
  /** Where a message goes that was delivered too often. */
  readonly deadLetters: sqs.IQueue;
  /** Timeout of the function that reads it, in seconds. */
  readonly consumerTimeoutSeconds: number;
  /** How long a batch is gathered, in seconds. */
  readonly windowSeconds?: number;
  /** Only where another account must know the name: names CloudFormation makes never collide. */
  readonly queueName?: string;
  /** Deliveries before it goes there. */
  readonly maxReceives?: number;
  /** How long a message is kept, in days. */
  readonly retentionDays?: number;
}

/** A queue that a function works off: encrypted, TLS only, with a place for what cannot be worked off. */
export class WorkQueue extends sqs.Queue {
  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    const { deadLetters, consumerTimeoutSeconds, windowSeconds = 0, queueName, retentionDays = 4, maxReceives = INTAKE_RECEIVES } = props;
    super(scope, id, {
      ...(queueName === undefined ? {} : { queueName }),
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(retentionDays),
      visibilityTimeout: Duration.seconds(VISIBILITY_FACTOR * consumerTimeoutSeconds + windowSeconds),
      maxMessageSizeBytes: MAX_MESSAGE_BYTES,
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: maxReceives },
    });
  }
}

/** What a function needs to be fed by a queue: three actions, no more (Developer Guide, "Using Lambda with Amazon SQS", read 2026-11). */
export function mayConsume(queue: sqs.IQueue): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    resources: [queue.queueArn],
  });
}

/** What a function needs to let a message wait longer, where a sink has asked for a pause. */
export function mayPostpone(queue: sqs.IQueue): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['sqs:ChangeMessageVisibility'], resources: [queue.queueArn] });
}

/** What a function needs to put messages into a queue. */
export function maySend(queue: sqs.IQueue): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] });
}
