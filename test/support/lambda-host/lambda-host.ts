/**
 * Runs what a stack deployed to the emulator: its functions, each in processes of its own, fed from its queues and streams, by its subscriptions and
 * schedules, with the payloads, partial failures, redeliveries and destinations of the real services. What the emulator would do of this by
 * itself is switched off first.
 */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand, RemoveTargetsCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, type Message, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { compileCwlPattern } from '../patterns/cwl-pattern.ts';
import { ACCOUNT, callAws, callKinesis, clientOptions, pause } from './aws.ts';
import { FunctionHost, type InvocationResult } from './function-host.ts';
import { FunctionUrl } from './function-url.ts';
import { QueuePoller } from './queue-poller.ts';
import { StreamPoller } from './stream-poller.ts';
import type { DeployedQueue, DeployedStack } from './template.ts';

/** Bytes of an event of an asynchronous invoke (Lambda quotas, "Invocation payload"; 256 kB until October 2025). */
const MAX_ASYNC_BYTES = 1024 * 1024;

/** One line of a log stream. */
export interface LogLine {
  readonly timestamp: number;
  readonly message: string;
}

/** How the host is run. */
export interface LambdaHostOptions {
  /** See `QueuePollerOptions`. */
  readonly comeAgainSeconds?: number;
  /** See `QueuePollerOptions`. */
  readonly unrest?: () => boolean;
  /** Where the functions find AWS; the emulator unless given. */
  readonly functionsEndpoint?: string;
  /** Where they find single services instead; see `FunctionHostOptions`. */
  readonly endpoints?: Readonly<Record<string, string>>;
}

/** A host of one stack. */
export class LambdaHost {
  readonly stack: DeployedStack;
  readonly functions: ReadonlyMap<string, FunctionHost>;
  readonly #endpoint: string;
  readonly #queuePollers: readonly QueuePoller[];
  readonly #streamPollers: readonly StreamPoller[];
  readonly #sqs: SQSClient;
  readonly #urls: readonly FunctionUrl[];
  #ended: Promise<void> | undefined;

  constructor(
    stack: DeployedStack,
    endpoint: string,
    { comeAgainSeconds = 1, functionsEndpoint = endpoint, endpoints = {}, unrest }: LambdaHostOptions = {},
  ) {
    this.stack = stack;
    this.#endpoint = endpoint;
    this.#sqs = new SQSClient(clientOptions(endpoint));
    this.functions = new Map(
      stack.functions.map((deployed) => [
        deployed.arn,
        new FunctionHost(deployed, { endpoint: functionsEndpoint, endpoints, local: stack.local }),
      ]),
    );
    this.#queuePollers = stack.queueMappings.map(
      (mapping) => new QueuePoller(mapping, this.#at(mapping.functionArn), { endpoint, comeAgainSeconds, unrest }),
    );
    this.#urls = stack.urls.map((address) => new FunctionUrl(address, this.#at(address.functionArn)));
    this.#streamPollers = stack.streamMappings.map(
      (mapping) =>
        new StreamPoller(mapping, this.#at(mapping.functionArn), { endpoint, giveUp: (arn, message) => this.#put(arn, message) }),
    );
  }

  /** The function of a folder below `functions/`. */
  function(name: string): FunctionHost {
    const found = [...this.functions.values()].find(({ deployed }) => deployed.name === name);
    if (found === undefined) throw new Error(`no function ${name} was deployed`);
    return found;
  }

  /** Batches that queues brought twice. */
  get repeated(): number {
    return this.#queuePollers.reduce((sum, { repeated }) => sum + repeated, 0);
  }

  /** The queue whose construct's path ends like that. */
  queue(path: string): DeployedQueue {
    const found = this.stack.queues.find((queue) => queue.path.endsWith(`/${path}`));
    if (found === undefined) throw new Error(`no queue ${path} was deployed`);
    return found;
  }

