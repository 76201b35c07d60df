import { gunzipSync, inflateRawSync } from 'node:zlib';
import protobuf from 'protobufjs/minimal.js';
import SnappyJS from 'snappyjs';
import { Refusal } from './answer.ts';
import { type Labels, labelText, parseLabels } from './labels.ts';
import type { LokiLimits } from './limits.ts';

/** One entry as it was pushed. */
export interface PushedEntry {
  readonly timeNs: bigint;
  readonly line: string;
  readonly metadata: readonly (readonly [string, string])[];
}
export interface PushedStream {
  readonly labels: Labels;
  readonly entries: readonly PushedEntry[];
}

/** Go's zero time: what a missing or impossible time becomes. */
const ZERO_TIME_NS = -62_135_596_800_000_000_000n;

/** Reads a push as Loki does, with its tolerance and its strictness. */
export function readPush(headers: Readonly<Record<string, string | undefined>>, body: Buffer, limits: LokiLimits): readonly PushedStream[] {
  const type = mediaType(headers['content-type']);
  const encoding = headers['content-encoding'] ?? '';
  if (!['', 'gzip', 'deflate', 'snappy'].includes(encoding))
    throw new Refusal(400, `Content-Encoding ${JSON.stringify(encoding)} not supported`);
  const isJson = type === 'application/json';
  if (body.length > limits.max_recv_msg_size) {
    if (!isJson)
      throw new Refusal(413, `request body too large: message size too large than max (${body.length} vs ${limits.max_recv_msg_size})`);
    const isOneOver = body.length === limits.max_recv_msg_size + 1;
    throw new Refusal(
      400,
      isOneOver
        ? `compressed message size ${body.length} exceeds limit ${limits.max_recv_msg_size}`
        : 'readStringSlowPath: unexpected end of input',
    );
  }
  const inflated = inflate(encoding, body);
  if (inflated.length > limits.max_decompressed_size) throw new Refusal(400, 'readStringSlowPath: unexpected end of input');
  return isJson ? readJson(inflated) : readProtobuf(inflated);
}

function mediaType(header: string | undefined): string {
  if (header === undefined || header === '') throw new Refusal(400, 'mime: no media type');
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim());
  if (parameters.some((parameter) => !/^[^=]+=.+$/.test(parameter))) throw new Refusal(400, 'mime: invalid media parameter');
  return type.toLowerCase();
}

function inflate(encoding: string, body: Buffer): Buffer {
  if (encoding === 'gzip') {
    if (body[0] !== 0x1f || body[1] !== 0x8b) throw new Refusal(400, 'gzip: invalid header');
    try {
      return gunzipSync(body);
    } catch (cause) {
      // the reader stops at the end of the JSON and never sees the check sum
      if (cause instanceof Error && cause.message === 'incorrect data check') return inflateRawSync(body.subarray(10));
      throw new Refusal(400, 'loghttp.PushRequest.Streams: []loghttp.LogProtoStream: unexpected EOF');
    }
  }
  if (encoding !== 'deflate') return body;
  try {
    return inflateRawSync(body);
  } catch {
    throw new Refusal(400, 'EOF');
  }
}

function readJson(bytes: Buffer): readonly PushedStream[] {
  if (bytes.length === 0) throw new Refusal(400, 'EOF');
  if (bytes[0] === 0xef) throw unreadable('readObjectStart: expect { or n, but found \ufffd');
  const root = firstValue(bytes.toString('utf8'));
  if (root === null) return [];
  if (!isObject(root)) throw unreadable('readObjectStart: expect { or n');
  const streams = root['streams'] ?? [];
  if (!Array.isArray(streams)) throw unreadable('decode slice: expect [ or n');
  return streams.map((stream: unknown) => {
    if (!isObject(stream)) throw unreadable('readObjectStart');
    return { labels: jsonLabels(stream['stream'] ?? {}), entries: jsonEntries(stream['values'] ?? []) };
  });
}

/** The first JSON value of a text: what follows it is never read. */
function firstValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(text.slice(0, endOfValue(text)));
    } catch {
      throw unreadable('unexpected end of input');
    }
  }
}

