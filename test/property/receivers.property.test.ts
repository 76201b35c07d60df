/** Receivers under faults and crashes at any step: nothing is lost, and nothing stands twice where that can be known. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { Documents, Sink } from '../../lib/core/ports.ts';
import { alertmanagerSink } from '../../lib/sinks/alertmanager.ts';
import { discordSink } from '../../lib/sinks/discord.ts';
import { pagerDutySink } from '../../lib/sinks/pagerduty.ts';
import type { ReceiverParts } from '../../lib/sinks/receiver-sink.ts';
import { webhookSink } from '../../lib/sinks/webhook.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import type { ReceiverFault } from '../contract/sink.ts';
import { deliveryWith } from '../support/deliveries.ts';
import { FakeAlertmanager } from '../support/receivers/fake-alertmanager.ts';
import { FakeDiscord } from '../support/receivers/fake-discord.ts';
import { FakePagerDuty } from '../support/receivers/fake-pagerduty.ts';
import type { FakeServer } from '../support/receivers/fake-server.ts';
import { FakeWebhook } from '../support/receivers/fake-webhook.ts';
import { type ManualTiming, manualTiming } from '../support/timing.ts';

const RUNS = 30;
const TIMEOUT_MS = 120;
const ROUNDS = 60;

/** What happens to the posts in their order, and at which writes of the store the process ends, before or after them. */
interface Schedule {
  readonly events: number;
  readonly faults: readonly (ReceiverFault | 'none')[];
  readonly kills: readonly { readonly atWrite: number; readonly isWritten: boolean }[];
}

const schedule: fc.Arbitrary<Schedule> = fc.record({
  events: fc.integer({ min: 1, max: 25 }),
  faults: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant('none' as const) },
      { weight: 4, arbitrary: fc.constantFrom('reset' as const, 'answer_lost' as const) },
      { weight: 1, arbitrary: fc.constant('hang' as const) },
      {
        weight: 3,
        arbitrary: fc.constantFrom({ status: 500 }, { status: 502 }, { status: 503 }, { status: 429, headers: { 'retry-after': '7' } }),
      },
    ),
    { maxLength: 12 },
  ),
  kills: fc.array(fc.record({ atWrite: fc.integer({ min: 1, max: 12 }), isWritten: fc.boolean() }), { maxLength: 3 }),
});

class Killed extends Error {}

/** A store under which the process ends. */
function killing(store: MemoryStore, kills: Schedule['kills']): Documents {
  let writes = 0;
  return {
    document: (name) => store.document(name),
    replaceDocument: async (name, body, version) => {
      writes++;
      const kill = kills.find(({ atWrite }) => atWrite === writes);
      if (kill !== undefined && !kill.isWritten) throw new Killed();
      const isWritten = await store.replaceDocument(name, body, version);
      if (kill !== undefined) throw new Killed();
      return isWritten;
    },
  };
}

/** Delivers until everything is there, as `serve` does it, each time it was killed with a new process. */
async function settled(
  { events, faults, kills }: Schedule,
  server: FakeServer,
  timing: ManualTiming,
  open: (parts: ReceiverParts) => Sink,
): Promise<readonly Delivery[]> {
  server.fail(...faults);
  const deliveries = Array.from({ length: events }, (_, n) =>
    deliveryWith({
      id: `event-${n}`,
      timeNs: BigInt(timing.now()) * 1_000_000n,
      findings: [{ actor: { user: `user-${n}`, principal: `user-${n}` } }],
    }),
  );
  const documents = killing(new MemoryStore(), kills);
  let pending: readonly Delivery[] = deliveries;
  let sink = open({ timing, documents });
  for (let round = 0; round < ROUNDS && pending.length > 0; round++) {
    try {
      const results = await sink.deliver(pending);
      pending = pending.filter((_, index) => results[index]?.kind !== 'delivered');
      timing.advance(Math.max(100, ...results.map((result) => (result.kind === 'later' ? result.afterMs : 0))));
    } catch (cause) {
      if (!(cause instanceof Killed)) throw cause;
      sink.close();
      sink = open({ timing, documents });
    }
  }
  sink.close();
  expect(pending).toEqual([]);
  return deliveries;
}

async function during(server: FakeServer, run: (url: string) => Promise<void>): Promise<void> {
  try {
    await run(await server.start());
  } finally {
    await server.stop();
  }
}

const ids = (deliveries: readonly Delivery[]) => deliveries.map((_, n) => `event-${n}`).sort();
const common = { minimumPriority: 'Debug' } as const;

describe('under any faults and crashes', () => {
  test('Discord has every event; one that stands twice says that it may be a repeat', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const timing = manualTiming();
        const fake = new FakeDiscord({ token: 'a', now: () => timing.now() });
        await during(fake.server, async (base) => {
          const webhookUrl = `${base}${FakeDiscord.path('a')}`;
          const events = await settled(plan, fake.server, timing, (parts) =>
            discordSink({ ...common, name: 'discord', webhookUrl, timeoutMs: TIMEOUT_MS }, parts),
          );
          expect([...fake.counts().keys()].sort()).toEqual(ids(events));
          for (const [id, times] of fake.counts()) {
            const copies = fake.messages.flat().filter(({ footer }) => footer.includes(`id ${id}`) && footer.includes('may be a repeat'));
            expect(copies.length, `${id} stands ${times} times`).toBeGreaterThanOrEqual(times - 1);
          }
          // whoever did not get the answer does not know how much the webhook still takes
          expect(fake.nuisances.filter((nuisance) => nuisance !== 'posted into a rate limit')).toEqual([]);
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('a webhook has every event once', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const timing = manualTiming();
        const fake = new FakeWebhook({ now: () => timing.now() });
        await during(fake.server, async (url) => {
          const http = { timeoutMs: TIMEOUT_MS };
          const events = await settled(plan, fake.server, timing, (parts) => webhookSink({ ...common, name: 'webhook', url, http }, parts));
          expect([...fake.events().keys()].sort()).toEqual(ids(events));
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('PagerDuty has one incident of each', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const timing = manualTiming();
        const fake = new FakePagerDuty({ routingKey: 'key', now: () => timing.now() });
        await during(fake.server, async (url) => {
          const options = { ...common, name: 'pagerduty', url, routingKey: 'key', timeoutMs: TIMEOUT_MS };
          const events = await settled(plan, fake.server, timing, (parts) => pagerDutySink(options, parts));
          expect(fake.incidents.size).toBe(events.length);
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('an Alertmanager has each alert fire once', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const timing = manualTiming();
        const fake = new FakeAlertmanager({ now: () => timing.now() });
        await during(fake.server, async (url) => {
          const options = { ...common, name: 'alertmanager', url, http: { timeoutMs: TIMEOUT_MS }, holdMs: 3_600_000 };
          const events = await settled(plan, fake.server, timing, (parts) => alertmanagerSink(options, parts));
          expect([...fake.alerts.values()].map(({ labels }) => labels['user']).sort()).toEqual(events.map((_, n) => `user-${n}`).sort());
          expect(new Set([...fake.alerts.values()].map(({ times }) => times))).toEqual(new Set([1]));
        });
      }),
      { numRuns: RUNS },
    );
  });
});
