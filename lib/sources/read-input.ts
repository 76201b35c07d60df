import type { FailureCode } from '../core/errors.ts';
import type { ReadLimits, Receiver } from '../core/ports.ts';
import type { Chunks } from './inflate.ts';
import { openReader, type ReadContext, type Reader } from './reader.ts';
import { openFastReader } from './scanner/fast-reader.ts';
import { inflateInput } from './sized-gunzip.ts';
import { fromUtf16 } from './utf16.ts';

/** Opens a reader; the scanner's fast one has the same shape as the one that parses everything. */
export type OpenReader = (name: string, receiver: Receiver, limits: ReadLimits, context: ReadContext) => Reader;

/**
 * Reads one input from its bytes, compressed or not, with memory bounded whatever its size. Never rejects: what cannot be read is counted as failed,
 * everything before it is read.
 */
export async function readInput(
  name: string,
  chunks: Chunks,
  receiver: Receiver,
  limits: ReadLimits,
  context: ReadContext = {},
  open: OpenReader = receiver.prefilter === undefined ? openReader : openFastReader,
): Promise<void> {
  const reader = open(name, receiver, limits, context);
  const text = fromUtf16((chunk) => reader.push(chunk));
  const failure = await inflateInput(chunks, limits, text.write).catch(unreadable);
  text.end();
  // What damaged the input stands where its text ends.
  const line = reader.end();
  if (failure !== undefined) receiver.take({ kind: 'failed', origin: { input: name, line, path: '' }, ...failure });
}

/** A source of bytes that fails: the file vanished, is a folder, may not be read, the pipe broke. */
function unreadable(cause: unknown): { readonly code: FailureCode; readonly hint: string } {
  if (!isSystemError(cause)) throw cause;
  return { code: 'unreadable', hint: `cannot be read: ${cause.code}` };
}

function isSystemError(cause: unknown): cause is Error & { readonly code: string } {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && 'syscall' in cause;
}