  /** Takes the mappings over from the emulator, whose own invokes need Docker, and starts to poll. */
  async start(): Promise<void> {
    const { EventSourceMappings } = JSON.parse(await callAws(this.#endpoint, 'lambda', '/2015-03-31/event-source-mappings/')) as {
      readonly EventSourceMappings: readonly { readonly UUID: string }[];
    };
    for (const { UUID } of EventSourceMappings) {
      await callAws(this.#endpoint, 'lambda', `/2015-03-31/event-source-mappings/${UUID}`, {
        method: 'PUT',
        body: JSON.stringify({ Enabled: false }),
      });
    }
    await this.#takeOverSchedules();
    for (const poller of this.#queuePollers) poller.start();
    await Promise.all([...this.#streamPollers, ...this.#urls].map((one) => one.start()));
  }

  /** The public address of a function of that folder. */
  url(name: string): string {
    const { arn } = this.function(name).deployed;
    const found = this.#urls.find(({ functionArn }) => functionArn === arn);
    if (found === undefined) throw new Error(`${name} has no address`);
    return found.base;
  }

  /** Ends everything; a second time does nothing. */
  stop(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#queuePollers, ...this.#streamPollers, ...this.#urls].map((one) => one.stop()));
    await Promise.all([...this.functions.values()].map((one) => one.stop()));
    this.#sqs.destroy();
  }

  /** Invokes a function asynchronously: with its retries, and its destination for what fails after them. */
  async invokeLater(functionArn: string, event: unknown): Promise<InvocationResult> {
    const host = this.#at(functionArn);
    if (Buffer.byteLength(JSON.stringify(event)) > MAX_ASYNC_BYTES)
      throw new Error(`${host.deployed.name}: the event is larger than Lambda takes asynchronously`);
    const { retries, onFailureArn } = host.deployed;
    for (let attempt = 0; ; attempt++) {
      const result = await host.invoke(event);
      if (result.ok || attempt === retries) {
        if (!result.ok && onFailureArn !== undefined) await this.#put(onFailureArn, failureRecord(functionArn, event, result, attempt + 1));
        return result;
      }
      await pause(100);
    }
  }

  /** What a schedule sends, to the function of a folder. */
  tick(name: string): Promise<InvocationResult> {
    const { deployed } = this.function(name);
    if (!this.stack.schedules.some(({ functionArn }) => functionArn === deployed.arn))
      throw new Error(`nothing calls ${name} by the clock`);
    return this.invokeLater(deployed.arn, {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: ACCOUNT,
      time: new Date().toISOString(),
      region: 'eu-west-1',
      resources: [],
      detail: {},
    });
  }

  /** Lines come into a log group: each subscription gets those that its pattern matches, as CloudWatch Logs sends them. Gives how many went out. `owner` is the group's account. */
  async log(logGroup: string, logStream: string, lines: readonly LogLine[], owner: string = ACCOUNT): Promise<number> {
    let sent = 0;
    for (const { filterName, filterPattern, destinationArn } of this.stack.subscriptions.filter((each) => each.logGroup === logGroup)) {
      const { matches } = compileCwlPattern(filterPattern);
      const matched = lines.filter(({ message }) => matches(message));
      if (matched.length === 0) continue;
      sent += matched.length;
      const data = gzipSync(
        JSON.stringify({
          messageType: 'DATA_MESSAGE',
          owner,
          logGroup,
          logStream,
          subscriptionFilters: [filterName],
          logEvents: matched.map(({ timestamp, message }) => ({ id: eventId(timestamp), timestamp, message })),
        }),
      );
      await this.#hand(destinationArn, data);
    }
    return sent;
  }

  /** What CloudWatch Logs sends to each destination before anything else. */
  async probe(): Promise<void> {
    for (const { logGroup, filterName, destinationArn } of this.stack.subscriptions) {
      const logEvents = [{ id: '', timestamp: Date.now(), message: 'CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.' }];
      const control = {
        messageType: 'CONTROL_MESSAGE',
        owner: 'CloudwatchLogs',
        logGroup,
        logStream: '',
        subscriptionFilters: [filterName],
        logEvents,
      };
      await this.#hand(destinationArn, gzipSync(JSON.stringify(control)));
    }
  }

  /** Waits until nothing is under way in any queue or stream. */
  async settled(timeoutMs: number): Promise<void> {
    const watched = [...new Map(this.stack.queueMappings.map((mapping) => [mapping.queueArn, mapping.queueUrl])).values()];
    const endMs = Date.now() + timeoutMs;
    for (const poller of this.#streamPollers) poller.doubt();
    for (let quiet = 0; quiet < 3; ) {
      if (Date.now() > endMs) throw new Error(`still under way after ${timeoutMs} ms: ${await this.#underWay(watched)}`);
      // the queues are asked only when nobody works: the emulator counts their messages one by one
      const busy = [...this.#queuePollers, ...this.#streamPollers].some(({ isBusy }) => isBusy);
      quiet = busy || (await this.#underWay(watched)) !== '' ? 0 : quiet + 1;
      await pause(busy ? 100 : 300);
    }
  }

  /** Everything that lies in a queue. */
  async messagesIn(queueUrl: string): Promise<readonly Message[]> {
    const all: Message[] = [];
    for (;;) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], VisibilityTimeout: 600 }),
      );
      if (Messages.length === 0) return all;
      all.push(...Messages);
    }
  }

  async #underWay(queueUrls: readonly string[]): Promise<string> {
    const counts = await Promise.all(
      queueUrls.map(async (QueueUrl) => {
        const { Attributes } = await this.#sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
        const waiting = [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ] as const;
        const count = waiting.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
        return count === 0 ? '' : `${QueueUrl.split('/').at(-1)}: ${count} `;
      }),
    );
    return counts.join('');
  }

