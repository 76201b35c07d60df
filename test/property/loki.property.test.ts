import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lokiLine } from '../../lib/core/deliver/loki-line.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import { LokiSink } from '../../lib/sinks/loki.ts';
import { deliveryWith } from '../support/deliveries.ts';
import type { Fault } from '../support/fake-loki/faults.ts';
import { FakeLoki } from '../support/fake-loki/server.ts';
import { type ManualTiming, manualTiming } from '../support/timing.ts';

const BOUNDS = { maxBytes: 4_000, maxEntries: 5 };
const MAX_LINE = 3_000;

/** One event: how old, in which stream, its record, whether its source is late. */
interface Draft {
  readonly ageSeconds: number;
  readonly cluster: string;
  readonly text: string;
  readonly isLate: boolean;
}
const drafts: fc.Arbitrary<readonly Draft[]> = fc.array(
  fc.record({
    // well beyond the hour that Loki takes out of order; some of it beyond what a query finds before chunks are written
    ageSeconds: fc.oneof(fc.integer({ min: 0, max: 115 * 60 }), fc.integer({ min: 0, max: 5 * 86_400 })),
    cluster: fc.constantFrom('a', 'b'),
    text: fc.string({ unit: 'binary', maxLength: 60 }),
    isLate: fc.boolean(),
  }),
  { minLength: 1, maxLength: 18 },
);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Fault>({ kind: 'none' }) },
  fc.constantFrom<Fault>({ kind: 'reset' }, { kind: 'answer_lost' }, { kind: 'status', status: 429 }, { kind: 'status', status: 413 }),
  fc.constantFrom(500, 502, 503, 529, 408).map((status): Fault => ({ kind: 'status', status })),
  fc.constantFrom(500, 504, 429).map((status): Fault => ({ kind: 'stored_status', status })),
  fc.integer({ min: 0, max: 40 }).map((seconds): Fault => ({ kind: 'status', status: 429, headers: { 'retry-after': String(seconds) } })),
  fc.constantFrom(260, 401, 404, 206).map((status): Fault => ({ kind: 'status', status })),
);

/** Which events are handed in together, by which of two senders. */
const calls = fc.array(fc.record({ sender: fc.nat(1), events: fc.array(fc.nat(30), { maxLength: 12 }) }), { maxLength: 6 });

function eventsOf(list: readonly Draft[], timing: ManualTiming): readonly Delivery[] {
  const nowNs = BigInt(timing.now()) * 1_000_000n;
  return list.map(({ ageSeconds, cluster, text, isLate }, n) =>
    deliveryWith({
      id: `event-${n}`,
      timeNs: nowNs - BigInt(ageSeconds) * 1_000_000_000n,
      recordText: JSON.stringify({ auditID: `event-${n}`, text }),
      findings: [{ cluster, actor: { user: text } }],
      ...(isLate ? { ingest: 'backfill' as const } : {}),
    }),
  );
}

/** Hands everything in again until nothing is left, as a queue would; meanwhile Loki writes its chunks. */
async function settle(sink: LokiSink, events: readonly Delivery[], timing: ManualTiming, loki: FakeLoki): Promise<readonly Delivery[]> {
  let left = events;
  for (let round = 0; round < 40 && left.length > 0; round++) {
    const results = await sink.deliver(left);
    left = left.filter((_, index) => results[index]?.kind !== 'delivered');
    timing.advance(31 * 60_000);
    loki.flush();
  }
  return left;
}

