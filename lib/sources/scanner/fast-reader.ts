/**
 * Reads what the full reader reads, with the same outcome, but leaves records unparsed that no loaded rule can match. It goes ahead
 * of the full decoder: where that rests between two records, the kernel takes over; what the kernel does not take for plain is fed
 * to the decoder, a record or a piece at a time, until it rests again. Measured by test/bench/run.ts.
 */
import { openDecoder, type TextDecoding } from '../../core/decode/decoder.ts';
import type { Envelope, RawRecord } from '../../core/model/raw-record.ts';
import type { ReadLimits, Receiver } from '../../core/ports.ts';
import { inflateBase64 } from '../inflate-base64.ts';
import type { ReadContext, Reader } from '../reader.ts';
import { Carry } from './carry.ts';
import { cutBehind, looksLikeContainer } from './cut.ts';
import { type Judge, judgeOf } from './judge.ts';
import { ROW, ROW_LIMIT, type ScanMode, STOP } from './kernel.ts';
import { SHAPE } from './shapes.ts';

/** Deepest nesting that the kernel follows; with a lower bound the full reader must count levels. */
const KERNEL_DEPTH = 60;
/** Bytes scanned at once: they stay in the second-level cache. */
const WINDOW = 256 * 1024;
/** From this size on, the beginning of a record is scanned again only when it has doubled. */
const LONG_CARRY = 64 * 1024;

const RECORDS = (1 << SHAPE.cloudtrail) | (1 << SHAPE.kubernetes);
const EMPTY = new Uint8Array(0);

type Resting = NonNullable<ReturnType<TextDecoding['rest']>>;

/** Opens a reader that skips what the receiver's prefilter allows. It needs a prefilter. */
export function openFastReader(name: string, receiver: Receiver, limits: ReadLimits, context: ReadContext = {}): Reader {
  return new FastReader(name, receiver, limits, context);
}

class FastReader implements Reader {
  readonly #name: string;
  readonly #receiver: Receiver;
  readonly #limits: ReadLimits;
  readonly #envelope: Envelope;
  readonly #firstLine: number;
  readonly #decoder: TextDecoding;
  readonly #judge: Judge | undefined;
  #utf8: InstanceType<typeof TextDecoder> | undefined;
  #hasBegun = false;
  /** The beginning of a record whose end has not come yet. */
  #carry: Uint8Array = EMPTY;
  readonly #kept = new Carry();
  /** Size from which the carry is scanned again. */
  #scanAt = 0;
  /** How many pieces the decoder was fed since it rested; undefined: it rests. */
  #fed: number | undefined;

