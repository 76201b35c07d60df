import type { DropReason, FailureCode } from '../errors.ts';
import type { JsonObject } from '../model/audit-event.ts';
import type { Decoded, Envelope, EventSource, Origin } from '../model/raw-record.ts';
import type { ReadLimits } from '../ports.ts';

/** What an envelope's base64 payload holds: the texts that could be unpacked, and what went wrong with the rest. */
export interface Inflated {
  readonly texts: readonly string[];
  readonly failure?: { readonly code: FailureCode; readonly hint: string };
}

/** Unpacks base64 that may hold gzip or zlib data, within bounds; given by the sources, because core knows no bytes. */
export type Inflate = (base64: string) => Inflated;

/** How much may be expected of a text: an input or a message body should hold records, a log line need not. */
export type Mode = 'input' | 'body' | 'log';

/** Where a text stands and what the envelopes around it say. */
export interface Surroundings {
  readonly input: string;
  readonly line: number;
  readonly path: string;
  readonly envelope: Envelope;
  /** How many envelopes lie around it. */
  readonly level: number;
  readonly mode: Mode;
}

/** What formats may ask of the decoder that called them. */
export interface Decoder {
  readonly limits: ReadLimits;
  readonly inflate: Inflate;
  /** Takes one counted item. */
  emit(decoded: Decoded): void;
  /** Decodes a text that an envelope held. */
  text(text: string, around: Surroundings): void;
  /** Decodes one object whose text and value are known. */
  value(text: string, value: JsonObject, around: Surroundings): void;
}

/** One JSON object of the input with its text, as formats see it. */
export interface Item {
  readonly text: string;
  readonly value: JsonObject;
  readonly around: Surroundings;
  readonly decoder: Decoder;
}

/** Reads one wire format: false when the object is not of that format, true when all that is in it was counted. */
export type Format = (item: Item) => boolean;

/** The origin that messages and findings show. */
export function originOf(around: Surroundings): Origin {
  return { input: around.input, line: around.line, path: around.path };
}

/** Counts the item as a record; the text is its own unless a decoded string is the record. */
export function record(item: Item, source: EventSource): true {
  const { around, decoder, text } = item;
  decoder.emit({ kind: 'record', record: { source, text, origin: originOf(around), envelope: around.envelope, truncated: false } });
  return true;
}

/** Counts the item as dropped. */
export function drop(item: Item, reason: DropReason): true {
  item.decoder.emit({ kind: 'dropped', reason, origin: originOf(item.around) });
  return true;
}

/** Counts the item as failed. */
export function fail(item: Item, code: FailureCode, hint: string): true {
  item.decoder.emit({ kind: 'failed', code, origin: originOf(item.around), hint });
  return true;
}

/** The surroundings of what lies one envelope further in. */
export function inside(around: Surroundings, step: string, envelope: Envelope = {}, mode: Mode = around.mode): Surroundings {
  const path = around.path === '' ? step : `${around.path}.${step}`;
  return { ...around, path, envelope: { ...around.envelope, ...envelope }, level: around.level + 1, mode };
}

/** Decodes what a base64 member holds; damage is counted beside what could be read. */
export function inflated(item: Item, base64: string, around: Surroundings): true {
  const { texts, failure } = item.decoder.inflate(base64);
  for (const text of texts) item.decoder.text(text, around);
  if (failure !== undefined) item.decoder.emit({ kind: 'failed', origin: originOf(around), ...failure });
  return true;
}