describe('whatever is repeated, grouped anew, lost or answered with an error', () => {
  test('Loki ends with each event once, its record byte for byte', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(drafts, calls, fc.array(fault, { maxLength: 25 }), async (list, schedule, faults) => {
        const timing = manualTiming();
        const loki = new FakeLoki({ now: () => timing.now(), faults });
        const url = await loki.start();
        const options = { url, http: { timeoutMs: 5_000 }, bounds: BOUNDS, maxLineBytes: MAX_LINE };
        const senders = [new LokiSink(options, { timing }), new LokiSink(options, { timing })] as const;
        try {
          const events = eventsOf(list, timing);
          await Promise.all(
            schedule.map(({ sender, events: chosen }) =>
              (senders[sender] ?? senders[0]).deliver(chosen.flatMap((n) => events[n % events.length] ?? [])),
            ),
          );
          expect(await settle(senders[0], events, timing, loki)).toEqual([]);
          const kept = loki.stored().flatMap(({ entries }) => entries);
          expect(kept.map(({ metadata }) => metadata['event_id']).sort()).toEqual(list.map((_, n) => `event-${n}`).sort());
          for (const { line, metadata } of kept) {
            const event = events.find(({ key }) => key === `k8s_audit ${metadata['event_id']}`);
            expect(line).toBe(event?.findings[0].recordText.toWellFormed());
          }
          checkPushes(loki);
        } finally {
          for (const sender of senders) sender.close();
          await loki.stop();
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('whatever a record holds', () => {
  const record = fc.record(
    {
      eventID: fc.constant('id-of-the-event'),
      responseElements: fc.jsonValue({ maxDepth: 4 }),
      requestParameters: fc.jsonValue({ maxDepth: 4 }),
      resources: fc.array(fc.string({ unit: 'binary', maxLength: 3_000 }), { maxLength: 4 }),
      userAgent: fc.string({ unit: 'binary', maxLength: 3_000 }),
      many: fc.dictionary(fc.string(), fc.string({ maxLength: 200 }), { maxKeys: 40 }),
    },
    { requiredKeys: [] },
  );

  test('its line is within the bound, tells the event, stays JSON, and is the same each time', () => {
    fc.assert(
      fc.property(record, fc.integer({ min: 256, max: 6_000 }), fc.boolean(), (value, maxBytes, isBroken) => {
        const whole = JSON.stringify(value);
        const text = isBroken ? whole.slice(0, -1) : whole;
        const line = lokiLine('aws_cloudtrail', text, 'id-of-the-event', maxBytes);
        expect(Buffer.byteLength(line.text)).toBeLessThanOrEqual(maxBytes);
        expect(line.text.isWellFormed()).toBe(true);
        expect(lokiLine('aws_cloudtrail', text, 'id-of-the-event', maxBytes)).toEqual(line);
        if (line.isCut) expect(line.text).toContain('id-of-the-event');
        else expect(line.text).toBe(text.toWellFormed());
        if (!isBroken) expect(() => JSON.parse(line.text)).not.toThrow();
        expect(line.isCut).toBe(Buffer.byteLength(text.toWellFormed()) > maxBytes);
      }),
      { numRuns: 300 },
    );
  });
});

/** Every push: one stream, in the order of time, within the bounds; and an event is the same each time it is sent to a stream. */
function checkPushes(loki: FakeLoki): void {
  const sent = new Map<string, string>();
  for (const { body } of loki.pushes) {
    const { streams } = JSON.parse(gunzipSync(body).toString());
    expect(streams).toHaveLength(1);
    const [{ stream, values }] = streams;
    const times = values.map(([time]: [string]) => BigInt(time));
    expect(times.every((time: bigint, index: number) => index === 0 || time >= times[index - 1])).toBe(true);
    const size = values.reduce(
      (sum: number, [, line, metadata]: [string, string, object]) =>
        sum + Buffer.byteLength(line + Object.entries(metadata).flat().join('')),
      0,
    );
    expect(values.length).toBeGreaterThan(0);
    expect(values.length).toBeLessThanOrEqual(BOUNDS.maxEntries);
    expect(size <= BOUNDS.maxBytes || values.length === 1).toBe(true);
    for (const value of values) {
      expect(Buffer.byteLength(value[1])).toBeLessThanOrEqual(MAX_LINE);
      const key = JSON.stringify([stream, value[2].event_id]);
      const text = JSON.stringify(value);
      expect(sent.get(key) ?? text).toBe(text);
      sent.set(key, text);
    }
  }
}
