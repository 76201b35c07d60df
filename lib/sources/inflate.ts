import { constants, createGunzip, type Gunzip, gunzipSync } from 'node:zlib';
import type { FailureCode } from '../core/errors.ts';
import type { ReadLimits } from '../core/ports.ts';

/** Bytes of one input, in order; a chunk is good only until the next is asked for. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Why the rest of an input could not be inflated; all before it was given. */
export interface InflateFailure {
  readonly code: FailureCode;
  readonly hint: string;
}

/** Inflated bytes that no ratio is asked of: short texts may be very regular. */
const FREE_BYTES = 1024 * 1024;
/** Input is given to zlib in slices of this size: what is lost at a damaged place is at most the output of one of them. */
const SLICE_BYTES = 64 * 1024;
/** zlib writes into pieces of this size. */
const OUTPUT_BYTES = 64 * 1024;
/**
 * Up to this size the compressed input is kept, so that a damaged file gives every byte before the damage; of a larger one less than one
 * piece of output is lost there. CloudTrail objects and rotated audit logs are smaller.
 */
const MAX_HISTORY_BYTES = 1024 * 1024;
const MAX_REPLAYED_BYTES = 64 * 1024 * 1024;
/** A log file is compressed once, by mistake twice. */
const MAX_LAYERS = 3;

/**
 * Gives the plain bytes of an input to `write`: gzip, known by its magic and not by a name, is inflated, in several members and with zero padding behind
 * them, and gzip inside gzip too; everything else is passed on as it is. What can be read before damage is given.
 *
 * @param write - Takes the plain bytes; they are good only until it returns.
 * @returns `bad_gzip` for a damaged or cut stream, `bomb` beyond the bounds; undefined when all was read.
 */
export async function inflate(chunks: Chunks, limits: ReadLimits, write: (chunk: Uint8Array) => void): Promise<InflateFailure | undefined> {
  const first = new Layer(limits, write, 1);
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      const failure = await first.push(chunk.subarray(at, at + SLICE_BYTES));
      if (failure !== undefined) return failure;
    }
  }
  return first.end();
}

/** One layer of compression, or none: that is known from the first two bytes. */
class Layer {
  readonly #limits: ReadLimits;
  readonly #write: (chunk: Uint8Array) => void;
  readonly #depth: number;
  #head: Uint8Array | undefined = new Uint8Array(0);
  #member: GzipStream | undefined;
  #inner: Layer | undefined;

  constructor(limits: ReadLimits, write: (chunk: Uint8Array) => void, depth: number) {
    this.#limits = limits;
    this.#write = write;
    this.#depth = depth;
  }