  /** The emulator takes a rule without a pattern to match every event, and cannot call functions. */
  async #takeOverSchedules(): Promise<void> {
    const client = new EventBridgeClient(clientOptions(this.#endpoint));
    const { Rules = [] } = await client.send(new ListRulesCommand({}));
    for (const { Name, ScheduleExpression } of Rules) {
      if (ScheduleExpression === undefined) continue;
      const { Targets = [] } = await client.send(new ListTargetsByRuleCommand({ Rule: Name }));
      await client.send(new RemoveTargetsCommand({ Rule: Name, Ids: Targets.map(({ Id }) => Id ?? '') }));
    }
    client.destroy();
  }

  #at(functionArn: string): FunctionHost {
    const host = this.functions.get(functionArn);
    if (host === undefined) throw new Error(`${functionArn} was not deployed`);
    return host;
  }

  async #hand(destinationArn: string, data: Buffer): Promise<void> {
    if (destinationArn.includes(':function:')) await this.invokeLater(destinationArn, { awslogs: { data: data.toString('base64') } });
    else {
      const StreamName = destinationArn.split('/').at(-1);
      await callKinesis(this.#endpoint, 'PutRecord', { StreamName, Data: data.toString('base64'), PartitionKey: randomUUID() });
    }
  }

  async #put(queueArn: string, message: unknown): Promise<void> {
    const QueueUrl = `${this.#endpoint}/${ACCOUNT}/${queueArn.split(':').at(-1)}`;
    await this.#sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
  }
}

/** The record of an asynchronous invoke that failed (Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations"). */
function failureRecord(functionArn: string, event: unknown, result: InvocationResult & { readonly ok: false }, count: number): unknown {
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: randomUUID(),
      functionArn: `${functionArn}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: count,
    },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: result.errorType, errorMessage: result.errorMessage },
  };
}

/** 56 digits, as CloudWatch Logs counts. */
function eventId(timestamp: number): string {
  return `${timestamp}${randomUUID().replaceAll(/[^0-9]/g, '')}`.padEnd(56, '0').slice(0, 56);
}
