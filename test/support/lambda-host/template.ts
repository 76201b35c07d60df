/**
 * What a deployed stack consists of, as far as the host must know: read from its template, with references resolved by what the emulator says was made.
 * Every setting of a mapping comes from there: the host has no idea of its own of windows, batches or retries.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Json } from '../../../lib/core/model/audit-event.ts';
import { ACCOUNT, callAws, REGION } from './aws.ts';

const resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.object({ 'aws:cdk:path': z.string().optional() }).optional(),
});
const template = z.object({ Resources: z.record(z.string(), resource) });

const reference = z.union([z.strictObject({ Ref: z.string() }), z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })]);

/** A function as it was deployed. */
export interface DeployedFunction {
  /** Its construct's id: the folder below `functions/`. */
  readonly name: string;
  readonly arn: string;
  /** Folder with the bundle that was published. */
  readonly code: string;
  /** `FILE.EXPORT`. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly reservedConcurrency: number | undefined;
  /** For asynchronous invokes; Lambda's own default is two more tries and no destination. */
  readonly retries: number;
  readonly onFailureArn: string | undefined;
}

/** A queue that feeds a function. */
export interface QueueMapping {
  readonly functionArn: string;
  readonly queueArn: string;
  readonly queueUrl: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportsItemFailures: boolean;
  readonly maxConcurrency: number | undefined;
}

/** A stream that feeds a function. */
export interface StreamMapping {
  readonly functionArn: string;
  readonly streamArn: string;
  readonly streamName: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportsItemFailures: boolean;
  readonly bisects: boolean;
  readonly retries: number;
  readonly maxAgeSeconds: number;
  readonly onFailureArn: string | undefined;
}

/** A subscription of a log group; to a stream, or to a function. */
export interface LogSubscription {
  readonly logGroup: string;
  readonly filterName: string;
  readonly filterPattern: string;
  readonly destinationArn: string;
}

/** A queue with what SQS does by itself. */
export interface DeployedQueue {
  /** Path of its construct, such as `Driftwire/delivery/findings`. */
  readonly path: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilitySeconds: number;
  readonly redrive: { readonly targetArn: string; readonly maxReceiveCount: number } | undefined;
}

/** A Function URL. */
export interface FunctionAddress {
  readonly functionArn: string;
  /** `NONE`: anybody may call it. */
  readonly authType: string;
}

/** A deployed stack. */
export interface DeployedStack {
  readonly functions: readonly DeployedFunction[];
  readonly queueMappings: readonly QueueMapping[];
  readonly streamMappings: readonly StreamMapping[];
  readonly subscriptions: readonly LogSubscription[];
  readonly queues: readonly DeployedQueue[];
  /** Rules that call a function every so often, by the function's ARN. */
  readonly schedules: readonly { readonly functionArn: string; readonly expression: string }[];
  /** Functions with a public address. */
  readonly urls: readonly FunctionAddress[];
  /** Patterns of the rules. */
  readonly patterns: readonly Json[];
  /** An address of this machine in place of what a URL of AWS says. */
  readonly local: (text: string, endpoint: string) => string;
}

/** Reads a deployed stack. `assembly` is the folder that the CDK wrote. */
export async function readStack(endpoint: string, assembly: string, stackName: string): Promise<DeployedStack> {
  const { Resources } = template.parse(JSON.parse(readFileSync(join(assembly, `${stackName}.template.json`), 'utf8')));
  const reader = new StackReader(Resources, await physicalIds(endpoint, stackName), assembly, endpoint);
  return reader.read();
}

