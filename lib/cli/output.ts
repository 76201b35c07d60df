import { writeSync } from 'node:fs';

/** How much text is gathered before it is written, in UTF-16 units. */
const CHUNK_CHARS = 65_536;
/** Of one UTF-16 unit. */
const MAX_UTF8_BYTES = 3;

/** Thrown by an output whose reader has gone away (`| head`): the run ends, and that is no failure. */
export class ReaderGone extends Error {}

/** The output cannot be written any more (a full disk, say); the message says why. */
export class OutputFailed extends Error {}

/** Where a result or a message goes. */
export interface Output {
  /** Takes text; it is written in order, at the latest by `flush`. */
  write(text: string): void;
  flush(): void;
}

/**
 * Writes to a file descriptor and returns only when the system has taken the text. Readers of audit logs are faster than
 * most readers of findings, so this is the back pressure: nothing is read while the consumer has not taken what is there,
 * and nothing piles up in memory.
 *
 * @throws {ReaderGone} when nobody reads any more (EPIPE).
 * @throws {OutputFailed} when the system refuses the text; it is wrapped so that no reader of inputs takes it for its own.
 */
export function outputTo(fd: number): Output {
  let pending = '';
  const encoder = new TextEncoder();
  // used again for each write: a buffer of its own would stay until V8's heap is collected
  const bytes = new Uint8Array(CHUNK_CHARS * MAX_UTF8_BYTES);
  const flush = (): void => {
    let text = pending;
    pending = '';
    while (text !== '') {
      const { read, written } = encoder.encodeInto(text, bytes);
      text = text.slice(read);
      writeAll(fd, bytes.subarray(0, written));
    }
  };
  return {
    write(text) {
      pending += text;
      if (pending.length >= CHUNK_CHARS) flush();
    },
    flush,
  };
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (cause) {
      const code = codeOf(cause);
      if (code === 'EPIPE') throw new ReaderGone('nobody reads the output any more', { cause });
      if (code !== 'EAGAIN') throw new OutputFailed(`cannot write the output: ${code ?? String(cause)}`, { cause });
      pauseMs(5); // a pipe or terminal that somebody made non-blocking is full
    }
  }
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

function pauseMs(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
