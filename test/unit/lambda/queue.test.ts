import { describe, expect, test } from 'vitest';
import { Queue } from '../../../lib/lambda/queue.ts';
import { FakeSqs } from '../../support/fake-sqs.ts';
import { manualTiming } from '../../support/timing.ts';

const URL = 'https://sqs.eu-west-1.amazonaws.com/111122223333/findings';

function queueOf(sqs = new FakeSqs()) {
  const timing = manualTiming();
  let opened = 0;
  const queue = new Queue({
    url: URL,
    open: async () => {
      opened++;
      return sqs;
    },
    timing,
  });
  return { sqs, queue, timing, limits: { deadlineMs: timing.now() + 30_000 }, opened: () => opened };
}

const messages = (count: number, body = (at: number) => `m${at}`) => Array.from({ length: count }, (_, at) => ({ body: body(at) }));

describe('a queue that we write to', () => {
  test('nothing to send loads no client', async () => {
    const { queue, limits, opened } = queueOf();
    expect(await queue.send([], limits)).toEqual([]);
    expect([opened(), queue.isOpen]).toEqual([0, false]);
  });

  test('ten messages go in one call, the eleventh in another', async () => {
    const { queue, sqs, limits } = queueOf();
    const answers = await queue.send(messages(11), limits);
    expect(answers).toEqual(Array.from({ length: 11 }, () => ({ ok: true })));
    expect(sqs.calls).toBe(2);
    expect(sqs.kept.map(({ body }) => body)).toEqual(messages(11).map(({ body }) => body));
  });

  test('the messages of a call are together at most 1 MiB, in bytes', async () => {
    const { queue, sqs, limits } = queueOf();
    // 400,000 bytes each, in half as many characters
    const answers = await queue.send(
      messages(5, () => 'é'.repeat(200_000)),
      limits,
    );
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(sqs.calls).toBe(3);
  });

  test('a message that SQS could not take at the moment is tried again, alone', async () => {
    const { queue, sqs, limits, timing } = queueOf();
    sqs.fault = (body, call) => (body === 'm1' && call < 3 ? 'fail' : undefined);
    expect(await queue.send(messages(3), limits)).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(sqs.calls).toBe(3);
    expect(timing.slept).toHaveLength(2);
  });

  test('a message that SQS refuses for what it is, is not tried again', async () => {
    const { queue, sqs, limits } = queueOf();
    sqs.fault = (body) => (body === 'm0' ? 'refuse' : undefined);
    expect(await queue.send(messages(2), limits)).toEqual([{ ok: false, message: 'InvalidMessageContents: ' }, { ok: true }]);
    expect(sqs.calls).toBe(1);
  });

  test('a message that the answer does not name was not sent', async () => {
    const { queue, sqs, limits } = queueOf();
    sqs.fault = (body) => (body === 'm0' ? 'forget' : undefined);
    const [forgotten, sent] = await queue.send(messages(2), limits);
    expect(forgotten).toEqual({ ok: false, message: 'SQS did not answer for this message' });
    expect(sent).toEqual({ ok: true });
  });

  test('a call that fails takes only its own messages with it', async () => {
    const { queue, sqs, limits } = queueOf();
    sqs.errors.push(Object.assign(new Error('no such queue'), { name: 'QueueDoesNotExist' }));
    const answers = await queue.send(messages(12), limits);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(2);
    expect(answers[0]).toEqual({ ok: false, message: 'QueueDoesNotExist: no such queue' });
  });

  test('nothing is tried again when time is up', async () => {
    const { queue, sqs, timing } = queueOf();
    sqs.fault = () => 'fail';
    const answers = await queue.send(messages(1), { deadlineMs: timing.now() });
    expect(answers).toEqual([{ ok: false, message: 'InternalError: ' }]);
    expect(sqs.calls).toBe(1);
  });

  test('many messages go in several calls at a time', async () => {
    const { queue, sqs, limits } = queueOf();
    const take = sqs.sendMessageBatch.bind(sqs);
    let [now, most] = [0, 0];
    sqs.sendMessageBatch = async (input) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return take(input);
    };
    const answers = await queue.send(messages(1_000), limits);
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(new Set(sqs.kept.map(({ body }) => body)).size).toBe(1_000);
    expect(most).toBe(8);
  });

  test('a queue that takes seconds to fail is not asked any more when time is up', async () => {
    const { queue, sqs, timing, limits } = queueOf();
    sqs.sendMessageBatch = async () => {
      timing.advance(5_000);
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
    };
    const answers = await queue.send(messages(1_000), limits);
    expect(answers[0]).toEqual({ ok: false, message: 'TimeoutError: socket hang up' });
    expect(answers.at(-1)).toEqual({ ok: false, message: 'no time was left to send it' });
    expect(timing.now() - limits.deadlineMs).toBeLessThanOrEqual(8 * 5_000);
  });

  test('a client that could not be made is made anew for the next message', async () => {
    const sqs = new FakeSqs();
    let opened = 0;
    const open = async () => {
      if (++opened === 1) throw new Error('EMFILE');
      return sqs;
    };
    const queue = new Queue({ url: URL, open, timing: manualTiming() });
    const limits = { deadlineMs: Number.POSITIVE_INFINITY };
    expect(await queue.send(messages(1), limits)).toEqual([{ ok: false, message: 'Error: EMFILE' }]);
    expect(await queue.send(messages(1), limits)).toEqual([{ ok: true }]);
    expect([opened, sqs.kept.length]).toEqual([2, 1]);
  });

  test('attributes go along and count', async () => {
    const { queue, sqs, limits } = queueOf();
    await queue.send([{ body: 'x', attributes: { code: 'bad_json' } }], limits);
    expect(sqs.kept).toEqual([{ body: 'x', attributes: { code: 'bad_json' } }]);
  });
});
