/** The host itself, with functions that do what their messages say: what Lambda does with answers, failures and deaths. */
import { fileURLToPath } from 'node:url';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ACCOUNT, callKinesis, clientOptions, pause, REGION } from '../support/lambda-host/aws.ts';
import { LambdaHost } from '../support/lambda-host/lambda-host.ts';
import type { DeployedFunction, DeployedStack } from '../support/lambda-host/template.ts';
import { MOTO_SERVER, type Moto, startMoto } from '../support/moto.ts';

const CODE = fileURLToPath(new URL('../fixtures/lambda', import.meta.url));
const functionArn = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
const queueArn = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;

const deployed = (name: string, over: Partial<DeployedFunction> = {}): DeployedFunction => ({
  name,
  arn: functionArn(name),
  code: CODE,
  handler: `handler.${name}`,
  timeoutSeconds: 2,
  memoryMb: 128,
  environment: { SAYS: 'https://somewhere/queue' },
  reservedConcurrency: undefined,
  retries: 2,
  onFailureArn: undefined,
  ...over,
});

describe.skipIf(MOTO_SERVER === undefined)('the host of functions', () => {
  let moto: Moto;
  let sqs: SQSClient;
  let host: LambdaHost;
  let number = 0;
  let names: { readonly work: string; readonly dead: string; readonly stream: string };

  beforeAll(async () => {
    moto = await startMoto(MOTO_SERVER ?? '');
    sqs = new SQSClient(clientOptions(moto.endpoint));
  }, 60_000);
  afterAll(async () => {
    sqs?.destroy();
    await moto?.stop();
  });
  beforeEach(async () => {
    number++;
    names = { work: `work-${number}`, dead: `dead-${number}`, stream: `stream-${number}` };
    await sqs.send(new CreateQueueCommand({ QueueName: names.dead }));
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn(names.dead), maxReceiveCount: 4 });
    await sqs.send(new CreateQueueCommand({ QueueName: names.work, Attributes: { RedrivePolicy, VisibilityTimeout: '60' } }));
    await callKinesis(moto.endpoint, 'CreateStream', { StreamName: names.stream, ShardCount: 1 });
    host = new LambdaHost(stack(), moto.endpoint, { comeAgainSeconds: 0 });
    await host.start();
    return () => host.stop();
  }, 30_000);

  function stack(): DeployedStack {
    const queue = (name: string): DeployedStack['queues'][number] => ({
      path: `Test/${name.split('-')[0]}`,
      arn: queueArn(name),
      url: urlOf(name),
      visibilitySeconds: 60,
      redrive: undefined,
    });
    const common = { windowSeconds: 0.3, reportsItemFailures: true };
    return {
      functions: [
        deployed('queue', { onFailureArn: queueArn(names.dead) }),
        deployed('stream'),
        deployed('url', { reservedConcurrency: 1 }),
      ],
      queueMappings: [
        {
          ...common,
          functionArn: functionArn('queue'),
          queueArn: queueArn(names.work),
          queueUrl: urlOf(names.work),
          batchSize: 20,
          maxConcurrency: undefined,
        },
      ],
      streamMappings: [
        {
          ...common,
          functionArn: functionArn('stream'),
          streamArn: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${names.stream}`,
          streamName: names.stream,
          batchSize: 10,
          bisects: true,
          retries: 2,
          maxAgeSeconds: 60,
          onFailureArn: queueArn(names.dead),
        },
      ],
      subscriptions: [],
      queues: [queue(names.work), queue(names.dead)],
      schedules: [{ functionArn: functionArn('queue'), expression: 'rate(1 minute)' }],
      patterns: [],
      urls: [{ functionArn: functionArn('url'), authType: 'NONE' }],
      local: (text) => text.replace('https://somewhere', 'http://here'),
    };
  }

  const urlOf = (name: string): string => `${moto.endpoint}/${ACCOUNT}/${name}`;
  const send = async (...bodies: readonly string[]): Promise<void> => {
    for (const MessageBody of bodies) await sqs.send(new SendMessageCommand({ QueueUrl: urlOf(names.work), MessageBody }));
  };
  const dead = async (): Promise<readonly (string | undefined)[]> => (await host.messagesIn(urlOf(names.dead))).map(({ Body }) => Body);
  const left = async (): Promise<number> => {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: urlOf(names.work), AttributeNames: ['All'] }));
    return Number(Attributes?.ApproximateNumberOfMessages) + Number(Attributes?.ApproximateNumberOfMessagesNotVisible);
  };

  test('brings again what an answer names, until it is taken or has come too often', { timeout: 60_000 }, async () => {
    await send('fine', 'later', 'never', 'fine');
    await host.settled(30_000);
    expect(await dead()).toEqual(['never']);
    expect(await left()).toBe(0);
    const { log } = host.function('queue');
    expect(JSON.parse(log[0] ?? '')).toMatchObject({ remaining: true, says: 'http://here/queue', coldStarts: 1 });
  });

  test.each([
    ['throws', 'throw'],
    ['names what it was not given', 'nonsense'],
    ['takes longer than it may', 'hang'],
  ])('brings a whole batch again when the function %s', { timeout: 60_000 }, async (_, body) => {
    await send('fine', body);
    await host.settled(40_000);
    expect((await dead()).toSorted()).toContain(body);
    expect(await left()).toBe(0);
    expect(host.function('queue').invocations).toBeGreaterThan(3);
  });

  test('loses nothing with a process that is killed', { timeout: 60_000 }, async () => {
    const one = host.function('queue');
    one.killNext(150);
    await send('slow', 'fine');
    await host.settled(30_000);
    expect(one.killed).toBe(1);
    expect(await dead()).toEqual([]);
    expect(await left()).toBe(0);
  });

  test('goes on in a stream at the first failed record, gives up in bounds, and says what it gave up', { timeout: 60_000 }, async () => {
    for (const text of ['a', 'never', 'b', 'throw', 'c']) {
      await callKinesis(moto.endpoint, 'PutRecord', {
        StreamName: names.stream,
        Data: Buffer.from(text).toString('base64'),
        PartitionKey: 'p',
      });
    }
    const one = host.function('stream');
    for (let tries = 0; tries < 200 && !one.log.includes('saw c'); tries++) await pause(100);
    await host.settled(20_000);
    expect(one.log.filter((line) => line === 'saw never')).toHaveLength(3);
    expect(one.log.filter((line) => line === 'saw throw')).toHaveLength(3);
    expect(one.log.some((line) => /^saw (?:b|b,throw|b,throw,c|a,never,b,throw,c)$/.test(line))).toBe(true);
    const given = (await dead()).map((body) => JSON.parse(body ?? '') as { readonly KinesisBatchInfo: { readonly batchSize: number } });
    expect(given.map(({ KinesisBatchInfo }) => KinesisBatchInfo.batchSize)).toEqual([1, 1]);
  });

  test('tries an asynchronous invoke again and then hands it to its destination', { timeout: 60_000 }, async () => {
    const event = { Records: [{ body: 'throw', attributes: {} }] };
    const result = await host.invokeLater(functionArn('queue'), event);
    expect(result).toEqual({ ok: false, errorType: 'TypeError', errorMessage: 'asked to' });
    expect(host.function('queue').invocations).toBe(3);
    const [record] = await dead();
    expect(JSON.parse(record ?? '')).toMatchObject({
      requestPayload: event,
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      responsePayload: { errorType: 'TypeError' },
    });
  });

  test('hands requests over in payload version 2.0 and answers as the function says', { timeout: 60_000 }, async () => {
    const ask = async (path: string, init: RequestInit): Promise<readonly [number, unknown]> => {
      const answer = await fetch(`${host.url('url')}${path}`, { method: 'POST', ...init });
      return [answer.status, await answer.json()];
    };
    const json = { 'content-type': 'application/json', 'X-Mixed-Case': 'kept' };
    expect(await ask('/a/b?c=d&e', { body: '{"ü":1}', headers: json })).toEqual([
      201,
      expect.objectContaining({
        version: '2.0',
        rawPath: '/a/b',
        rawQueryString: 'c=d&e',
        headers: expect.objectContaining({ 'x-mixed-case': 'kept' }),
        requestContext: expect.objectContaining({ http: expect.objectContaining({ method: 'POST', path: '/a/b' }) }),
        body: '{"ü":1}',
        isBase64Encoded: false,
      }),
    ]);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await ask('/', { body: 'a=b', headers: form })).toEqual([
      201,
      expect.objectContaining({ body: Buffer.from('a=b').toString('base64'), isBase64Encoded: true }),
    ]);
    expect(await ask('/bare', { body: '{}', headers: json })).toEqual([200, { said: 'so' }]);
    expect(await ask('/throw', { body: '{}', headers: json })).toEqual([502, { Message: 'Internal Server Error' }]);
    expect((await ask('/', { body: 'x'.repeat(6 * 1024 * 1024), headers: json }))[0]).toBe(413);
    const both = await Promise.all([1, 2].map(() => ask('/slow', { body: '{}', headers: json })));
    expect(both.map(([status]) => status).sort()).toEqual([201, 429]);
  });

  test('takes no event that is larger than Lambda takes', async () => {
    await expect(host.invokeLater(functionArn('queue'), { Records: [], more: 'x'.repeat(1024 * 1024) })).rejects.toThrow('asynchronously');
  });

  test('lets a process stand still between two invocations', { timeout: 60_000 }, async () => {
    const ticks = async (): Promise<number> => {
      const result = await host.function('url').invoke({ rawPath: '/later' });
      return z.object({ value: z.object({ body: z.string().transform(Number) }) }).parse(result).value.body;
    };
    const before = await ticks();
    await pause(1_000);
    // a hundred, if it had gone on
    expect((await ticks()) - before).toBeLessThan(50);
  });

  test('brings what was worked off once more while there is unrest', { timeout: 60_000 }, async () => {
    await host.stop();
    let times = 0;
    host = new LambdaHost(stack(), moto.endpoint, { comeAgainSeconds: 0, unrest: () => times++ === 0 });
    await host.start();
    await send('fine');
    await host.settled(30_000);
    expect(host.repeated).toBe(1);
    expect(host.function('queue').invocations).toBe(2);
    expect(await left()).toBe(0);
  });
});
