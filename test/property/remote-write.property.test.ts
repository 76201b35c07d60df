/** Whatever happens between the ledger and a receiver of whatever character: in the end every window is the number of distinct events in it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MINUTE_MS } from '../../lib/core/deliver/snapshot.ts';
import { MemoryStore } from '../../lib/stores/memory.ts';
import { FakeReceiver, type Fault } from '../support/fake-receiver/receiver.ts';
import { liveThrough, SIMULATED_METRIC, truthAt } from '../support/minutes.ts';
import { randomOf } from '../support/random.ts';

const START_MS = Date.UTC(2026, 10, 20, 9, 0, 0);
const MINUTES = 12;

const character = fc.record({
  outOfOrderMs: fc.constantFrom(0, 60_000, 600_000),
  isPartial: fc.boolean(),
  tooOldStatus: fc.constantFrom(400, 500),
  speaks: fc.constantFrom('1.0', 'both', 'silent'),
  protocol: fc.constantFrom('1.0', '2.0'),
});
/** Faults of requests one after the other; undefined: none. */
const faults = fc.array(
  fc.option(
    fc.oneof(
      fc.record({ kind: fc.constant('reset' as const), stores: fc.boolean() }),
      fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(429, 500, 503), stores: fc.boolean() }),
      fc.constant({ kind: 'status' as const, status: 429, headers: { 'retry-after': '70' } }),
    ),
    { nil: undefined, freq: 2 },
  ),
  { maxLength: 80 },
);

test('the sum of all windows is the number of distinct events', async () => {
  await fc.assert(
    fc.asyncProperty(character, faults, fc.integer({ min: 0, max: 1e6 }), async ({ protocol, ...receiving }, schedule, seed) => {
      const receiver = new FakeReceiver({ ...receiving, fault: (number): Fault | undefined => schedule[number - 1] });
      try {
        const writeUrl = await receiver.start();
        const options = { store: new MemoryStore(), writeUrl, protocol, minutes: MINUTES, startMs: START_MS, random: randomOf(seed) };
        const minutes = await liveThrough(options);
        receiver.fault = undefined;
        for (let more = 0; more < 5; more++) if ((await minutes.oneMore()).kind === 'delivered') break;
        const sumAt = (timeMs: number) =>
          [...receiver.storage.at(SIMULATED_METRIC, timeMs).values()].reduce((sum, value) => sum + value, 0);
        for (let timeMs = START_MS + MINUTE_MS; timeMs <= minutes.lastMs + 30_000; timeMs += 7_500) {
          expect(sumAt(timeMs), `at ${(timeMs - START_MS) / 1000} s`).toBe(truthAt(minutes.truth, timeMs));
        }
        expect(receiver.faults).toEqual([]);
        expect(minutes.lines.filter((line) => line.includes('refuses series'))).toEqual([]);
      } finally {
        await receiver.stop();
      }
    }),
    { numRuns: 15 },
  );
}, 120_000);
