import { ArnFormat, Aws, CfnDeletionPolicy, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AwsSettings } from '../config/schema-aws.ts';
import type { CompiledPatterns } from './compiled-patterns.ts';
import type { DriftwireFunction } from './driftwire-function.ts';

/** Name of our subscription on a log group; stable, because a group has room for two and a renamed one would need both. */
export const FILTER_NAME = 'driftwire';

/** Tries and age after which a stream record goes aside. Without bounds one bad record holds up its shard for a day. */
const STREAM_RETRIES = 10;
const STREAM_MAX_AGE = Duration.hours(12);

export interface AuditLogProps {
  readonly eks: NonNullable<AwsSettings['eks']>;
  readonly patterns: Pick<CompiledPatterns, 'audit' | 'truncated'>;
  readonly target: DriftwireFunction;
  /** Between the log groups and the function; without it the subscription calls the function. */
  readonly stream: AuditStream | undefined;
  readonly undelivered: sqs.IQueue;
}

/** How Kubernetes audit events come in: subscriptions on log groups that are there already. Makes no log group. */
export class AuditLog extends Construct {
  constructor(scope: Construct, id: string, { eks, patterns, target, stream, undelivered }: AuditLogProps) {
    super(scope, id);
    const destination = stream === undefined ? this.#straight(eks.log_groups, target) : throughStream(this, stream, target, undelivered);
    for (const logGroupName of eks.log_groups) {
      const subscribe = (suffix: string, filterPattern: string) => {
        const filter = new logs.CfnSubscriptionFilter(this, `${logGroupName}${suffix}`, {
          logGroupName,
          filterName: `${FILTER_NAME}${suffix}`,
          filterPattern,
          ...destination.properties,
        });
        filter.node.addDependency(...destination.dependencies);
      };
      subscribe('', patterns.audit);
      // Lines that CloudWatch cut are no JSON any more, so that no pattern for JSON matches them.
      if (eks.truncated_lines) subscribe('-truncated', patterns.truncated);
    }
  }

  /**
   * A subscription that finds no permission, or no function, is switched off for up to ten minutes, and what is logged then is skipped. So
   * the permission stays when it is replaced, and the function is called by its ARN, which never changes: its id is a contract. No
   * alias: it would protect from nothing more, and emulators of CloudFormation know none.
   */
  #straight(logGroups: readonly string[], target: lambda.Function): Destination {
    const stack = Stack.of(this);
    const permissions = logGroups.map((logGroupName) => {
      const sourceArn = stack.formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName: `${logGroupName}:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
      const permission = new lambda.CfnPermission(target, `may-${logGroupName}`, {
        action: 'lambda:InvokeFunction',
        functionName: target.functionArn,
        principal: 'logs.amazonaws.com',
        sourceArn,
        sourceAccount: Aws.ACCOUNT_ID,
      });
      permission.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;
      permission.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
      return permission;
    });
    return { properties: { destinationArn: target.functionArn }, dependencies: permissions };
  }
}

interface Destination {
  readonly properties: Pick<logs.CfnSubscriptionFilterProps, 'destinationArn' | 'roleArn' | 'distribution'>;
  readonly dependencies: readonly Construct[];
}

/** The stream between the log groups and the function: on demand, a day's retention, encrypted with the service's key. */
export class AuditStream extends kinesis.Stream {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      streamMode: kinesis.StreamMode.ON_DEMAND,
      encryption: kinesis.StreamEncryption.MANAGED,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

/** What the function needs to be fed by the stream. */
export function mayReadStream(streamArn: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ],
    resources: [streamArn],
  });
}

function throughStream(scope: Construct, stream: kinesis.Stream, target: lambda.Function, undelivered: sqs.IQueue): Destination {
  const { partition, region, account } = Stack.of(scope);
  const writer = new iam.Role(scope, 'writer', {
    description: 'CloudWatch Logs puts audit events into the stream of Driftwire',
    assumedBy: new iam.ServicePrincipal('logs.amazonaws.com', {
      conditions: { StringLike: { 'aws:SourceArn': `arn:${partition}:logs:${region}:${account}:*` } },
    }),
    inlinePolicies: {
      put: new iam.PolicyDocument({
        statements: [new iam.PolicyStatement({ actions: ['kinesis:PutRecord'], resources: [stream.streamArn] })],
      }),
    },
  });
  new lambda.EventSourceMapping(target, 'stream', {
    target,
    eventSourceArn: stream.streamArn,
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(5),
    startingPosition: lambda.StartingPosition.TRIM_HORIZON,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    retryAttempts: STREAM_RETRIES,
    maxRecordAge: STREAM_MAX_AGE,
    onFailure: { bind: () => ({ destination: undelivered.queueArn }) },
  });
  // Without this all records of one log stream, which is nearly the whole cluster, go to one shard.
  const distribution = 'Random';
  return { properties: { destinationArn: stream.streamArn, roleArn: writer.roleArn, distribution }, dependencies: [writer] };
}
