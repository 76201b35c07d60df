import type { Fault } from '../support/fake-slack/faults.ts';
import { FakeSlack } from '../support/fake-slack/server.ts';
import { deed } from '../support/incidents.ts';
import { slackSink } from '../support/slack-sink.ts';
import { type ReceiverFault, type SinkHarness, type SinkHarnessOptions, sinkContract } from './sink.ts';

function faultOf(fault: ReceiverFault): Fault {
  return typeof fault === 'string' ? { kind: fault } : { kind: 'status', ...fault };
}

/** Each event is somebody else's, so that each has a message of its own. */
async function harness({ timing, onResult, secret, expectedSecret, timeoutMs }: SinkHarnessOptions): Promise<SinkHarness> {
  const slack = new FakeSlack({
    now: () => timing.now(),
    token: expectedSecret,
    rates: false,
    faultOf: ({ args }) => (String(args['text']).includes('mallory') ? { kind: 'error', error: 'invalid_blocks' } : undefined),
  });
  await slack.start();
  const sink = slackSink(slack, { timing, onResult, token: secret, timeoutMs, spacing: { post: 0, edit: 0, find: 0, remove: 0 } });
  let isStopped = false;
  return {
    sink,
    deliveries: (count) =>
      Array.from({ length: count }, (_, n) => deed({ id: `event-${n}`, user: `user-${n}.`, atMs: timing.now() - n * 1_000 })),
    refused: deed({ id: 'poison', user: 'mallory', atMs: timing.now() }),
    stored: () => {
      const counts = new Map<string, number>();
      for (const { text } of slack.visible()) {
        const [, id = '?'] = /user-(\d+)\./.exec(text ?? '') ?? [];
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      return counts;
    },
    fail: (...faults) => slack.fail(...faults.map(faultOf)),
    requests: () => slack.calls.filter(({ method }) => method === 'chat.postMessage'),
    stop: async () => {
      if (!isStopped) await slack.stop();
      isStopped = true;
    },
  };
}

sinkContract('slack', harness);
