import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AwsSettings } from '../config/schema-aws.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import type { EventPattern } from './compiled-patterns.ts';
import type { DeadLetters } from './dead-letters.ts';
import { EventRule } from './event-rule.ts';
import { QueueTarget } from './queue-target.ts';
import { WorkQueue } from './work-queue.ts';

/** Name of the queue that collectors send to, and prefix of the roles they send with; part of what the accounts agree on. */
export const PROCESSOR_QUEUE = 'driftwire-events';
export const COLLECTOR_ROLE = 'driftwire-collector';

/** Name of the bus that other regions forward to. */
export const FORWARD_BUS = 'driftwire';

export interface IntakeProps {
  readonly settings: AwsSettings;
  readonly pattern: EventPattern;
  readonly deadLetters: DeadLetters;
  /** Of the function that reads the queues, in seconds. */
  readonly consumerTimeoutSeconds: number;
}

/**
 * How CloudTrail events come in: the rule on the default bus and, where asked for, other regions, other accounts and the objects of
 * an existing trail. Makes no trail and no bucket.
 */
export class Intake extends Construct {
  readonly events: WorkQueue;
  /** Notices of new objects; a queue of its own, because a backfill must not delay what happens now. */
  readonly objects: WorkQueue | undefined;
  readonly rule: events.Rule;

  constructor(scope: Construct, id: string, props: IntakeProps) {
    super(scope, id);
    const { settings, pattern, deadLetters, consumerTimeoutSeconds } = props;
    const queue = { deadLetters: deadLetters.queue, consumerTimeoutSeconds };
    const isProcessor = settings.mode === 'processor';
    this.events = new WorkQueue(this, 'events', { ...queue, windowSeconds: 5, ...(isProcessor ? { queueName: PROCESSOR_QUEUE } : {}) });
    const target = new QueueTarget(this.events, deadLetters.undelivered);
    this.rule = new EventRule(this, 'rule', { pattern, target });
    if (settings.forward_regions !== undefined) this.#takeFromRegions(props, target);
    if (settings.collectors !== undefined) letCollectorsSend(this.events, settings.collectors);
    this.objects = settings.cloudtrail === undefined ? undefined : new WorkQueue(this, 'objects', queue);
    if (this.objects !== undefined && settings.cloudtrail !== undefined) {
      announceObjects(this, this.objects, settings.cloudtrail, deadLetters.undelivered);
    }
  }

  /** A bus of its own: on the default bus a forwarded event would also trigger everybody else's rules a second time. */
  #takeFromRegions({ pattern }: IntakeProps, target: events.IRuleTarget): void {
    const bus = new events.EventBus(this, 'forwarded', { eventBusName: FORWARD_BUS, description: 'CloudTrail events of other regions' });
    new EventRule(this, 'forwarded-rule', { pattern, target, bus: { name: FORWARD_BUS, bus } });
  }
}

/**
 * The rule of a collector sends with a role of its account, and only roles of that name from these accounts may.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-cross-account.html (read 2026-11)
 */
function letCollectorsSend(queue: sqs.Queue, { organization, accounts }: NonNullable<AwsSettings['collectors']>): void {
  const { partition } = Stack.of(queue);
  const role = (account: string) => `arn:${partition}:iam::${account}:role/${COLLECTOR_ROLE}-*`;
  const conditions =
    organization === undefined
      ? { ArnLike: { 'aws:PrincipalArn': (accounts ?? []).map(role) } }
      : { StringEquals: { 'aws:PrincipalOrgID': organization }, ArnLike: { 'aws:PrincipalArn': role('*') } };
  queue.addToResourcePolicy(
    new iam.PolicyStatement({
      actions: ['sqs:SendMessage'],
      principals:
        organization === undefined ? (accounts ?? []).map((account) => new iam.AccountPrincipal(account)) : [new iam.StarPrincipal()],
      resources: [queue.queueArn],
      conditions,
    }),
  );
}

type Trail = NonNullable<AwsSettings['cloudtrail']>;

/** Connects the queue with whatever announces the objects of the bucket, without touching the bucket. */
function announceObjects(scope: Construct, queue: WorkQueue, trail: Trail, undelivered: sqs.Queue): void {
  const stack = Stack.of(scope);
  if (trail.notices === 'eventbridge') {
    new events.Rule(scope, 'objects-rule', {
      description: `New objects of the trail in ${trail.bucket}, for Driftwire`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [trail.bucket] }, object: { key: [{ prefix: trailPrefix(trail) }] } },
      },
      targets: [new QueueTarget(queue, undelivered)],
    });
  } else if (trail.notices === 's3') {
    // The ARN of a bucket names no account: whoever made a bucket of this name after it was deleted could send too.
    letSend(queue, 's3.amazonaws.com', {
      ArnEquals: { 'aws:SourceArn': bucketArn(stack, trail.bucket) },
      StringEquals: { 'aws:SourceAccount': trail.account ?? stack.account },
    });
  } else if (trail.topic_arn !== undefined) {
    letSend(queue, 'sns.amazonaws.com', { ArnEquals: { 'aws:SourceArn': trail.topic_arn } });
    new sns.CfnSubscription(scope, 'objects-subscription', {
      topicArn: trail.topic_arn,
      protocol: 'sqs',
      endpoint: queue.queueArn,
      // A topic may be in another region than we are; the subscription is made where the topic is.
      region: trail.topic_arn.split(':')[3] ?? stack.region,
      redrivePolicy: { deadLetterTargetArn: undelivered.queueArn },
    });
    letSend(undelivered, 'sns.amazonaws.com', { ArnEquals: { 'aws:SourceArn': trail.topic_arn } });
  }
}

function letSend(queue: sqs.Queue, service: string, conditions: Record<string, Record<string, string>>): void {
  queue.addToResourcePolicy(
    new iam.PolicyStatement({
      actions: ['sqs:SendMessage'],
      principals: [new iam.ServicePrincipal(service)],
      resources: [queue.queueArn],
      conditions,
    }),
  );
}

/** What the function needs to read the objects of the trail. */
export function mayReadTrail(scope: Construct, trail: Trail): readonly iam.PolicyStatement[] {
  const objects = `${bucketArn(Stack.of(scope), trail.bucket)}/${trailPrefix(trail)}*`;
  const reason = 'the objects of the one trail: their names hold dates and random characters';
  acknowledgeWildcard(scope, `arn:PARTITION:s3:::${trail.bucket}/${trailPrefix(trail)}*`, reason);
  const statements = [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [objects] })];
  if (trail.kms_key_arn !== undefined) {
    statements.push(new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [trail.kms_key_arn] }));
  }
  return statements;
}

/** Where a trail puts its objects: `[prefix/]AWSLogs/` (CloudTrail User Guide, "CloudTrail log file names", read 2026-11). */
function trailPrefix({ prefix }: Trail): string {
  return prefix === undefined ? 'AWSLogs/' : `${prefix.replace(/\/+$/, '')}/AWSLogs/`;
}

function bucketArn(stack: Stack, bucket: string): string {
  return stack.formatArn({ service: 's3', region: '', account: '', resource: bucket, arnFormat: ArnFormat.NO_RESOURCE_NAME });
}
