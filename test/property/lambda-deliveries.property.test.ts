import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Counting } from '../../lib/core/deliver/counting.ts';
import { FirstCopySink } from '../../lib/core/deliver/first-copy-sink.ts';
import { LedgerSink } from '../../lib/core/deliver/ledger-sink.ts';
import type { DeliveryResult } from '../../lib/core/model/delivery-result.ts';
import { DeliveriesWork, type ReceivedMessage } from '../../lib/lambda/deliveries.ts';
import { Queue } from '../../lib/lambda/queue.ts';
import { countsMessage, deliveryMessage } from '../../lib/lambda/queue-message.ts';
import { RepeatsLedger } from '../../lib/lambda/repeats-ledger.ts';
import { SinkSet } from '../../lib/lambda/sink-set.ts';
import { Visibility } from '../../lib/lambda/visibility.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import { deliveryWith } from '../support/deliveries.ts';
import { FakeSqs } from '../support/fake-sqs.ts';
import { DELIVERED, later, RecordingSink, refused } from '../support/recording-sink.ts';
import { manualTiming } from '../support/timing.ts';

/** What a sink says to the first, second ... time that it is asked about an event; after that it has it. */
const answers = fc.array(fc.constantFrom<DeliveryResult>(DELIVERED, later(0), later(90_000), refused(false), refused(true)), {
  maxLength: 3,
});
const sample = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delivery' as const), loki: answers, people: answers }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('counts' as const), by: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('poison' as const) }) },
);
/** In which order messages come, each some times too often; a number says which one. */
const repeats = fc.array(fc.nat(11), { maxLength: 10 });

test('whatever sinks say and however often a message comes, it ends in one way and is counted once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 12 }), repeats, async (samples, more) => {
      const timing = manualTiming();
      const store = new MemoryStore();
      const repeatsLedger = new RepeatsLedger(store);
      const [asideSqs, ownSqs] = [new FakeSqs(), new FakeSqs()];
      const asked = new Map<string, number>();
      const sinkOf = (name: 'loki' | 'people') =>
        new RecordingSink(name, ({ key }) => {
          const index = Number(key.slice(key.lastIndexOf(' ') + 1));
          const before = asked.get(`${name} ${key}`) ?? 0;
          asked.set(`${name} ${key}`, before + 1);
          const one = samples[index];
          return one?.kind === 'delivery' ? (one[name][before] ?? DELIVERED) : DELIVERED;
        });
      const [loki, people] = [sinkOf('loki'), sinkOf('people')];
      const counting = new Counting(repeatsLedger, { holds: 'kept' });
      const record = new FirstCopySink(loki, counting, store);
      const work = new DeliveriesWork({
        name: 'deliver',
        sinks: new SinkSet(async () => [record, people, new LedgerSink(repeatsLedger, undefined, counting)], timing),
        uncounted: new Set(['ledger']),
        repeats: repeatsLedger,
        ledger: async () => repeatsLedger,
        aside: new Queue({ url: 'aside', open: async () => asideSqs, timing }),
        visibility: new Visibility(
          'own',
          async () => ownSqs,
          () => undefined,
        ),
        timing,
        log: () => undefined,
      });
      const bodies = samples.map((one, at) => {
        if (one.kind === 'delivery') return deliveryMessage(deliveryWith({ id: String(at) }));
        if (one.kind === 'poison') return `poison ${at}`;
        return countsMessage(
          {
            increments: [{ metric: 'driftwire_records_total', labels: { source: 'k8s_audit', outcome: 'dropped' }, by: one.by }],
            levels: [],
          },
          `c${at}`,
        );
      });
      const message = (at: number, receives: number): ReceivedMessage => ({
        messageId: `m${at}`,
        receiptHandle: `r${at}`,
        body: bodies[at] ?? '',
        attributes: { ApproximateReceiveCount: String(receives) },
      });

      let left = bodies.map((_, at) => at);
      let rounds = 0;
      while (left.length > 0) {
        expect(++rounds).toBeLessThan(20);
        const again = await work.run(
          left.map((at) => message(at, rounds)),
          { deadlineMs: timing.now() + 30_000 },
        );
        expect([...again].every((id) => left.includes(Number(id.slice(1))))).toBe(true);
        // every message that comes again was told when
        const told = ownSqs.hidden.splice(0).map(({ receiptHandle }) => receiptHandle.slice(1));
        expect(told.sort()).toEqual([...again].map((id) => id.slice(1)).sort());
        left = left.filter((at) => again.has(`m${at}`));
      }
      const asideBefore = asideSqs.kept.length;
      const late = more.filter((at) => at < bodies.length && samples[at]?.kind !== 'poison');
      if (late.length > 0)
        await work.run(
          [...new Set(late)].map((at) => message(at, 2)),
          { deadlineMs: timing.now() + 30_000 },
        );

      const deliveries = samples.flatMap((one, at) => (one.kind === 'delivery' ? [at] : []));
      const isAside = (at: number): boolean => asideSqs.kept.some(({ body }) => body === bodies[at]);
      for (const at of deliveries)
        expect((loki.kept.has(`k8s_audit ${at}`) && people.kept.has(`k8s_audit ${at}`)) || isAside(at)).toBe(true);
      expect(asideSqs.kept.slice(0, asideBefore).filter(({ body }) => body.startsWith('poison'))).toHaveLength(
        samples.filter(({ kind }) => kind === 'poison').length,
      );
      const totals = new Map(
        (await store.totals()).map(({ metric, labels, value }) => [`${metric} ${labels['outcome'] ?? ''} ${labels['sink'] ?? ''}`, value]),
      );
      expect(totals.get('driftwire_records_total finding ') ?? 0).toBe(deliveries.length);
      expect(totals.get('driftwire_records_total dropped ') ?? 0).toBe(
        samples.reduce((sum, one) => sum + (one.kind === 'counts' ? one.by : 0), 0),
      );
      expect(totals.has('driftwire_records_total duplicate ')).toBe(false);
    }),
  );
}, 60_000);
