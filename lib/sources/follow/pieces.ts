/**
 * Pieces of a file that grows: whole lines as far as they are written, or the whole file when it is a document (compressed, or JSON
 * over several lines). What is not complete is left for later, and nothing is held in memory but a piece's chunks.
 */
import type { FileHandle } from 'node:fs/promises';
import type { Chunks } from '../inflate.ts';

const CHUNK_BYTES = 256 * 1024;
/** A piece ends at the first line end behind so many bytes. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** A line longer than this is read in a piece of its own, as a stream. */
const LONG_LINE_BYTES = 16 * 1024 * 1024;
/** Enough to see whether a first line is a whole record. */
const PEEK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Bytes to read now. */
export interface Piece {
  readonly chunks: Chunks;
  /** Where reading goes on, known when all chunks were taken; undefined: the last line is not complete, read it again later. */
  end(): PieceEnd | undefined;
}
export interface PieceEnd {
  readonly offset: number;
  /** Line ends in the piece. */
  readonly lines: number;
}

/** The whole lines between an offset and the size a file has now. */
export function linesOf(handle: FileHandle, offset: number, sizeBytes: number): Piece {
  let committed = offset;
  let lines = 0;
  let isOpen = false;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let held: Uint8Array[] = [];
    // of the line that has not ended, those that were given already too
    let openBytes = 0;
    for await (const chunk of readFrom(handle, offset, sizeBytes)) {
      const end = chunk.lastIndexOf(NEWLINE) + 1;
      if (end > 0) {
        yield* held;
        const whole = chunk.subarray(0, end);
        yield whole;
        committed += openBytes + end;
        lines += countLines(whole);
        isOpen = false;
        if (committed - offset >= PIECE_BYTES) return;
        held = [];
        openBytes = 0;
      }
      if (end === chunk.length) continue;
      const rest = chunk.subarray(end);
      openBytes += rest.length;
      held.push(rest);
      if (openBytes <= LONG_LINE_BYTES) continue;
      if (committed > offset) return; // the long line gets a piece of its own
      yield* held;
      held = [];
      isOpen = true;
    }
  }
  return { chunks: chunks(), end: () => (isOpen || committed === offset ? undefined : { offset: committed, lines }) };
}

/** All bytes from an offset to the size a file has now: a document, or a last line that nobody ended. */
export function restOf(handle: FileHandle, offset: number, sizeBytes: number): Piece {
  let at = offset;
  let lines = 0;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of readFrom(handle, offset, sizeBytes)) {
      yield chunk;
      at += chunk.length;
      lines += countLines(chunk);
    }
  }
  return { chunks: chunks(), end: () => ({ offset: at, lines }) };
}

/**
 * What a file looks like from its beginning: `lines` when its first line can be read by itself, `document` when it must be
 * read as a whole, undefined when too little is written to tell.
 */
export async function formOf(handle: FileHandle, sizeBytes: number): Promise<'lines' | 'document' | undefined> {
  const length = Math.min(sizeBytes, PEEK_BYTES);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
  const head = buffer.subarray(0, bytesRead);
  if (head.length < 2) return undefined;
  if (head[0] === 0x1f && head[1] === 0x8b) return 'document';
  const text = head.toString('latin1').trimStart();
  if (!text.startsWith('{') && !text.startsWith('[')) return text === '' ? undefined : 'lines';
  const lineEnd = text.indexOf('\n');
  // one long line is read as it comes: whatever it holds ends with it, or with the file
  if (lineEnd === -1) return bytesRead === PEEK_BYTES ? 'lines' : undefined;
  return isJson(text.slice(0, lineEnd)) ? 'lines' : 'document';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function* readFrom(handle: FileHandle, offset: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = offset; at < sizeBytes; ) {
    const length = Math.min(CHUNK_BYTES, sizeBytes - at);
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) return; // truncated while it was read
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

function countLines(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
