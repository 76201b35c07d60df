import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { Priority } from '../../lib/core/model/finding.ts';
import type { Fault } from '../support/fake-slack/faults.ts';
import { deed } from '../support/incidents.ts';
import { SlackWorld, type WorldOptions } from '../support/slack-world.ts';

const RUNS = 20;
const AT = Date.UTC(2026, 10, 20, 8, 50);

const priority = fc.constantFrom<Priority[]>('Notice', 'Warning', 'Critical');
/** What a few people do within some minutes, or hours. */
const events = (spanMs: number) =>
  fc
    .array(fc.record({ user: fc.constantFrom('alice', 'bob', 'carol'), atMs: fc.integer({ min: 0, max: spanMs }), priority }), {
      minLength: 1,
      maxLength: 30,
    })
    .map((all) => all.map((each, n) => deed({ ...each, id: `event-${n}`, atMs: AT + each.atMs, resource: `pod-${n}.` })));

/** Deliveries in any grouping, some of them several times. */
const batches = (spanMs: number) =>
  events(spanMs).chain((all) =>
    fc
      .array(fc.uniqueArray(fc.nat({ max: all.length - 1 }), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 8 })
      .map((picks) => ({ all, batches: picks.map((pick) => pick.flatMap((index) => all[index] ?? [])) })),
  );

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fault>({ kind: 'none' }) },
  { weight: 2, arbitrary: fc.constantFrom<Fault[]>({ kind: 'reset' }, { kind: 'answer_lost' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Fault[]>(
      { kind: 'status', status: 503 },
      { kind: 'stored_status', status: 502 },
      { kind: 'error', error: 'internal_error' },
      { kind: 'stored_error', error: 'fatal_error' },
      { kind: 'error', error: 'ratelimited' },
    ),
  },
);
/** How long to wait dies with the process that was told, so it is no part of stories with deaths. */
const storm = fc.integer({ min: 1, max: 90 }).map((retryAfterSeconds): Fault => ({ kind: 'rate_limited', retryAfterSeconds }));
const death = fc.option(fc.record({ step: fc.integer({ min: 1, max: 60 }), isDone: fc.boolean() }), { nil: undefined });

async function inWorld(options: WorldOptions, story: (world: SlackWorld) => Promise<void>): Promise<void> {
  const world = new SlackWorld(options);
  await world.slack.start();
  try {
    await story(world);
  } finally {
    await world.slack.stop();
  }
}

describe('what people read in Slack', () => {
  test('is true whatever is handed in together, again, or in another order', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(batches(10 * 60_000), async ({ all, batches: handed }) => {
        await inWorld({}, async (world) => {
          for (const batch of handed) await world.hand(batch);
          await world.untilTold(all);
          await world.expectTruth(all);
          expect((await world.incidents()).length).toBe(new Set(all.map(userOf)).size);
          const calls = world.slack.calls.length;
          await world.untilTold(all);
          expect(world.slack.calls.length).toBe(calls);
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('is true after deaths between any two steps', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(batches(10 * 60_000), fc.array(death, { minLength: 8, maxLength: 8 }), async ({ all, batches: handed }, deaths) => {
        await inWorld({}, async (world) => {
          for (const [index, batch] of handed.entries()) {
            await world.hand(batch, deaths[index]);
            world.clock.advance(3_000);
          }
          await world.untilTold(all);
          await world.expectTruth(all);
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('is true after lost answers, refusals, storms and failures', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        batches(40 * 60_000),
        fc.array(fc.oneof({ weight: 8, arbitrary: fault }, { weight: 1, arbitrary: storm }), { maxLength: 40 }),
        async ({ all, batches: handed }, faults) => {
          await inWorld({ faults }, async (world) => {
            for (const batch of handed) await world.hand(batch);
            await world.untilTold(all);
            await world.expectTruth(all);
          });
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('is true with two workers at once that die, and a Slack that fails', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        batches(10 * 60_000),
        fc.array(death, { minLength: 8, maxLength: 8 }),
        fc.array(fault, { maxLength: 20 }),
        fc.constantFrom(1, 20),
        async ({ all, batches: handed }, deaths, faults, maxIncidentsAMinute) => {
          await inWorld({ faults, sink: { maxIncidentsAMinute } }, async (world) => {
            const half = Math.ceil(handed.length / 2);
            const worker = async (own: readonly (readonly Delivery[])[], from: number) => {
              for (const [index, batch] of own.entries()) await world.hand(batch, deaths[from + index]);
            };
            await Promise.all([worker(handed.slice(0, half), 0), worker(handed.slice(half), half)]);
            await Promise.all([world.hand(all), world.hand(all.toReversed())]);
            await world.untilTold(all);
            await world.expectTruth(all);
          });
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe('a message that Slack carries out late', () => {
  test('does not stand twice in the end, and no old number stands for a new one', { timeout: 240_000 }, async () => {
    const late = fc.option(fc.integer({ min: 1, max: 14_000 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(batches(10 * 60_000), fc.array(late, { maxLength: 20 }), async ({ all, batches: handed }, lates) => {
        await inWorld({ rates: false, lates }, async (world) => {
          // others go on while one waits for what became of its message
          await Promise.all(
            handed.map(async (batch, index) => {
              await world.clock.work(() => world.clock.sleep(index * 4_000));
              await world.hand(batch);
            }),
          );
          await world.untilTold(all);
          await world.expectTruth(all);
        });
      }),
      { numRuns: RUNS },
    );
  });
});

function userOf({ findings }: Delivery): string {
  return findings[0].finding.actor.user;
}