  async push(chunk: Uint8Array): Promise<InflateFailure | undefined> {
    if (this.#head === undefined) return this.#pass(chunk);
    const head = Buffer.concat([this.#head, chunk]);
    this.#head = head;
    return head.length < 2 ? undefined : this.#begin(head);
  }

  async end(): Promise<InflateFailure | undefined> {
    if (this.#head !== undefined) this.#write(this.#head);
    const failure = await this.#member?.end();
    return failure ?? (await this.#drain()) ?? this.#inner?.end();
  }

  async #begin(head: Uint8Array): Promise<InflateFailure | undefined> {
    this.#head = undefined;
    if (head[0] === 0x1f && head[1] === 0x8b) {
      if (this.#depth > MAX_LAYERS) return { code: 'bomb', hint: `gzip inside gzip more than ${MAX_LAYERS} deep` };
      this.#member = new GzipStream(this.#limits);
      this.#inner = new Layer(this.#limits, this.#write, this.#depth + 1);
    }
    return this.#pass(head);
  }

  async #pass(chunk: Uint8Array): Promise<InflateFailure | undefined> {
    if (this.#member === undefined) {
      this.#write(chunk);
      return undefined;
    }
    const failure = await this.#member.push(chunk);
    const inner = await this.#drain();
    // What the inner layer still holds was readable: it is given before the failure is told.
    if (failure !== undefined && inner === undefined) await this.#inner?.end();
    return inner ?? failure;
  }

  async #drain(): Promise<InflateFailure | undefined> {
    for (const output of this.#member?.takeOutput() ?? []) {
      const failure = await this.#inner?.push(output);
      if (failure !== undefined) return failure;
      if (this.#inner?.isPlain === true) release(output);
    }
    return undefined;
  }

  /** Whether what is pushed is passed on at once and not kept. */
  get isPlain(): boolean {
    return this.#head === undefined && this.#member === undefined;
  }
}

/**
 * Frees the memory of a piece that zlib has written to the end and everybody is done with; left to the garbage collector, such pieces
 * add 9 MB to what the command takes for an object of 50 MB (`npm run bench`, 2026-11-21). Until its end is reached zlib goes on writing into it.
 */
function release(piece: Uint8Array): void {
  const { buffer, byteOffset, length } = piece;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === OUTPUT_BYTES && byteOffset + length === OUTPUT_BYTES) buffer.transfer(0);
}

/** Inflates the members of one gzip stream, slice by slice. */
class GzipStream {
  readonly #limits: ReadLimits;
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
  #output: Uint8Array[] = [];
  #history: Uint8Array[] | undefined = [];
  #bytesIn = 0;
  #bytesOut = 0;
  #error: Error | undefined;
  #hasEnded = false;
  #failure: InflateFailure | undefined;
  #settle: () => void = () => undefined;

  constructor(limits: ReadLimits) {
    this.#limits = limits;
    this.#gunzip.on('data', (piece: Buffer) => this.#give(piece));
    this.#gunzip.on('error', (error) => {
      this.#error = error;
      this.#settle();
    });
    this.#gunzip.on('close', () => this.#settle());
    this.#gunzip.on('end', () => {
      this.#hasEnded = true;
      this.#settle();
    });
  }

  /** What was inflated since the last call. */
  takeOutput(): readonly Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  async push(slice: Uint8Array): Promise<InflateFailure | undefined> {
    if (this.#hasEnded) return this.#padding(slice);
    const before = this.#bytesIn;
    this.#bytesIn += slice.length;
    this.#remember(slice);
    // A stream that has seen its end, or failed, does not always call back: whatever comes first says that the slice is done.
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      this.#gunzip.write(slice, () => resolve());
    });
    if (this.#failure !== undefined) return this.#failure;
    if (this.#error !== undefined) return this.#damaged(before);
    return this.#hasEnded ? this.#padding(slice.subarray(this.#gunzip.bytesWritten - before)) : undefined;
  }

  async end(): Promise<InflateFailure | undefined> {
    if (this.#hasEnded) return undefined;
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      this.#gunzip.end();
    });
    if (this.#failure !== undefined) return this.#failure;
    return this.#error === undefined ? undefined : { code: 'bad_gzip', hint: 'the gzip stream is cut; everything before the cut was read' };
  }

  #give(piece: Uint8Array): void {
    if (this.#failure !== undefined) return;
    this.#bytesOut += piece.length;
    const bound = Math.min(this.#limits.maxInflatedBytes, FREE_BYTES + this.#bytesIn * this.#limits.maxInflationRatio);
    if (this.#bytesOut > bound) {
      this.#failure = {
        code: 'bomb',
        hint: `inflates beyond ${bound} bytes, which ${this.#bytesIn} compressed bytes may not; the rest was not read`,
      };
      this.#gunzip.destroy();
    } else this.#output.push(piece);
  }

  #remember(slice: Uint8Array): void {
    if (this.#bytesIn > MAX_HISTORY_BYTES) this.#history = undefined;
    this.#history?.push(Uint8Array.from(slice));
  }

  #padding(rest: Uint8Array): InflateFailure | undefined {
    return rest.every((byte) => byte === 0)
      ? undefined
      : { code: 'bad_gzip', hint: 'something that is no gzip follows the gzip stream; it was not read' };
  }

  /** The stream is damaged in the slice that begins at `from`: zlib keeps what it inflated of that slice, so it is done again up to the damage. */
  #damaged(from: number): InflateFailure {
    if (this.#history !== undefined && this.#bytesOut <= MAX_REPLAYED_BYTES) {
      const rest = beforeDamage(Buffer.concat(this.#history), from, this.#bytesOut + MAX_REPLAYED_BYTES).subarray(this.#bytesOut);
      if (rest.length > 0) this.#give(rest);
    }
    return this.#failure ?? { code: 'bad_gzip', hint: 'the gzip stream is damaged; what came before the damage was read' };
  }
}

/** The output of the longest beginning, of at least `from` bytes, that inflates without complaint. */
function beforeDamage(bytes: Buffer, from: number, maxOutputLength: number): Buffer {
  let low = from;
  let high = bytes.length;
  let best: Buffer = Buffer.alloc(0);
  while (low <= high) {
    const middle = (low + high) >> 1;
    const output = inflatePrefix(bytes.subarray(0, middle), maxOutputLength);
    if (output === undefined) high = middle - 1;
    else {
      best = output;
      low = middle + 1;
    }
  }
  return best;
}

/** Inflates the beginning of a gzip stream; undefined when it is damaged or gives more than the bound. */
export function inflatePrefix(bytes: Uint8Array, maxOutputLength: number): Buffer | undefined {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength });
  } catch {
    return undefined;
  }
}
