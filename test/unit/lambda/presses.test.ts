import { describe, expect, test } from 'vitest';
import { DriftwireError } from '../../../lib/core/errors.ts';
import { DeliveriesWork } from '../../../lib/lambda/deliveries.ts';
import { Presses } from '../../../lib/lambda/presses.ts';
import { Queue } from '../../../lib/lambda/queue.ts';
import { deliveryMessage, pressMessage, readMessage, type SignedPress } from '../../../lib/lambda/queue-message.ts';
import { SinkSet } from '../../../lib/lambda/sink-set.ts';
import type { ActionsAnswer } from '../../../lib/slack-actions/slack-actions.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { deliveryWith } from '../../support/deliveries.ts';
import { FakeSqs } from '../../support/fake-sqs.ts';
import { pressedSlack } from '../../support/pressed.ts';
import { RecordingSink } from '../../support/recording-sink.ts';
import { manualTiming } from '../../support/timing.ts';

const PRESS: SignedPress = { timestamp: '1795166400', signature: 'v0=00', body: 'payload=%7B%7D' };

/** The parts of a Slack that answers each press so. */
function pressesOf(take: (headers: Readonly<Record<string, string | undefined>>, body: Uint8Array) => ActionsAnswer) {
  const timing = manualTiming();
  const state = { opened: 0, closed: 0, recovered: 0 };
  const told: string[] = [];
  const presses = new Presses({
    open: async () => {
      state.opened++;
      const actions = { take, recover: async () => void state.recovered++ } as never;
      return { slack: undefined, slackActions: () => ({ actions, close: () => state.closed++ }) };
    },
    store: new MemoryStore(),
    timing,
    log: (_, message) => told.push(message),
  });
  return { presses, timing, state, told };
}

describe('a press in the queue', () => {
  test('is read back as it was signed', () => {
    expect(readMessage(pressMessage(PRESS))).toEqual({ kind: 'press', press: PRESS });
  });

  test.each([
    '{"press":1}',
    '{"press":1,"timestamp":"1","signature":7,"body":"x"}',
    '{"press":2,"timestamp":"1","signature":"2","body":"x"}',
  ])('is none without its parts: %s', (text) => expect(readMessage(text)).toBeUndefined());

  test('is worked off to its end, with the signature that Slack has made', async () => {
    const seen: unknown[] = [];
    const { presses, state } = pressesOf((headers, body) => {
      seen.push(headers, Buffer.from(body).toString());
      return { status: 200, body: '', after: async () => void seen.push('worked') };
    });
    await presses.take(PRESS);
    expect(seen).toEqual([{ 'x-slack-request-timestamp': '1795166400', 'x-slack-signature': 'v0=00' }, 'payload=%7B%7D', 'worked']);
    await presses.take(PRESS);
    expect(state).toMatchObject({ opened: 1, recovered: 1 });
  });

  test('that is not valid any more is told and is done with', async () => {
    const { presses, told } = pressesOf(() => ({ status: 401, body: 'not signed by Slack', reason: 'unauthorized' }));
    await presses.take(PRESS);
    expect(told).toEqual(['a press of a button is not valid, or not any more']);
  });

  test('finds secrets that were exchanged', async () => {
    const { presses, timing, state } = pressesOf(() => ({ status: 200, body: '' }));
    await presses.take(PRESS);
    timing.advance(15 * 60_000);
    await presses.take(PRESS);
    expect(state).toEqual({ opened: 2, closed: 1, recovered: 2 });
  });

  test('is tried with a secret that was read anew, once, before it is given up', async () => {
    const answers: ActionsAnswer[] = [
      { status: 200, body: '' },
      { status: 401, body: 'not signed by Slack', reason: 'unauthorized' },
      { status: 200, body: '' },
      { status: 401, body: 'not signed by Slack', reason: 'unauthorized' },
    ];
    const { presses, timing, state, told } = pressesOf(() => answers.shift() ?? { status: 200, body: '' });
    await presses.take(PRESS);
    timing.advance(60_000);
    await presses.take(PRESS);
    expect([state.opened, told]).toEqual([2, []]);
    // that one is a stranger's: the secret was read a moment ago
    await presses.take(PRESS);
    expect([state.opened, told.length]).toEqual([2, 1]);
  });

  test('where there are no buttons is a fault of the deployment', async () => {
    const presses = new Presses({
      open: async () => ({ slack: undefined, slackActions: undefined }),
      store: new MemoryStore(),
      timing: manualTiming(),
      log: () => undefined,
    });
    await expect(presses.take(PRESS)).rejects.toMatchObject({ code: 'DW_CONFIG_INVALID' });
  });
});

