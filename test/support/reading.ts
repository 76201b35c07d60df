import { readFileSync } from 'node:fs';
import type { Decoded } from '../../lib/core/model/raw-record.ts';
import type { ReadLimits, Receiver } from '../../lib/core/ports.ts';
import { DEFAULT_LIMITS } from '../../lib/sources/limits.ts';
import { openReader, type ReadContext } from '../../lib/sources/reader.ts';

/** A receiver that remembers what it was given and wants everything parsed. */
export function collector(): Receiver & { readonly items: Decoded[] } {
  const items: Decoded[] = [];
  return {
    items,
    prefilter: undefined,
    take: (item) => {
      items.push(item);
    },
    skipped: () => {
      throw new Error('nothing may be skipped without a prefilter');
    },
  };
}

export interface ReadOptions extends ReadContext {
  readonly limits?: Partial<ReadLimits>;
  /** Positions at which the input is cut into chunks. */
  readonly cuts?: readonly number[];
}

/** Reads a whole input with the reader that parses everything. */
export function readAll(input: string | Uint8Array, { limits, cuts = [], ...context }: ReadOptions = {}): Decoded[] {
  const receiver = collector();
  const reader = openReader('input', receiver, { ...DEFAULT_LIMITS, ...limits }, context);
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    reader.push(bytes.subarray(from, cut));
    from = Math.max(from, cut);
  }
  reader.push(bytes.subarray(from));
  reader.end();
  return receiver.items;
}

/** An item in few words: `k8s_audit`, `k8s_audit truncated`, `dropped read`, `failed bad_json`. */
export function brief(item: Decoded): string {
  if (item.kind === 'record') return `${item.record.source}${item.record.truncated ? ' truncated' : ''}`;
  if (item.kind === 'falco') return 'falco';
  return item.kind === 'dropped' ? `dropped ${item.reason}` : `failed ${item.code}`;
}

/** Texts of the records among the items. */
export function recordTexts(items: readonly Decoded[]): string[] {
  return items.flatMap((item) => (item.kind === 'record' ? [item.record.text] : []));
}

/** The text of a fixture below test/fixtures. */
export function fixture(path: string): string {
  return readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8');
}

/** What reading a fixture gives, each item in few words with its place. */
export function briefs(path: string, options: ReadOptions = {}): string[] {
  return readAll(fixture(path), options).map((item) => {
    const { line, path: step } = item.kind === 'record' ? item.record.origin : item.origin;
    return `${line} ${step === '' ? '.' : step} ${brief(item)}`;
  });
}

/** The envelopes of the records among the items. */
export function envelopes(items: readonly Decoded[]): unknown[] {
  return items.flatMap((item) => (item.kind === 'record' ? [item.record.envelope] : []));
}

/** The hint of the first failure. */
export function firstHint(items: readonly Decoded[]): string | undefined {
  return items.find((item) => item.kind === 'failed')?.hint;
}
