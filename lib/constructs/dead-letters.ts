import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { Undelivered } from './undelivered.ts';

/**
 * The two places where nothing may lie. `dead-letters` gets what a function could not work off; a redrive of SQS sends each message
 * back to the queue it came from. `undelivered` gets what never was in a queue of ours: events that EventBridge could not
 * deliver, asynchronous invokes that failed, stream records given up, and what a function puts there itself because no retry can help. One queue each for the whole stack, because an alarm costs more
 * than everything else that a quiet queue does.
 */
export class DeadLetters extends Construct {
  readonly queue: sqs.Queue;
  readonly undelivered: sqs.Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new Undelivered(this, 'dead-letters');
    this.undelivered = new Undelivered(this, 'undelivered');
  }
}
