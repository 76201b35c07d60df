import { Duration } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/**
 * Where minutes go whose totals were not written, each with the error. The next minute carries what they did not, so nothing is to be done with them: a receiver
 * that is down for an hour must not leave sixty messages that somebody has to clear away before the queue of what was given up means something again. They are
 * for whoever looks why, for a day; `DriftwireFlushStopped` is the alarm, and ends by itself.
 */
export class MissedMinutes extends sqs.Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(1) });
    const end = 'the end of the way: nobody reads it but people, and it empties itself';
    acknowledge(this, 'AwsSolutions-SQS3', end);
    acknowledge(this, 'Serverless-SQSRedrivePolicy', end);
  }
}
