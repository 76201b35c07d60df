import { awsConfig } from './aws-config.ts';
import { cloudtrail } from './cloudtrail.ts';
import { cloudtrailDigest } from './cloudtrail-digest.ts';
import { awslogs, logEvent, logsMessage } from './cloudwatch-logs.ts';
import { eventbridge } from './eventbridge.ts';
import { falcoEvent } from './falco-event.ts';
import type { Format } from './item.ts';
import { firehose, kinesis } from './kinesis.ts';
import { kubernetesAudit } from './kubernetes-audit.ts';
import { lookupEvent } from './lookup-events.ts';
import { s3Notification } from './s3-notification.ts';
import { sns } from './sns.ts';
import { sqs } from './sqs.ts';
import { wrapped } from './wrapped.ts';

/**
 * Every format of a single object, in the order in which they are asked. Envelopes whose records look like CloudTrail's (S3, SQS and Kinesis have
 * `eventSource` and `eventName` too) come before it; the guess at an unknown wrapper comes last.
 */
export const FORMATS: readonly Format[] = [
  kubernetesAudit,
  eventbridge,
  s3Notification,
  sqs,
  sns,
  kinesis,
  firehose,
  cloudtrail,
  awslogs,
  logsMessage,
  lookupEvent,
  logEvent,
  cloudtrailDigest,
  awsConfig,
  falcoEvent,
  wrapped,
];
