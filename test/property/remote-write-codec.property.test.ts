import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compress, encodeV1, encodeV1Metadata, encodeV2, type WriteSeries } from '../../lib/clients/remote-write-codec.ts';
import { mergeSeries, seriesId } from '../../lib/core/model/series.ts';
import { inflate, type ReceivedSeries, readV1, readV2 } from '../support/fake-receiver/decode.ts';

const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,20}$/);
const text = fc.string({ unit: 'binary', maxLength: 300 });
const value = fc.oneof(
  fc.double(),
  fc.integer({ min: 0 }),
  fc.constant<'stale'>('stale'),
  fc.constantFrom(2 ** 53 - 1, Number.NaN, -0, 5e-324),
);
const timeMs = fc.integer({ min: -8.64e15, max: 8.64e15 });
const samples = fc
  .array(fc.record({ timeMs, value }), { minLength: 1, maxLength: 3 })
  .map((list) => list.sort((a, b) => a.timeMs - b.timeMs).filter(({ timeMs }, at) => at === 0 || list[at - 1]?.timeMs !== timeMs));
/** Series as the sink has them: through the same cleaning. */
const request = fc
  .array(fc.record({ name, labels: fc.array(fc.tuple(name, text), { maxLength: 6 }), samples }), { maxLength: 20 })
  .map((rows) => {
    const byId = new Map<string, WriteSeries>();
    for (const row of rows) {
      const [series] = mergeSeries([{ name: row.name, kind: 'counter', labels: row.labels, value: 0 }]).values();
      if (series !== undefined) byId.set(seriesId(series), { series, samples: row.samples });
    }
    return [...byId.values()];
  });

const expected = (series: readonly WriteSeries[]): readonly ReceivedSeries[] =>
  series.map(({ series: { name, labels }, samples }) => ({
    labels: [['__name__', name] as const, ...labels].sort(([a], [b]) => (a < b ? -1 : 1)),
    samples: samples.map(({ timeMs, value }) => ({ timeMs, value: value === 'stale' ? Number.NaN : value, isStale: value === 'stale' })),
  }));

describe('what is written is read by other libraries', () => {
  test('1.0', () => {
    fc.assert(
      fc.property(request, (series) => {
        const read = readV1(inflate(compress(encodeV1(series))));
        expect(read.faults).toEqual([]);
        expect(read.series).toEqual(expected(series));
      }),
    );
  }, 30_000);

  test('2.0, each text once', () => {
    const metadata = { family: 'f', type: 'counter', help: 'What it counts.', unit: 'seconds' } as const;
    fc.assert(
      fc.property(request, (series) => {
        const read = readV2(inflate(compress(encodeV2(series, () => metadata))));
        expect(read.faults).toEqual([]);
        expect(read.series).toEqual(
          expected(series).map((entry) => ({ ...entry, metadata: { type: 1, help: metadata.help, unit: 'seconds' } })),
        );
      }),
    );
  }, 30_000);

  test('metadata of 1.0', () => {
    const entry = fc.record({
      family: name,
      type: fc.constantFrom('counter', 'gauge', 'histogram'),
      help: text.map((help) => help.toWellFormed()),
      unit: fc.constantFrom('', 'bytes'),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 10 }), (entries) => {
        const numbers = { counter: 1, gauge: 2, histogram: 3 };
        const read = readV1(inflate(compress(encodeV1Metadata(entries))));
        expect(read.metadata).toEqual(entries.map(({ type, ...rest }) => ({ ...rest, type: numbers[type] })));
      }),
    );
  }, 30_000);

  test('snappy, whatever the bytes and however often they repeat', () => {
    const runs = fc.array(fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 400 })), { maxLength: 8 });
    fc.assert(
      fc.property(runs, (parts) => {
        const bytes = Buffer.concat(parts.flatMap(([part, times]) => Array.from({ length: times }, () => part)));
        expect(Buffer.compare(Buffer.from(inflate(compress(new Uint8Array(bytes)))), bytes)).toBe(0);
      }),
    );
  }, 30_000);
});

test('the NaN that ends a series keeps its bits, which an ordinary one does not have', () => {
  const [series] = mergeSeries([{ name: 'a', kind: 'counter', labels: [], value: 0 }]).values();
  if (series === undefined) throw new Error('no series');
  const { series: read } = readV1(
    encodeV1([
      {
        series,
        samples: [
          { timeMs: 1, value: 'stale' },
          { timeMs: 2, value: Number.NaN },
        ],
      },
    ]),
  );
  expect(read[0]?.samples.map(({ isStale }) => isStale)).toEqual([true, false]);
});