  constructor(name: string, receiver: Receiver, limits: ReadLimits, context: ReadContext) {
    this.#name = name;
    this.#receiver = receiver;
    this.#limits = limits;
    this.#firstLine = context.firstLine ?? 1;
    this.#envelope = context.cluster === undefined ? {} : { cluster: context.cluster };
    this.#decoder = openDecoder({
      input: name,
      line: this.#firstLine,
      envelope: this.#envelope,
      limits,
      inflate: (base64) => inflateBase64(base64, limits),
      take: (item) => receiver.take(item),
    });
    this.#judge = receiver.prefilter === undefined || limits.maxDepth < KERNEL_DEPTH ? undefined : judgeOf(receiver.prefilter);
  }

  push(chunk: Uint8Array): void {
    if (this.#judge === undefined) this.#feed(chunk);
    else this.#read(this.#judge, chunk, false);
  }

  end(): number {
    if (this.#judge !== undefined) this.#read(this.#judge, EMPTY, true);
    this.#feed(this.#carry);
    if (this.#utf8 !== undefined) this.#decoder.push(this.#utf8.decode());
    return this.#decoder.end() + this.#firstLine - 1;
  }

  #read(judge: Judge, chunk: Uint8Array, isLast: boolean): void {
    if (!isLast && this.#carry.length + chunk.length < this.#scanAt) {
      this.#carry = this.#kept.keep(this.#carry, chunk);
      return;
    }
    const source = new Source(this.#carry, chunk);
    this.#carry = EMPTY;
    let window = WINDOW;
    while (source.size > 0) {
      if (this.#fed !== undefined) {
        this.#feedPiece(source);
        continue;
      }
      const size = source.copyTo(judge.kernel.bytes, judge.kernel.input, window);
      const used = this.#scan(judge, size, isLast && size === source.size);
      source.skip(used);
      if (this.#fed !== undefined || used > 0) window = WINDOW;
      else if (size === source.size) break;
      else if (window === judge.kernel.inputSize) this.#fed = 0;
      else window = judge.kernel.inputSize;
    }
    this.#carry = source.rest(this.#kept);
    this.#scanAt = this.#carry.length < LONG_CARRY ? 0 : this.#carry.length * 2;
    if (this.#carry.length > judge.kernel.inputSize / 2) this.#giveUpCarry();
  }

  /** A record that would hardly fit is left to the decoder, which reads in pieces. */
  #giveUpCarry(): void {
    this.#fed = 0;
    const source = new Source(this.#carry, EMPTY);
    this.#carry = EMPTY;
    while (source.size > 0 && this.#fed !== undefined) this.#feedPiece(source);
    this.#carry = source.rest(this.#kept);
    this.#scanAt = 0;
  }

  /** Scans the window; returns how many bytes were dealt with. Sets `#fed` when the decoder must go on. */
  #scan(judge: Judge, size: number, isLast: boolean): number {
    const { kernel } = judge;
    const rest = this.#decoder.rest();
    if (rest === undefined || (rest.array === undefined && looksLikeContainer(kernel.bytes, kernel.input, size))) {
      this.#fed = 0;
      return 0;
    }
    const envelope = { ...this.#envelope, ...rest.array?.context?.envelope };
    const mode: ScanMode = {
      inArray: rest.array !== undefined,
      shapes: RECORDS,
      wrapper: rest.array?.context?.name === 'logEvents' ? SHAPE.logEvent : -1,
      context: judge.context(envelope),
    };
    const rows = kernel.scan(mode, kernel.input, kernel.input + size, isLast, (rest.array?.index ?? 0) > 0);
    const { consumed, stop, newlines } = kernel;
    const used = this.#take(judge, rows, rest, envelope, newlines);
    if (used !== undefined) return used;
    if (stop === STOP.closed || stop === STOP.strange) this.#fed = 0;
    if (consumed !== kernel.input) this.#hasBegun = true;
    if (stop !== STOP.full || rows === ROW_LIMIT) return consumed - kernel.input;
    judge.forget();
    return rows > 0 ? consumed - kernel.input : this.#scan(judge, size, isLast);
  }

  /** Deals with the rows; returns how many bytes were used when the decoder did not come to rest where it was, else undefined. */
  #take(judge: Judge, rows: number, rest: Resting, envelope: Envelope, newlines: number): number | undefined {
    const { kernel } = judge;
    const { words } = kernel;
    let values = 0;
    let lines = 0;
    for (let i = 0; i < rows; i++) {
      const row = kernel.rows + i * ROW.words;
      const judgement = judge.judge(row);
      const size = (words[row + ROW.end] ?? 0) - (words[row + ROW.start] ?? 0);
      const rowLines = words[row + ROW.lines] ?? 0;
      if (judgement.action === 'feed' || size > this.#limits.maxRecordBytes) {
        this.#decoder.advance(values, rowLines - lines);
        const end = words[row + ROW.outerEnd] ?? 0;
        const before = this.#decoder.rest()?.line ?? 0;
        this.#feed(kernel.bytes.subarray(words[row + ROW.outerStart] ?? 0, end));
        const after = this.#decoder.rest();
        if (after === undefined) this.#fed = 0;
        // A record that holds an envelope of the kind around it ends that one: what follows stands elsewhere.
        if (after === undefined || after.array?.path !== rest.array?.path || after.array?.context !== rest.array?.context) {
          return end - kernel.input;
        }
        values = 0;
        lines = rowLines + after.line - before;
        continue;
      }
      if (i === 0) {
        this.#decoder.advance(1, rowLines);
        lines = rowLines;
      } else values++;
      if (judgement.action === 'skip') this.#receiver.skipped(judgement.source, judgement.reason);
      else this.#receiver.take({ kind: 'record', record: this.#record(kernel, row, judgement.source, rest, envelope, i) });
    }
    this.#decoder.advance(values, newlines - lines);
    return undefined;
  }

  #record(kernel: Judge['kernel'], row: number, source: RawRecord['source'], rest: Resting, envelope: Envelope, index: number): RawRecord {
    const { words, bytes } = kernel;
    const word = (at: number): number => words[row + at] ?? 0;
    const isWrapped = word(ROW.outerStart) !== word(ROW.start);
    const timeStart = word(ROW.besideStart);
    return {
      source,
      text: bytes.toString('utf8', word(ROW.start), word(ROW.end)),
      origin: {
        input: this.#name,
        line: this.#firstLine - 1 + rest.line + word(ROW.lines),
        path: rest.array === undefined ? '' : `${rest.array.path}[${rest.array.index + index}]${isWrapped ? '.message' : ''}`,
      },
      envelope: isWrapped
        ? { ...envelope, timeMs: Number(bytes.toString('latin1', timeStart, timeStart + word(ROW.besideLength))) }
        : envelope,
      truncated: false,
    };
  }

  /** Feeds the decoder up to a place where it may rest. */
  #feedPiece(source: Source): void {
    const bytes = source.next();
    const fed = this.#fed ?? 0;
    const end = cutBehind(bytes, fed);
    this.#feed(bytes.subarray(0, end));
    source.skip(end);
    this.#fed = this.#decoder.rest() === undefined ? fed + 1 : undefined;
  }

  #feed(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    // A byte order mark is taken off at the beginning of the input only.
    this.#utf8 ??= new TextDecoder('utf-8', { ignoreBOM: this.#hasBegun });
    this.#decoder.push(this.#utf8.decode(bytes, { stream: true }));
  }
}

/** The bytes that are still to be read: what was left of earlier chunks, then the new chunk. */
class Source {
  #head: Uint8Array;
  #tail: Uint8Array;

  constructor(head: Uint8Array, tail: Uint8Array) {
    this.#head = head;
    this.#tail = tail;
  }

  get size(): number {
    return this.#head.length + this.#tail.length;
  }

  /** A run of bytes that comes next. */
  next(): Uint8Array {
    return this.#head.length > 0 ? this.#head : this.#tail;
  }

  skip(count: number): void {
    const ofHead = Math.min(count, this.#head.length);
    this.#head = this.#head.subarray(ofHead);
    this.#tail = this.#tail.subarray(count - ofHead);
  }

  /** Copies what comes next, at most `limit` bytes; returns how many. */
  copyTo(target: Uint8Array, at: number, limit: number): number {
    const ofHead = this.#head.subarray(0, limit);
    const ofTail = this.#tail.subarray(0, limit - ofHead.length);
    target.set(ofHead, at);
    target.set(ofTail, at + ofHead.length);
    return ofHead.length + ofTail.length;
  }

  /** A copy of all that is left. */
  rest(kept: Carry): Uint8Array {
    return kept.keep(this.#head, this.#tail);
  }
}
