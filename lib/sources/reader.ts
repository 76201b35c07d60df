import { openDecoder } from '../core/decode/decoder.ts';
import type { Decoded } from '../core/model/raw-record.ts';
import type { ReadLimits, Receiver } from '../core/ports.ts';
import { inflateBase64 } from './inflate-base64.ts';

/** What the caller knows about an input that its records do not say. */
export interface ReadContext {
  /** EKS or Kubernetes cluster of the audit events in it. */
  readonly cluster?: string;
  /** Line of the text at which reading begins, from 1; for a reader that takes over in the middle of an input. */
  readonly firstLine?: number;
}

/**
 * Takes the inflated bytes of one input, in order and in pieces of any size, and gives what is in them to a receiver.
 * Synchronous; all memory it needs is bounded by the limits. Nothing may be pushed after `end`.
 */
export interface Reader {
  push(chunk: Uint8Array): void;
  /**
   * Ends the input; what is incomplete is counted now.
   *
   * @returns The line on which the text ends, from `firstLine`: where it was cut or damaged, if it was.
   */
  end(): number;
}

/** Opens the reader that parses everything it reads; every format, every shape. */
export function openReader(name: string, receiver: Receiver, limits: ReadLimits, context: ReadContext = {}): Reader {
  const decoder = openDecoder({
    input: name,
    line: context.firstLine ?? 1,
    envelope: context.cluster === undefined ? {} : { cluster: context.cluster },
    limits,
    inflate: (base64) => inflateBase64(base64, limits),
    take: (item: Decoded) => receiver.take(item),
  });
  // Bytes that are no UTF-8 become U+FFFD, and a byte order mark at the beginning is taken off; so says the WHATWG standard.
  const utf8 = new TextDecoder('utf-8');
  return {
    push: (chunk) => decoder.push(utf8.decode(chunk, { stream: true })),
    end: () => {
      decoder.push(utf8.decode());
      return decoder.end() + (context.firstLine ?? 1) - 1;
    },
  };
}
