import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeStar } from './acknowledge.ts';
import type { FunctionName } from './function-names.ts';
import { maySend } from './work-queue.ts';

/** What all functions of a stack have in common. */
export interface FunctionDefaults {
  /** The folder with a function's bundle, made before. */
  readonly codeOf: (name: FunctionName) => string;
  /** Put into the environment of every function, beside its own variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetentionDays: number;
  readonly xray: boolean;
  /** False where the account has no concurrency to reserve (new accounts have 10 in all). */
  readonly reserveConcurrency: boolean;
}

/** What one function is told. */
export interface DriftwireFunctionProps {
  readonly defaults: FunctionDefaults;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Everything that the function may do beside writing its log. */
  readonly may: readonly iam.PolicyStatement[];
  /** Where the function itself puts what no retry can help, with the reason. */
  readonly aside?: sqs.IQueue;
  /** At most so many at a time, where a single writer is promised. */
  readonly reservedConcurrency?: number;
  /** Set for a function that is invoked asynchronously: how often and for how long (6 hours unless given) Lambda tries again, and where the event goes after that. */
  readonly asynchronous?: { readonly retries: number; readonly maxAgeSeconds?: number; readonly onFailure: sqs.IQueue };
}

/**
 * One function with its log group and its role. Its id is the name of its folder. The role is written out here and nothing adds to it
 * later: what a function may do is one list that can be read in one place.
 */
export class DriftwireFunction extends lambda.Function {
  readonly timeoutSeconds: number;
  /** Name of the group with the function's log. */
  readonly logName: string;

  constructor(scope: Construct, id: FunctionName, props: DriftwireFunctionProps) {
    const { defaults, asynchronous, reservedConcurrency } = props;
    const logGroup = new logs.LogGroup(scope, `${id}-log`, { retention: defaults.logRetentionDays, removalPolicy: RemovalPolicy.DESTROY });
    super(scope, id, {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'handler.handler',
      code: lambda.Code.fromAsset(defaults.codeOf(id)),
      description: props.description,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: {
        ...defaults.environment,
        ...props.environment,
        ...(props.aside === undefined ? {} : { DRIFTWIRE_ASIDE_QUEUE_URL: props.aside.queueUrl }),
      },
      role: role(scope, id, logGroup, props),
      logGroup,
      tracing: lambda.Tracing.DISABLED,
      ...(reservedConcurrency === undefined || !defaults.reserveConcurrency ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
    });
    this.timeoutSeconds = props.timeoutSeconds;
    this.logName = logGroup.logGroupName;
    // Switched on here and not by the construct's own option, which would add to the role behind our back.
    if (defaults.xray) cfn(this).tracingConfig = { mode: 'Active' };
    acknowledgeFor(this, defaults.xray);
    if (asynchronous !== undefined) {
      const { retries, maxAgeSeconds, onFailure } = asynchronous;
      new lambda.EventInvokeConfig(this, 'Asynchronous', {
        function: this,
        retryAttempts: retries,
        ...(maxAgeSeconds === undefined ? {} : { maxEventAge: Duration.seconds(maxAgeSeconds) }),
        onFailure: { bind: () => ({ destination: onFailure.queueArn }) },
      });
    }
  }

  /** Feeds the function from a queue, a batch at a time; only the messages it names in its answer come back. */
  feedFrom(id: string, queue: sqs.IQueue, options: QueueFeed): lambda.EventSourceMapping {
    const { batchSize, windowSeconds, maxConcurrency } = options;
    const mapping = new lambda.EventSourceMapping(this, id, {
      target: this,
      eventSourceArn: queue.queueArn,
      batchSize,
      reportBatchItemFailures: true,
      ...(windowSeconds === 0 ? {} : { maxBatchingWindow: Duration.seconds(windowSeconds) }),
      ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    });
    const reason = 'a mapping of SQS has no destination for failures: the queue redrives to its dead-letter queue';
    acknowledge(mapping, 'Serverless-LambdaEventSourceMappingDestination', reason);
    return mapping;
  }
}

/** How a queue is worked off. */
export interface QueueFeed {
  readonly batchSize: number;
  /** How long a batch is gathered, in seconds; at least 1 for batches of more than 10. */
  readonly windowSeconds: number;
  /** Invokes at the same time, at least 2. */
  readonly maxConcurrency?: number;
}

function role(scope: Construct, id: FunctionName, logGroup: logs.ILogGroup, props: DriftwireFunctionProps): iam.Role {
  const statements = [
    new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
    ...props.may,
  ];
  const aside = props.aside ?? props.asynchronous?.onFailure;
  // Lambda hands a failed event over with the function's own role.
  if (aside !== undefined) statements.push(maySend(aside));
  if (props.defaults.xray) {
    // X-Ray knows no resources for these two (Service Authorization Reference, read 2026-11).
    statements.push(new iam.PolicyStatement({ actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] }));
  }
  const role = new iam.Role(scope, `${id}-role`, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    description: `What the function ${id} of Driftwire may do`,
    inlinePolicies: { [id]: new iam.PolicyDocument({ statements }) },
  });
  if (props.defaults.xray) acknowledgeStar(role, 'X-Ray knows no resources for PutTraceSegments and PutTelemetryRecords');
  return role;
}

function acknowledgeFor(one: lambda.Function, xray: boolean): void {
  const aside = 'fed by queues and streams, which keep what fails; asynchronous invokes have an on-failure destination, which says more';
  acknowledge(one, 'Serverless-LambdaDLQ', aside);
  if (xray) return;
  acknowledge(one, 'Serverless-LambdaTracing', 'off unless aws.xray is set: traces cost more than the functions do');
}

function cfn(construct: lambda.Function): lambda.CfnFunction {
  const child = construct.node.defaultChild;
  if (!(child instanceof lambda.CfnFunction)) throw new Error('the function has no CloudFormation resource');
  return child;
}
