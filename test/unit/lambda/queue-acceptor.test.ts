import { describe, expect, test } from 'vitest';
import { deliveryText } from '../../../lib/core/deliver/delivery-text.ts';
import type { Acceptance } from '../../../lib/core/ports.ts';
import type { Counts } from '../../../lib/lambda/counts.ts';
import { Queue } from '../../../lib/lambda/queue.ts';
import { QueueAcceptor } from '../../../lib/lambda/queue-acceptor.ts';
import { deliveryWith } from '../../support/deliveries.ts';
import { FakeSqs } from '../../support/fake-sqs.ts';
import { eventsIn } from '../../support/lambda-parts.ts';
import { manualTiming } from '../../support/timing.ts';

const DROPPED = { metric: 'driftwire_records_total', labels: { source: 'k8s_audit', outcome: 'dropped' }, by: 1 };

const acceptanceOf = (...bodies: readonly string[]): Acceptance => ({
  entries: bodies.map((body, at) => ({ key: `key ${at}`, body, onRepeat: [] })),
  sinks: [],
  cursors: [],
  increments: [DROPPED],
  levels: [],
});

function acceptorOf() {
  const sqs = new FakeSqs();
  const timing = manualTiming();
  const counted: Counts[] = [];
  const queue = new Queue({ url: 'findings', open: async () => sqs, timing });
  return { sqs, counted, acceptor: new QueueAcceptor(queue, { deadlineMs: timing.now() + 1_000 }, (counts) => counted.push(counts)) };
}

describe('a queue in the place of a spool', () => {
  test('has everything when it says so, and counts then', async () => {
    const { sqs, counted, acceptor } = acceptorOf();
    const bodies = ['a', 'b'].map((id) => deliveryText(deliveryWith({ id })));
    expect(await acceptor.accept(acceptanceOf(...bodies))).toEqual({ kind: 'accepted', entries: 2, repeated: 0 });
    expect(eventsIn(sqs)).toEqual(['a', 'b']);
    expect(counted).toEqual([{ increments: [DROPPED], levels: [] }]);
  });

  test('that has not taken one of them counts nothing: it will be posted again', async () => {
    const { sqs, counted, acceptor } = acceptorOf();
    sqs.fault = (body) => (body.includes('"k8s_audit b"') ? 'refuse' : undefined);
    const bodies = ['a', 'b'].map((id) => deliveryText(deliveryWith({ id })));
    await expect(acceptor.accept(acceptanceOf(...bodies))).rejects.toMatchObject({ code: 'DW_STORE_UNAVAILABLE', retryable: true });
    expect(counted).toEqual([]);
  });

  test('with nothing to take makes no call', async () => {
    const { sqs, counted, acceptor } = acceptorOf();
    expect(await acceptor.accept(acceptanceOf())).toEqual({ kind: 'accepted', entries: 0, repeated: 0 });
    expect([sqs.calls, counted.length]).toEqual([0, 1]);
  });

  test('takes nothing that is no delivery', async () => {
    const { acceptor } = acceptorOf();
    await expect(acceptor.accept(acceptanceOf('{}'))).rejects.toMatchObject({ code: 'DW_INTERNAL' });
  });
});
