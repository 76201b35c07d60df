import { describe, expect, test } from 'vitest';
import { deliver, deliverTo } from '../../../../lib/core/deliver/deliver.ts';
import type { Sink } from '../../../../lib/core/ports.ts';
import { deliveryWith } from '../../../support/deliveries.ts';
import { later, RecordingSink, refused } from '../../../support/recording-sink.ts';

const [a, b] = [deliveryWith({ id: 'a' }), deliveryWith({ id: 'b' })];

function brokenSink(deliverBatch: Sink['deliver']): Sink {
  return { name: 'broken', deliver: deliverBatch, check: async () => ({ ok: true }), close: () => undefined };
}

describe('a batch', () => {
  test('is done when every sink has it', async () => {
    const [loki, ledger] = [new RecordingSink('loki'), new RecordingSink('ledger')];
    const reports = await deliver([a, b], [loki, ledger]);
    expect(reports.map(({ delivery, status, afterMs }) => [delivery, status, afterMs])).toEqual([
      [a, 'done', 0],
      [b, 'done', 0],
    ]);
    expect(reports[0]?.results).toEqual([
      { sink: 'loki', result: { kind: 'delivered' } },
      { sink: 'ledger', result: { kind: 'delivered' } },
    ]);
    expect([...loki.kept.values()]).toEqual([a, b]);
    expect([...ledger.kept.values()]).toEqual([a, b]);
  });

  test('is tried at each sink, whatever another says, and is repeated by event', async () => {
    const loki = new RecordingSink('loki', ({ key }) => (key === a.key ? later(3_000) : { kind: 'delivered' }));
    const ledger = new RecordingSink('ledger');
    const slack = new RecordingSink('slack', () => later(500));
    const reports = await deliver([a, b], [loki, ledger, slack]);
    expect(reports.map(({ status, afterMs }) => [status, afterMs])).toEqual([
      ['later', 3_000],
      ['later', 500],
    ]);
    expect([...ledger.kept.keys()]).toEqual([a.key, b.key]);
    expect([...loki.kept.keys()]).toEqual([b.key]);
  });

  test('that a sink will never take is not done, and not repeated', async () => {
    const reports = await deliver([a], [new RecordingSink('loki', () => refused(true)), new RecordingSink('ledger')]);
    expect(reports).toMatchObject([{ status: 'refused', afterMs: 0 }]);
    const both = await deliver([a], [new RecordingSink('loki', () => refused(true)), new RecordingSink('ledger', () => later(1))]);
    expect(both).toMatchObject([{ status: 'later', afterMs: 1 }]);
  });

  test('that a sink refuses for want of rights is repeated until somebody has looked', async () => {
    expect(await deliver([a], [new RecordingSink('loki', () => refused(false))])).toMatchObject([{ status: 'later', afterMs: 0 }]);
  });

  test('of nothing asks nobody, and without sinks is done', async () => {
    const sink = new RecordingSink('loki');
    expect(await deliver([], [sink])).toEqual([]);
    expect(sink.calls).toEqual([]);
    expect(await deliver([a], [])).toMatchObject([{ status: 'done', results: [] }]);
  });
});

describe('a sink that breaks its promise', () => {
  test('by throwing is tried again, and the others have had theirs', async () => {
    const ledger = new RecordingSink('ledger');
    const reports = await deliver([a], [brokenSink(() => Promise.reject(new Error('oops'))), ledger]);
    expect(reports).toMatchObject([
      { status: 'later', results: [{ result: { reason: 'unexpected', message: expect.stringContaining('oops') } }, {}] },
    ]);
    expect(ledger.kept.size).toBe(1);
  });

  test('by losing results is tried again as a whole', async () => {
    const reports = await deliver([a, b], [brokenSink(async () => [{ kind: 'delivered' }])]);
    expect(reports).toMatchObject([{ status: 'later' }, { status: 'later' }]);
  });
});

describe('time', () => {
  test('is over: nobody is asked', async () => {
    const sink = new RecordingSink('loki');
    const reports = await deliver([a], [sink], { signal: AbortSignal.abort() });
    expect(reports).toMatchObject([{ status: 'later', results: [{ result: { kind: 'later', reason: 'stopped' } }] }]);
    expect(sink.calls).toEqual([]);
  });

  test('is over while a sink hangs: nobody waits for it', async () => {
    const controller = new AbortController();
    const hanging = new RecordingSink('loki', () => new Promise<never>(() => undefined));
    const ledger = new RecordingSink('ledger');
    const delivering = deliver([a], [hanging, ledger], { signal: controller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(await delivering).toMatchObject([
      { status: 'later', results: [{ result: { reason: 'stopped' } }, { result: { kind: 'delivered' } }] },
    ]);
  });

  test('is passed on, and a sink in time is not disturbed', async () => {
    let seen: unknown;
    const sink = new RecordingSink('loki', (_, options) => {
      seen = options.deadlineMs;
      return { kind: 'delivered' };
    });
    const { signal } = new AbortController();
    expect(await deliverTo(sink, [a], { signal, deadlineMs: 7 })).toEqual([{ kind: 'delivered' }]);
    expect(seen).toBe(7);
  });
});

test('no more sinks work at once than allowed', async () => {
  let now = 0;
  let most = 0;
  const sinks = Array.from(
    { length: 5 },
    (_, at) =>
      new RecordingSink(`sink ${at}`, async () => {
        most = Math.max(most, ++now);
        await Promise.resolve();
        now--;
        return { kind: 'delivered' };
      }),
  );
  expect(await deliver([a], sinks, { maxSinksAtOnce: 2 })).toMatchObject([{ status: 'done' }]);
  expect(most).toBe(2);
});