describe('the function alert', () => {
  function workOf(press?: (press: SignedPress) => Promise<void>, timing = manualTiming()) {
    const asideSqs = new FakeSqs();
    const sink = new RecordingSink('slack');
    const work = new DeliveriesWork({
      name: 'alert',
      sinks: new SinkSet(async () => [sink], timing),
      uncounted: new Set(),
      press,
      ledger: async () => new MemoryStore(),
      aside: new Queue({ url: 'aside', open: async () => asideSqs, timing }),
      visibility: undefined,
      timing,
      log: () => undefined,
    });
    const run = (...bodies: readonly string[]) =>
      work.run(
        bodies.map((body, at) => ({ messageId: `m${at}`, receiptHandle: `r${at}`, body, attributes: { ApproximateReceiveCount: '1' } })),
        { deadlineMs: timing.now() + 30_000 },
      );
    return { run, sink, asideSqs };
  }

  test('works off presses beside deliveries; one that fails comes again alone', async () => {
    const worked: string[] = [];
    const { run, sink } = workOf(async ({ timestamp }) => {
      if (timestamp === 'fails') throw new DriftwireError('DW_CONFIG_INVALID', 'Slack cannot be opened', { retryable: true });
      worked.push(timestamp);
    });
    const messages = [pressMessage({ ...PRESS, timestamp: 'fails' }), deliveryMessage(deliveryWith({ id: 'a' })), pressMessage(PRESS)];
    expect(await run(...messages)).toEqual(new Set(['m0']));
    expect(worked).toEqual(['1795166400']);
    expect([...sink.kept.keys()]).toEqual(['k8s_audit a']);
  });

  test('begins no press when time is up: it comes again soon', async () => {
    const worked: string[] = [];
    const timing = manualTiming();
    const { run } = workOf(async ({ timestamp }) => {
      worked.push(timestamp);
      timing.advance(31_000);
    }, timing);
    expect(await run(pressMessage(PRESS), pressMessage(PRESS))).toEqual(new Set(['m1']));
    expect(worked).toHaveLength(1);
  });

  test('without buttons sets a press aside and loses nothing', async () => {
    const { run, asideSqs } = workOf();
    expect(await run(pressMessage(PRESS))).toEqual(new Set());
    expect(asideSqs.kept).toMatchObject([{ body: pressMessage(PRESS), attributes: { function: 'alert' } }]);
  });
});

test('a press that Slack has signed goes through the queue and is there for a reader of the channel', { timeout: 20_000 }, async () => {
  const pressed = await pressedSlack();
  try {
    await pressed.sink.deliver([deliveryWith({ id: 'a' })]);
    const { headers, body } = pressed.slack.press(pressed.parent(), 'driftwire_ack');
    const press = { timestamp: headers['x-slack-request-timestamp'] ?? '', signature: headers['x-slack-signature'] ?? '', body };
    const read = readMessage(pressMessage(press));
    if (read?.kind !== 'press') throw new Error('not a press');
    const presses = new Presses({
      open: async () => ({ slack: undefined, slackActions: () => ({ actions: pressed.actionsOfAProcess(), close: () => undefined }) }),
      store: pressed.store,
      timing: pressed.timing,
      log: () => undefined,
    });
    await presses.take(read.press);
    await presses.take(read.press);
    expect(pressed.counted).toContain('acknowledge done');
  } finally {
    await pressed.stop();
  }
});