function endOfValue(text: string): number {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

function jsonLabels(value: unknown): Labels {
  if (!isObject(value)) throw unreadable("Value looks like object, but can't find closing '}' symbol");
  const pairs = Object.entries(value).map(
    ([name, each]) => [name, typeof each === 'string' ? wellFormed(each) : JSON.stringify(each)] as const,
  );
  return Object.fromEntries(pairs);
}

function jsonEntries(values: unknown): readonly PushedEntry[] {
  if (!Array.isArray(values)) throw unreadable('decode slice: expect [ or n');
  return values.filter((value) => value !== null).map(jsonEntry);
}

function jsonEntry(value: unknown): PushedEntry {
  if (!Array.isArray(value)) throw unreadable('Value looks like Number/Boolean/None');
  const [time, line, metadata] = value as readonly unknown[];
  if (value.length > 1 && typeof line !== 'string') throw unreadable("Value is string, but can't find closing '\"' symbol");
  return {
    timeNs: value.length === 0 ? ZERO_TIME_NS : jsonTime(time),
    line: wellFormed(String(line ?? '')),
    metadata: value.length < 3 ? [] : jsonMetadata(metadata),
  };
}

function jsonTime(value: unknown): bigint {
  if (typeof value !== 'string' || !/^(?:0|-?[1-9]\d*)$/.test(value)) throw unreadable('Value looks like Number/Boolean/None');
  const ns = BigInt(value);
  if (ns !== BigInt.asIntN(64, ns)) throw unreadable('Value looks like Number/Boolean/None');
  return ns;
}

function jsonMetadata(value: unknown): PushedEntry['metadata'] {
  if (!isObject(value)) throw unreadable("Value looks like object, but can't find closing '}' symbol");
  return Object.entries(value).map(([name, each]) => {
    if (typeof each !== 'string') throw unreadable("Value is string, but can't find closing '\"' symbol");
    return [name, wellFormed(each)] as const;
  });
}

function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw unreadable('Value looks like Number/Boolean/None');
  return text;
}

function unreadable(what: string): Refusal {
  return new Refusal(400, `loghttp.PushRequest.Streams: []loghttp.LogProtoStream: unmarshalerDecoder: ${what}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readProtobuf(bytes: Buffer): readonly PushedStream[] {
  try {
    const inflated = SnappyJS.uncompress(bytes);
    const streams: PushedStream[] = [];
    eachField(inflated, (field, value) => {
      if (field === 1 && value instanceof Uint8Array) streams.push(protoStream(value));
    });
    return streams;
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(400, 'snappy: corrupt input');
  }
}

type Field = number | bigint | Uint8Array;

function eachField(bytes: Uint8Array, take: (field: number, value: Field) => void): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if ((tag & 7) === 2) take(tag >>> 3, reader.bytes());
    else if ((tag & 7) === 0) take(tag >>> 3, BigInt(String(reader.int64())));
    else reader.skipType(tag & 7);
  }
}

function protoStream(bytes: Uint8Array): PushedStream {
  let labels: Labels = {};
  const entries: PushedEntry[] = [];
  eachField(bytes, (field, value) => {
    if (!(value instanceof Uint8Array)) return;
    if (field === 1) labels = parseLabels(Buffer.from(value).toString('utf8'), true);
    if (field === 2) entries.push(protoEntry(value));
  });
  return { labels, entries };
}

function protoEntry(bytes: Uint8Array): PushedEntry {
  let timeNs = 0n;
  let line = '';
  const metadata: [string, string][] = [];
  eachField(bytes, (field, value) => {
    if (!(value instanceof Uint8Array)) return;
    if (field === 1) timeNs = protoTime(value);
    if (field === 2) line = Buffer.from(value).toString('utf8');
    if (field === 3) metadata.push(protoPair(value));
  });
  return { timeNs, line, metadata };
}

function protoTime(bytes: Uint8Array): bigint {
  let [seconds, nanos] = [0n, 0n];
  eachField(bytes, (field, value) => {
    if (typeof value !== 'bigint') return;
    if (field === 1) seconds = value;
    if (field === 2) nanos = value;
  });
  return nanos < 0n || nanos >= 1_000_000_000n ? ZERO_TIME_NS : seconds * 1_000_000_000n + nanos;
}

function protoPair(bytes: Uint8Array): [string, string] {
  const pair: [string, string] = ['', ''];
  eachField(bytes, (field, value) => {
    if (value instanceof Uint8Array && (field === 1 || field === 2)) pair[field - 1] = Buffer.from(value).toString('utf8');
  });
  return pair;
}

/** Size of a push as the message between distributor and ingester, in bytes. */
export function protoSize(streams: readonly PushedStream[]): number {
  const sized = (bytes: number): number => bytes + 1 + (bytes < 128 ? 1 : bytes < 16_384 ? 2 : bytes < 2_097_152 ? 3 : 4);
  const text = (value: string): number => sized(Buffer.byteLength(value));
  let total = 0;
  for (const { labels, entries } of streams) {
    let size = text(labelText(labels)) + 10;
    for (const { timeNs, line, metadata } of entries) {
      const pairs = metadata.reduce((sum, [name, value]) => sum + sized(text(name) + text(value)), 0);
      size += sized(8 + nanosSize(timeNs) + text(line) + pairs);
    }
    total += sized(size);
  }
  return total;
}

/** Size of the field `nanos` of a time, which is left out when it is 0. */
function nanosSize(timeNs: bigint): number {
  const nanos = Number(timeNs % 1_000_000_000n);
  return nanos === 0 ? 0 : 1 + Math.ceil((Math.floor(Math.log2(Math.abs(nanos))) + 1) / 7);
}
