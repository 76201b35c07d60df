/**
 * Reads remote-write requests with other libraries than those that write them (protobufjs and hysnappy), from the published
 * message definitions, and names everything in a request that the specification forbids.
 */
import { snappyUncompress } from 'hysnappy';
import protobuf from 'protobufjs';

/** One series of a request. */
export interface ReceivedSeries {
  /** In the order of the request. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly samples: readonly { readonly timeMs: number; readonly value: number; readonly isStale: boolean }[];
  /** 2.0 alone. */
  readonly metadata?: { readonly type: number; readonly help: string; readonly unit: string };
}

/** One request, read. */
export interface ReceivedRequest {
  readonly series: readonly ReceivedSeries[];
  readonly metadata: readonly { readonly type: number; readonly family: string; readonly help: string; readonly unit: string }[];
  /** What a strict receiver would find fault with. */
  readonly faults: readonly string[];
}

const V1 = protobuf
  .parse(
    `
  syntax = "proto3";
  message WriteRequest { repeated TimeSeries timeseries = 1; reserved 2; repeated MetricMetadata metadata = 3; }
  message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
  message Label { string name = 1; string value = 2; }
  message Sample { fixed64 value = 1; int64 timestamp = 2; }
  message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
`,
    { keepCase: true },
  )
  .root.lookupType('WriteRequest');

const V2 = protobuf
  .parse(
    `
  syntax = "proto3";
  message Request { reserved 1 to 3; repeated string symbols = 4; repeated TimeSeries timeseries = 5; }
  message TimeSeries { repeated uint32 labels_refs = 1; repeated Sample samples = 2; Metadata metadata = 5; }
  message Sample { fixed64 value = 1; int64 timestamp = 2; int64 start_timestamp = 3; }
  message Metadata { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }
`,
    { keepCase: true },
  )
  .root.lookupType('Request');

const STALE = 0x7ff0_0000_0000_0002n;
const MAX_BYTES = 32 * 1024 * 1024;

interface RawSample {
  readonly value: string;
  readonly timestamp: string;
}

interface RawV1 {
  readonly timeseries: readonly {
    readonly labels: readonly { readonly name: string; readonly value: string }[];
    readonly samples: readonly RawSample[];
  }[];
  readonly metadata: readonly {
    readonly type: number;
    readonly metric_family_name: string;
    readonly help: string;
    readonly unit: string;
  }[];
}

interface RawV2 {
  readonly symbols: readonly string[];
  readonly timeseries: readonly {
    readonly labels_refs: readonly number[];
    readonly samples: readonly RawSample[];
    readonly metadata?: { readonly type: number; readonly help_ref: number; readonly unit_ref: number } | null;
  }[];
}

/** What `toObject` makes of a message: defaults filled in, 64-bit numbers as decimal text, which loses nothing. */
const AS_TEXT = { defaults: true, arrays: true, longs: String } as const;

/** Inflates a body of snappy's block format; its length stands before it as a varint. */
export function inflate(body: Uint8Array): Uint8Array {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = body[at] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if ((byte & 0x80) === 0) break;
  }
  if (length > MAX_BYTES) throw new Error(`inflates to ${length} bytes, a receiver takes ${MAX_BYTES}`);
  return length === 0 ? new Uint8Array() : snappyUncompress(body, length);
}

/** Reads a message of 1.0. */
export function readV1(message: Uint8Array): ReceivedRequest {
  const { timeseries, metadata } = V1.toObject(V1.decode(message), AS_TEXT) as RawV1;
  const series = timeseries.map(({ labels, samples }) => ({
    labels: labels.map(({ name, value }) => [name, value] as const),
    samples: samples.map(sampleOf),
  }));
  return {
    series,
    metadata: metadata.map(({ metric_family_name: family, ...rest }) => ({ family, ...rest })),
    faults: faultsOf(series),
  };
}

/** Reads a message of 2.0. */
export function readV2(message: Uint8Array): ReceivedRequest {
  const { symbols, timeseries } = V2.toObject(V2.decode(message), AS_TEXT) as RawV2;
  const faults: string[] = [];
  if (symbols[0] !== '') faults.push('the first symbol is not empty');
  if (new Set(symbols).size !== symbols.length) faults.push('a symbol stands twice');
  const symbol = (ref: number): string => {
    const text = symbols[ref];
    if (text === undefined) faults.push(`reference ${ref} is out of range`);
    return text ?? '';
  };
  const series = timeseries.map(({ labels_refs: refs, samples, metadata }) => {
    if (refs.length % 2 !== 0) faults.push('an odd number of references');
    const labels = refs.flatMap((ref, at) => (at % 2 === 0 ? [[symbol(ref), symbol(refs[at + 1] ?? -1)] as const] : []));
    const known = metadata === undefined || metadata === null ? undefined : metadata;
    return {
      labels,
      samples: samples.map(sampleOf),
      ...(known === undefined ? {} : { metadata: { type: known.type, help: symbol(known.help_ref), unit: symbol(known.unit_ref) } }),
    };
  });
  return { series, metadata: [], faults: [...faults, ...faultsOf(series)] };
}

function sampleOf({ value, timestamp }: RawSample) {
  const bits = BigInt(value);
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return { timeMs: Number(timestamp), value: view.getFloat64(0), isStale: bits === STALE };
}

function faultsOf(series: readonly ReceivedSeries[]): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { labels, samples } of series) {
    const id = JSON.stringify(labels);
    if (seen.has(id)) faults.push(`series twice: ${id}`);
    seen.add(id);
    const names = labels.map(([name]) => name);
    if (!names.includes('__name__')) faults.push(`no name: ${id}`);
    names.forEach((name, at) => {
      if (at > 0 && !(names[at - 1] !== undefined && String(names[at - 1]) < name)) faults.push(`labels not sorted or repeated: ${id}`);
    });
    for (const [name, value] of labels) {
      if (value === '') faults.push(`empty value: ${id}`);
      if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) faults.push(`label name: ${name}`);
      if (name.startsWith('__') && name !== '__name__') faults.push(`reserved label name: ${name}`);
    }
    if (samples.length === 0) faults.push(`no sample: ${id}`);
    samples.forEach(({ timeMs }, at) => {
      if (at > 0 && (samples[at - 1]?.timeMs ?? 0) >= timeMs) faults.push(`samples not in order: ${id}`);
    });
  }
  return faults;
}
