import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LedgerSink } from '../../lib/core/deliver/ledger-sink.ts';
import { Intake } from '../../lib/core/intake.ts';
import { readBody } from '../../lib/lambda/read-body.ts';
import { detectorOf } from '../support/detector.ts';
import type { AwsFault } from '../support/fake-aws/server.ts';
import { auditLine, Bench, GROUP, HOUR_MS, MINUTE_MS, REGION, START_MS, trailEvent } from '../support/reconciling.ts';

const HOURS = 6;
const detector = detectorOf();

/** What goes wrong in one run. */
const run = fc.record({
  /** Hours since the last one: runs may be missed. */
  afterHours: fc.constantFrom(1, 1, 1, 2),
  lastsMs: fc.constantFrom(1_500, 4_000, 60_000, 600_000),
  /** Numbers of calls that fail, from the beginning of the run. */
  failing: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
  fault: fc.constantFrom<AwsFault>(
    { kind: 'reset' },
    { kind: 'refused', status: 400, code: 'ThrottlingException' },
    { kind: 'refused', status: 503, code: 'ServiceUnavailableException' },
    { kind: 'refused', status: 400, code: 'AccessDeniedException' },
    { kind: 'refused', status: 400, code: 'InvalidNextTokenException' },
    { kind: 'refused', status: 400, code: 'InvalidParameterException' },
  ),
  takes: fc.boolean(),
  /** What was sent is counted before the next run. */
  isWorkedOff: fc.boolean(),
});

const scenario = fc.record({
  /** Seconds since the first run of each event; several in one second too. */
  trail: fc.array(fc.integer({ min: 0, max: HOURS * 3_600 }), { maxLength: 160 }),
  audit: fc.array(fc.integer({ min: 0, max: HOURS * 3_600 }), { maxLength: 60 }),
  isBurst: fc.boolean(),
  /** Every so many events the stream brings one. */
  streamsEvery: fc.integer({ min: 1, max: 5 }),
  runs: fc.array(run, { minLength: 1, maxLength: 5 }),
});

const numRuns = 25;

test('whatever is missed, throttled, cut or refused: in the end every event has been told, and each counts once', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ trail, audit, isBurst, streamsEvery, runs }) => {
      const bench = new Bench({ scannedAPage: 5 });
      await bench.start();
      try {
        const at = (seconds: number): number => START_MS + (isBurst ? seconds % 60 : seconds) * 1_000;
        const events = trail.map((seconds, index) => trailEvent(`trail ${index}`, at(seconds)));
        const lines = audit.map((seconds, index) => auditLine(`audit ${index}`, at(seconds)));
        bench.aws.trails.set(REGION, events);
        bench.aws.logGroups.set(GROUP, lines);
        const histories = [bench.trail(), bench.group()];
        const once = (lastsMs: number) => bench.run({ histories, detector }, lastsMs);
        const sink = new LedgerSink(bench.store);
        await once(60_000);
        const intake = new Intake(detector);
        for (const { record } of events.filter((_, index) => index % streamsEvery === 0)) readBody('stream', record, intake);
        await sink.deliver(intake.batch().deliveries);
        for (const { afterHours, lastsMs, failing, fault, takes, isWorkedOff } of runs) {
          bench.timing.advance(afterHours * HOUR_MS);
          const calls = bench.aws.calls.length;
          bench.aws.fault = (_, number) => (failing.includes(number - calls) ? fault : undefined);
          bench.takes = takes;
          await once(lastsMs).catch(() => undefined);
          if (isWorkedOff) await sink.deliver(bench.sent);
        }
        bench.aws.fault = undefined;
        bench.takes = true;
        bench.timing.advance((HOURS + 1) * HOUR_MS);
        const ended = await once(HOUR_MS);
        expect(
          ended.every(({ doneToMs }) => doneToMs === bench.timing.now() - 15 * MINUTE_MS || doneToMs > START_MS + HOURS * HOUR_MS),
        ).toBe(true);
        for (let times = 0; times < 2; times++) await sink.deliver(bench.sent);
        const totals = (await bench.store.totals()).filter(
          ({ metric }) => metric === 'driftwire_records_total' || metric === 'driftwire_missed_total',
        );
        const sum = (metric: string): number =>
          totals.filter((total) => total.metric === metric).reduce((all, { value }) => all + value, 0);
        const streamed = events.filter((_, index) => index % streamsEvery === 0).length;
        expect(sum('driftwire_records_total')).toBe(events.length + lines.length);
        expect(sum('driftwire_missed_total')).toBe(events.length + lines.length - streamed);
      } finally {
        await bench.stop();
      }
    }),
    { numRuns },
  );
});
