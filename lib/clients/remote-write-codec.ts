/**
 * The two messages of Prometheus remote write, over the wire writer of `@bufbuild/protobuf` and snappy's block format. The
 * messages have five field types between them, so generated code would be more to read than these functions; a property test
 * decodes what they write with other libraries (`protobufjs`, `hysnappy`).
 *
 * @see https://prometheus.io/docs/specs/prw/remote_write_spec/ (1.0) and remote_write_spec_2_0 (2.0-rc.4), read 2026-11-20
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import snappy from 'snappyjs';
import type { Label, SeriesValue } from '../core/model/series.ts';

/** Versions of the protocol. */
export type RemoteWriteProtocol = '1.0' | '2.0';

/** One series with its samples, oldest first. */
export interface WriteSeries {
  readonly series: SeriesValue;
  readonly samples: readonly { readonly timeMs: number; readonly value: number | 'stale' }[];
}

/** What is known of a metric beside its values; families are named as in the exposition format. */
export interface MetricMetadata {
  readonly family: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly unit: string;
}

/** The payload of the NaN that ends a series; an ordinary NaN would be a value. */
const STALE_NAN = 0x7ff0_0000_0000_0002n;

/** Both messages number the types alike as far as they are used here. */
const TYPE_NUMBERS = { counter: 1, gauge: 2, histogram: 3 } as const;

/** `prometheus.WriteRequest` with series alone. */
export function encodeV1(series: readonly WriteSeries[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { series: identity, samples } of series) {
    writer.tag(1, WireType.LengthDelimited).fork();
    for (const [name, value] of labelSet(identity)) {
      writer.tag(1, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.LengthDelimited).string(name);
      writer.tag(2, WireType.LengthDelimited).string(value);
      writer.join();
    }
    for (const sample of samples) writeSample(writer, 2, sample);
    writer.join();
  }
  return writer.finish();
}

/** `prometheus.WriteRequest` with metadata alone: outside the specification of 1.0, sent in requests of its own as Prometheus does. */
export function encodeV1Metadata(metadata: readonly MetricMetadata[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { type, family, help, unit } of metadata) {
    writer.tag(3, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int32(TYPE_NUMBERS[type]);
    writer.tag(2, WireType.LengthDelimited).string(family);
    writer.tag(4, WireType.LengthDelimited).string(help);
    if (unit !== '') writer.tag(5, WireType.LengthDelimited).string(unit);
    writer.join();
  }
  return writer.finish();
}

/**
 * `io.prometheus.write.v2.Request`.
 *
 * Start timestamps are left out: receivers disagree where they stand (a field of the series before rc.4, of the sample since),
 * and the zero before each new series says the same to all of them.
 *
 * @param metadataOf - What is known of a series' metric.
 */
export function encodeV2(
  series: readonly WriteSeries[],
  metadataOf: (series: SeriesValue) => MetricMetadata | undefined = () => undefined,
): Uint8Array {
  const symbols = new Map<string, number>([['', 0]]);
  const refOf = (text: string): number => {
    const known = symbols.get(text);
    if (known !== undefined) return known;
    symbols.set(text, symbols.size);
    return symbols.size - 1;
  };
  const body = new BinaryWriter();
  for (const { series: identity, samples } of series) {
    body.tag(5, WireType.LengthDelimited).fork();
    body.tag(1, WireType.LengthDelimited).fork();
    for (const [name, value] of labelSet(identity)) body.uint32(refOf(name)).uint32(refOf(value));
    body.join();
    for (const sample of samples) writeSample(body, 2, sample);
    const metadata = metadataOf(identity);
    if (metadata !== undefined) {
      body.tag(5, WireType.LengthDelimited).fork();
      body.tag(1, WireType.Varint).int32(TYPE_NUMBERS[metadata.type]);
      body.tag(3, WireType.Varint).uint32(refOf(metadata.help));
      body.tag(4, WireType.Varint).uint32(refOf(metadata.unit));
      body.join();
    }
    body.join();
  }
  const writer = new BinaryWriter();
  for (const symbol of symbols.keys()) writer.tag(4, WireType.LengthDelimited).string(symbol);
  return writer.raw(body.finish()).finish();
}

/** Snappy's block format, as remote write wants it; never the framed one. */
export function compress(message: Uint8Array): Uint8Array {
  return snappy.compress(message);
}

/** `__name__` in its place by order: before every lower-case letter, after every upper-case one. */
function labelSet({ name, labels }: SeriesValue): readonly Label[] {
  const named: Label = ['__name__', name];
  return [named, ...labels].sort(([left], [right]) => (left < right ? -1 : 1));
}

function writeSample(writer: BinaryWriter, field: number, { value, timeMs }: WriteSeries['samples'][number]): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Bit64);
  // written as bits, because a NaN that has passed through arithmetic loses its payload
  if (value === 'stale') writer.fixed64(STALE_NAN);
  else writer.double(value);
  writer.tag(2, WireType.Varint).int64(timeMs);
  writer.join();
}