/** Names that resources were given, by their logical ids. */
async function physicalIds(endpoint: string, stackName: string): Promise<ReadonlyMap<string, string>> {
  const body = new URLSearchParams({ Action: 'DescribeStackResources', StackName: stackName, Version: '2010-05-15' }).toString();
  const xml = await callAws(endpoint, 'cloudformation', '/', { method: 'POST', body });
  const members = xml.split('<member>').slice(1);
  const tag = (text: string, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
  return new Map(members.map((member) => [tag(member, 'LogicalResourceId'), tag(member, 'PhysicalResourceId')]));
}

type Resource = z.infer<typeof resource>;

class StackReader {
  readonly #resources: ReadonlyMap<string, Resource>;
  readonly #physical: ReadonlyMap<string, string>;
  readonly #assembly: string;
  readonly #endpoint: string;

  constructor(resources: Record<string, Resource>, physical: ReadonlyMap<string, string>, assembly: string, endpoint: string) {
    this.#resources = new Map(Object.entries(resources));
    this.#physical = physical;
    this.#assembly = assembly;
    this.#endpoint = endpoint;
  }

  read(): DeployedStack {
    const mappings = this.#ofType('AWS::Lambda::EventSourceMapping');
    const isStream = ([, { Properties }]: readonly [string, Resource]): boolean => Properties['StartingPosition'] !== undefined;
    return {
      functions: this.#ofType('AWS::Lambda::Function').map(([id, each]) => this.#function(id, each)),
      queueMappings: mappings.filter((each) => !isStream(each)).map(([, each]) => this.#queueMapping(each)),
      streamMappings: mappings.filter(isStream).map(([, each]) => this.#streamMapping(each)),
      subscriptions: this.#ofType('AWS::Logs::SubscriptionFilter').map(([, each]) => this.#subscription(each)),
      queues: this.#ofType('AWS::SQS::Queue').map(([id, each]) => this.#queue(id, each)),
      schedules: this.#ofType('AWS::Events::Rule').flatMap(([, each]) => this.#schedules(each)),
      patterns: this.#ofType('AWS::Events::Rule').flatMap(([, { Properties }]) =>
        Properties['EventPattern'] === undefined ? [] : [Properties['EventPattern'] as Json],
      ),
      urls: this.#ofType('AWS::Lambda::Url').map(([, each]) => this.#url(each)),
      local: (text, endpoint) => text.replaceAll(`https://sqs.${REGION}.amazonaws.com`, endpoint),
    };
  }

  #ofType(type: string): readonly (readonly [string, Resource])[] {
    return [...this.#resources].filter(([, { Type }]) => Type === type);
  }

  #function(id: string, { Properties, Metadata }: Resource): DeployedFunction {
    const { Handler, Timeout, MemorySize, Environment, Code, ReservedConcurrentExecutions } = z
      .object({
        Handler: z.string(),
        Timeout: z.number(),
        MemorySize: z.number(),
        Code: z.object({ S3Key: z.string() }),
        Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }).default({ Variables: {} }),
        ReservedConcurrentExecutions: z.number().optional(),
      })
      .parse(Properties);
    const code = join(this.#assembly, `asset.${Code.S3Key.replace(/\.zip$/, '')}`);
    if (!existsSync(code)) throw new Error(`${id}: the bundle ${code} is not there`);
    const asynchronous = this.#ofType('AWS::Lambda::EventInvokeConfig').find(
      ([, each]) => this.#ref(each.Properties['FunctionName']) === this.#physical.get(id),
    );
    const { MaximumRetryAttempts, DestinationConfig } = z
      .object({
        MaximumRetryAttempts: z.number().default(2),
        DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.unknown() }) }).optional(),
      })
      .parse(asynchronous?.[1].Properties ?? {});
    return {
      name: Metadata?.['aws:cdk:path']?.split('/').at(-2) ?? id,
      arn: this.#arn(id),
      code,
      handler: Handler,
      timeoutSeconds: Timeout,
      memoryMb: MemorySize,
      environment: Object.fromEntries(Object.entries(Environment.Variables).map(([name, value]) => [name, this.#ref(value)])),
      reservedConcurrency: ReservedConcurrentExecutions,
      retries: MaximumRetryAttempts,
      onFailureArn: DestinationConfig === undefined ? undefined : this.#ref(DestinationConfig.OnFailure.Destination),
    };
  }

  #queueMapping({ Properties }: Resource): QueueMapping {
    const { EventSourceArn, ScalingConfig, ...common } = mapping.parse(Properties);
    const queueArn = this.#ref(EventSourceArn);
    return {
      ...this.#common(common),
      queueArn,
      queueUrl: queueUrl(queueArn, this.#endpoint),
      maxConcurrency: ScalingConfig?.MaximumConcurrency,
    };
  }

  #streamMapping({ Properties }: Resource): StreamMapping {
    const { EventSourceArn, DestinationConfig, BisectBatchOnFunctionError, MaximumRetryAttempts, MaximumRecordAgeInSeconds, ...common } =
      mapping.parse(Properties);
    const streamArn = this.#ref(EventSourceArn);
    return {
      ...this.#common(common),
      streamArn,
      streamName: streamArn.split('/').at(-1) as string,
      bisects: BisectBatchOnFunctionError,
      retries: MaximumRetryAttempts,
      maxAgeSeconds: MaximumRecordAgeInSeconds,
      onFailureArn: DestinationConfig === undefined ? undefined : this.#ref(DestinationConfig.OnFailure.Destination),
    };
  }

  #common({
    FunctionName,
    BatchSize,
    MaximumBatchingWindowInSeconds,
    FunctionResponseTypes,
  }: Pick<Mapping, 'FunctionName' | 'BatchSize' | 'MaximumBatchingWindowInSeconds' | 'FunctionResponseTypes'>) {
    return {
      functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${this.#ref(FunctionName)}`,
      batchSize: BatchSize,
      windowSeconds: MaximumBatchingWindowInSeconds,
      reportsItemFailures: FunctionResponseTypes.includes('ReportBatchItemFailures'),
    };
  }

  #subscription({ Properties }: Resource): LogSubscription {
    const { LogGroupName, FilterName, FilterPattern, DestinationArn } = z
      .object({ LogGroupName: z.string(), FilterName: z.string(), FilterPattern: z.string(), DestinationArn: z.unknown() })
      .parse(Properties);
    return {
      logGroup: LogGroupName,
      filterName: FilterName,
      filterPattern: FilterPattern,
      destinationArn: this.#destination(DestinationArn),
    };
  }

  /** An alias of a function stands for the function. */
  #destination(value: unknown): string {
    const parsed = reference.safeParse(value);
    const id = parsed.success && 'Ref' in parsed.data ? parsed.data.Ref : undefined;
    const alias = id === undefined ? undefined : this.#resources.get(id);
    if (alias?.Type === 'AWS::Lambda::Alias')
      return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${this.#ref(alias.Properties['FunctionName'])}`;
    return this.#ref(value);
  }

  #queue(id: string, { Properties, Metadata }: Resource): DeployedQueue {
    const { VisibilityTimeout, RedrivePolicy } = z
      .object({
        VisibilityTimeout: z.number().default(30),
        RedrivePolicy: z.object({ deadLetterTargetArn: z.unknown(), maxReceiveCount: z.number() }).optional(),
      })
      .parse(Properties);
    const arn = this.#arn(id);
    return {
      path: Metadata?.['aws:cdk:path']?.replace(/\/Resource$/, '') ?? id,
      arn,
      url: queueUrl(arn, this.#endpoint),
      visibilitySeconds: VisibilityTimeout,
      redrive:
        RedrivePolicy === undefined
          ? undefined
          : { targetArn: this.#ref(RedrivePolicy.deadLetterTargetArn), maxReceiveCount: RedrivePolicy.maxReceiveCount },
    };
  }

  #schedules({ Properties }: Resource): DeployedStack['schedules'] {
    const { ScheduleExpression, Targets } = z
      .object({ ScheduleExpression: z.string().optional(), Targets: z.array(z.object({ Arn: z.unknown() })).default([]) })
      .parse(Properties);
    return ScheduleExpression === undefined
      ? []
      : Targets.map(({ Arn }) => ({ functionArn: this.#ref(Arn), expression: ScheduleExpression }));
  }

  #url({ Properties }: Resource): FunctionAddress {
    const { TargetFunctionArn, AuthType } = z.object({ TargetFunctionArn: z.unknown(), AuthType: z.string() }).parse(Properties);
    return { functionArn: this.#ref(TargetFunctionArn), authType: AuthType };
  }

  /** A value of a template: a text, the name of a resource, or its ARN. */
  #ref(value: unknown): string {
    if (typeof value === 'string') return value;
    const parsed = reference.parse(value);
    if ('Ref' in parsed) return this.#physical.get(parsed.Ref) ?? parsed.Ref;
    const [id, attribute] = parsed['Fn::GetAtt'];
    if (attribute !== 'Arn') throw new Error(`${id}.${attribute}: the host resolves no such attribute`);
    return this.#arn(id);
  }

  #arn(id: string): string {
    const type = this.#resources.get(id)?.Type;
    const name = this.#physical.get(id) ?? id;
    const service = type === undefined ? undefined : ARN_OF_TYPE[type];
    if (service === undefined) throw new Error(`${id}: the host knows no ARN of ${type}`);
    return `arn:aws:${service.replace('REGION', REGION).replace('ACCOUNT', ACCOUNT)}${name.split('/').at(-1)}`;
  }
}

const ARN_OF_TYPE: Readonly<Record<string, string>> = {
  'AWS::SQS::Queue': 'sqs:REGION:ACCOUNT:',
  'AWS::Lambda::Function': 'lambda:REGION:ACCOUNT:function:',
  'AWS::Kinesis::Stream': 'kinesis:REGION:ACCOUNT:stream/',
  'AWS::DynamoDB::Table': 'dynamodb:REGION:ACCOUNT:table/',
};

const mapping = z.object({
  FunctionName: z.unknown(),
  EventSourceArn: z.unknown(),
  BatchSize: z.number(),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  FunctionResponseTypes: z.array(z.string()).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.number() }).optional(),
  BisectBatchOnFunctionError: z.boolean().default(false),
  // without bounds Lambda tries until the record expires
  MaximumRetryAttempts: z.number().default(-1),
  MaximumRecordAgeInSeconds: z.number().default(-1),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.unknown() }) }).optional(),
});
type Mapping = z.infer<typeof mapping>;

function queueUrl(arn: string, endpoint: string): string {
  return `${endpoint}/${ACCOUNT}/${arn.split(':').at(-1)}`;
}
