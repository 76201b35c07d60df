import { Duration } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AwsSettings } from '../config/schema-aws.ts';
import { acknowledge } from './acknowledge.ts';
import { addAlarm } from './add-alarm.ts';

/** A queue for what could not be handed over, kept as long as SQS keeps anything. */
export class Undelivered extends sqs.Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14) });
    const end = 'the end of the way: what lies here has failed before, and an alarm watches the queue';
    acknowledge(this, 'AwsSolutions-SQS3', end);
    acknowledge(this, 'Serverless-SQSRedrivePolicy', end);
  }

  /** Adds the one alarm of a stack that only forwards. */
  watch(scope: Construct, alarms: AwsSettings['alarms']): void {
    if (!alarms.enabled) return;
    const metric = this.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: 'Maximum' });
    addAlarm(scope, 'DriftwireUndelivered', metric, { above: 0 }, alarms.topic_arn);
  }
}
