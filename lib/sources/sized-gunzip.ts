import { type Gunzip, gunzipSync } from 'node:zlib';
import type { ReadLimits } from '../core/ports.ts';
import { type Chunks, type InflateFailure, inflate } from './inflate.ts';

/** Largest compressed input that is inflated in one go: CloudTrail objects have some hundred KiB. Larger ones are streamed, so that memory stays bounded. */
const MAX_COMPRESSED_BYTES = 1024 * 1024;
/** Largest text that is inflated in one go. */
const MAX_INFLATED_BYTES = 16 * 1024 * 1024;
/** Smallest and largest first guess at the size of the text. */
const MIN_GUESS_BYTES = 16 * 1024;

/**
 * Does what `inflate` does, in one call of zlib where the input is small and sound: measured, that takes 60 to 75 % of the time, because zlib
 * writes into one piece of the right size. Whatever is unusual about the input is left to `inflate`.
 *
 * @param write - Takes the plain bytes; they are good only until it returns.
 */
export async function inflateInput(
  chunks: Chunks,
  limits: ReadLimits,
  write: (chunk: Uint8Array) => void,
): Promise<InflateFailure | undefined> {
  const held: Uint8Array[] = [];
  let sizeBytes = 0;
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  while (sizeBytes <= MAX_COMPRESSED_BYTES) {
    const next = await iterator.next();
    if (next.done === true) {
      const text = sizedGunzip(joined(held), limits);
      if (text === undefined) return inflate(held, limits, write);
      write(text);
      release(text);
      return undefined;
    }
    held.push(Uint8Array.from(next.value));
    const isHead = sizeBytes < 2;
    sizeBytes += next.value.length;
    // Plain text is not held back.
    if (isHead && sizeBytes >= 2 && !isGzip(held)) break;
  }
  return inflate(resumed(held, iterator), limits, write);
}

/**
 * Frees the memory of a text at once. Left to the garbage collector, megabytes outside its heap make it mark the whole heap every few
 * files, and each file gets fresh pages from the system: together a quarter of the time. A buffer from Node's pool is shared and stays.
 */
function release(text: Buffer<ArrayBuffer>): void {
  if (text.buffer.byteLength > Buffer.poolSize) text.buffer.transfer(0);
}

async function* resumed(held: Uint8Array[], iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  // gone from here once it is passed on: the rest of a large input takes a while
  for (let chunk = held.shift(); chunk !== undefined; chunk = held.shift()) yield chunk;
  while (true) {
    const next = await iterator.next();
    if (next.done === true) return;
    yield next.value;
  }
}

/** The chunks as one, without a copy where there is only one. */
function joined([first, ...more]: readonly Uint8Array[]): Buffer {
  if (first === undefined || more.length > 0) return Buffer.concat(first === undefined ? [] : [first, ...more]);
  return Buffer.from(first.buffer, first.byteOffset, first.length);
}

function isGzip(held: readonly Uint8Array[]): boolean {
  const head = Buffer.concat(held.map((chunk) => chunk.subarray(0, 2)));
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Inflates a whole gzip file at once. The trailer's length is a hint for the size of the output: it is that of the last member only, modulo 2^32, and may lie.
 *
 * @returns undefined when the bytes are not one sound run of gzip members within the bounds, whose text is no gzip itself.
 */
export function sizedGunzip(bytes: Buffer, limits: ReadLimits): Buffer<ArrayBuffer> | undefined {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return undefined;
  const maxOutputLength = Math.min(MAX_INFLATED_BYTES, limits.maxInflatedBytes, bytes.length * limits.maxInflationRatio);
  // One byte more than the text needs, or zlib asks for a second piece only to find that there is none.
  const guess = bytes.readUInt32LE(bytes.length - 4) + 1;
  const chunkSize = Math.max(MIN_GUESS_BYTES, Math.min(guess, maxOutputLength));
  try {
    const { buffer, engine } = gunzipWithEngine(bytes, { chunkSize, maxOutputLength });
    const isWhole = engine.bytesWritten === bytes.length;
    return isWhole && !(buffer[0] === 0x1f && buffer[1] === 0x8b) ? buffer : undefined;
  } catch {
    return undefined; // inflate() finds out what is wrong, and what can be read before it
  }
}

/** With `info`, zlib also gives the engine, which knows how many bytes it took; the types of Node's do not say so (nodejs.org/api/zlib.html, class Options). */
function gunzipWithEngine(
  bytes: Buffer,
  options: { readonly chunkSize: number; readonly maxOutputLength: number },
): { readonly buffer: Buffer<ArrayBuffer>; readonly engine: Pick<Gunzip, 'bytesWritten'> } {
  return gunzipSync(bytes, { ...options, info: true }) as unknown as { buffer: Buffer<ArrayBuffer>; engine: Gunzip };
}
