import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sns } from '../../lib/clients/sns.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { Sink } from '../../lib/core/ports.ts';
import { snsSink } from '../../lib/sinks/sns.ts';
import { deliveryWith } from '../support/deliveries.ts';
import { MOTO_SERVER, type Moto, startMoto } from '../support/moto.ts';

const ACCESS = { region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

const events = (count: number, change: object = {}): readonly Delivery[] =>
  Array.from({ length: count }, (_, n) => deliveryWith({ id: `event-${n}`, findings: [{ actor: { user: `user-${n % 3}` }, ...change }] }));

describe.skipIf(MOTO_SERVER === undefined)('SNS', () => {
  let moto: Moto;
  let topics: SNSClient;
  let queues: SQSClient;
  const sinks: Sink[] = [];

  beforeAll(async () => {
    moto = await startMoto(MOTO_SERVER ?? '');
    topics = new SNSClient({ ...ACCESS, endpoint: moto.endpoint });
    queues = new SQSClient({ ...ACCESS, endpoint: moto.endpoint });
  });
  afterAll(async () => {
    for (const sink of sinks) sink.close();
    await moto?.stop();
  });

  function sinkOf(topicArn: string): Sink {
    const open = async () => sns({ ...ACCESS, endpoint: moto.endpoint, timeoutMs: 30_000 });
    const sink = snsSink({ name: 'sns', minimumPriority: 'Debug', topicArn, open });
    sinks.push(sink);
    return sink;
  }

  /** A topic with a queue that gets what the filter lets through. */
  async function topicWith(name: string, filter: object = {}): Promise<{ readonly arn: string; readonly queue: string }> {
    const fifo = name.endsWith('.fifo') ? { FifoTopic: 'true' } : {};
    const { TopicArn = '' } = await topics.send(new CreateTopicCommand({ Name: name, Attributes: fifo }));
    const { QueueUrl = '' } = await queues.send(
      new CreateQueueCommand({ QueueName: name, Attributes: name.endsWith('.fifo') ? { FifoQueue: 'true' } : {} }),
    );
    const { Attributes } = await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    await topics.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: 'sqs',
        Endpoint: Attributes?.['QueueArn'] ?? '',
        Attributes: { RawMessageDelivery: 'false', FilterPolicy: JSON.stringify(filter) },
      }),
    );
    return { arn: TopicArn, queue: QueueUrl };
  }

  async function received(queue: string): Promise<readonly { readonly Subject: string; readonly Message: string }[]> {
    const all: { readonly Subject: string; readonly Message: string }[] = [];
    for (;;) {
      const { Messages } = await queues.send(new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10 }));
      if (Messages === undefined || Messages.length === 0) return all;
      for (const { ReceiptHandle } of Messages) await queues.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
      all.push(...Messages.map(({ Body = '{}' }) => JSON.parse(Body) as { readonly Subject: string; readonly Message: string }));
    }
  }

  test('brings each event to its subscriptions once, in batches', { timeout: 60_000 }, async () => {
    const { arn, queue } = await topicWith('drift');
    const sink = sinkOf(arn);
    expect(await sink.check()).toMatchObject({ ok: true });
    expect(new Set((await sink.deliver(events(25))).map(({ kind }) => kind))).toEqual(new Set(['delivered']));
    expect(await sink.deliver(events(25))).toHaveLength(25);
    const messages = await received(queue);
    const ids = messages.map(({ Message }) => (JSON.parse(Message) as readonly { readonly id: string }[])[0]?.id);
    expect(ids.sort()).toEqual(
      events(25)
        .map((_, n) => `event-${n}`)
        .sort(),
    );
    expect(messages[0]?.Subject).toMatch(/^Warning: Manual Kubernetes change: /);
  });

  test('lets subscriptions filter by what an event is', { timeout: 60_000 }, async () => {
    const { arn, queue } = await topicWith('critical', { priority: ['Critical'], account: ['111122223333'] });
    const sink = sinkOf(arn);
    await sink.deliver([...events(3), deliveryWith({ id: 'bad', findings: [{ priority: 'Critical' }] })]);
    expect((await received(queue)).map(({ Subject }) => Subject)).toEqual([expect.stringMatching(/^Critical: /)]);
  });

  test('keeps the order of a person in a FIFO topic', { timeout: 60_000 }, async () => {
    const { arn, queue } = await topicWith('drift.fifo');
    await sinkOf(arn).deliver(events(12));
    // another process that does not know what was sent: the topic does
    await sinkOf(arn).deliver(events(12));
    const messages = await received(queue);
    const ids = messages.map(({ Message }) => (JSON.parse(Message) as readonly { readonly id: string }[])[0]?.id ?? '');
    expect(ids).toHaveLength(12);
    const ofOne = ids.filter((id) => Number(id.slice('event-'.length)) % 3 === 0);
    expect(ofOne).toEqual(['event-0', 'event-3', 'event-6', 'event-9']);
  });

  test('says what is wrong with a topic that is not there', { timeout: 60_000 }, async () => {
    const sink = sinkOf('arn:aws:sns:eu-west-1:123456789012:not-there');
    expect(await sink.check()).toMatchObject({ ok: false, reason: 'misconfigured', message: expect.stringContaining('not-there') });
    expect(await sink.deliver(events(1))).toMatchObject([{ kind: 'refused', permanent: false }]);
  });
});
