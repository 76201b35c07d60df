import { KERNEL_WASM } from './kernel-wasm.ts';
import { FIELD_KINDS, type Shapes } from './shapes.ts';

/** Why a scan stopped; the numbers are the kernel's. */
export const STOP = { more: 0, closed: 1, strange: 2, full: 3 } as const;

/**
 * 32-bit words of a row: where the record lies, the number of its tuple (-1: none), its verbatim object, its time, line feeds before it;
 * the element or line as a whole, the number that stands beside a record in a string, and the number of the verbatim object (-1: none).
 */
export const ROW = {
  start: 0,
  end: 1,
  tuple: 2,
  textStart: 3,
  textLength: 4,
  timeStart: 5,
  timeLength: 6,
  lines: 7,
  outerStart: 8,
  outerEnd: 9,
  besideStart: 10,
  besideLength: 11,
  textNumber: 12,
  words: 16,
} as const;

/** As much of the WebAssembly interface as is needed: the library types that Node's come with leave most of it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** Rows that one scan gives at most. */
export const ROW_LIMIT = 4096;

interface Global {
  readonly value: number;
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly INPUT: Global;
  readonly INPUT_SIZE: Global;
  readonly KEY_INDEX: Global;
  readonly KEYS: Global;
  readonly SHAPES: Global;
  readonly NOTES: Global;
  readonly TUPLES: Global;
  readonly ROWS: Global;
  readonly consumed: Global;
  readonly stop: Global;
  readonly afterElement: Global;
  readonly newlines: Global;
  scan(inArray: number, from: number, to: number, last: number, between: number, shapes: number, wrapper: number, context: number): number;
  resetTuples(): void;
  prepareWide(): void;
}

/** How a run of records is to be read. */
export interface ScanMode {
  /** Elements of an array; else one record a line. */
  readonly inArray: boolean;
  /** Set of the shapes that may be told apart, as bits. */
  readonly shapes: number;
  /** Shape of objects that hold the record in a string; -1: the objects are the records. */
  readonly wrapper: number;
  /** Keeps tuples of different surroundings apart. */
  readonly context: number;
}

/** Bytes of a key, its quotes included, that the kernel compares, from the end. */
const KEY_BYTES = 16;

let compiled: object | undefined;

/** The WebAssembly kernel with its memory; `assembly/` says what it does. */
export class Kernel {
  readonly #exports: Exports;
  /** All of its memory. */
  readonly bytes: Buffer;
  /** The same memory as 32-bit words: rows are read here. */
  readonly words: Int32Array;
  /** Where input begins, and how much fits. */
  readonly input: number;
  readonly inputSize: number;
  /** Word at which the rows begin. */
  readonly rows: number;

  constructor(shapes: Shapes) {
    compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_WASM, 'base64'));
    // The module is our own: what it exports is what assembly/index.ts says.
    this.#exports = new WebAssembly.Instance(compiled).exports as Exports;
    this.bytes = Buffer.from(this.#exports.memory.buffer);
    this.words = new Int32Array(this.#exports.memory.buffer);
    this.input = this.#exports.INPUT.value;
    this.inputSize = this.#exports.INPUT_SIZE.value;
    this.rows = this.#exports.ROWS.value / 4;
    this.#configure(shapes);
    this.#exports.prepareWide();
  }

  /** Scans the input up to `to`; returns the number of rows. `between`: an element precedes; `isLast`: no text follows. */
  scan(mode: ScanMode, from: number, to: number, isLast: boolean, between: boolean): number {
    return this.#exports.scan(mode.inArray ? 1 : 0, from, to, isLast ? 1 : 0, between ? 1 : 0, mode.shapes, mode.wrapper, mode.context);
  }

  get consumed(): number {
    return this.#exports.consumed.value;
  }
  get stop(): number {
    return this.#exports.stop.value;
  }
  get isAfterElement(): boolean {
    return this.#exports.afterElement.value !== 0;
  }
  get newlines(): number {
    return this.#exports.newlines.value;
  }

  /** The bytes that a tuple's number stands for. */
  tuple(number: number): Buffer {
    const word = this.#exports.TUPLES.value / 4 + number * 2;
    const start = this.words[word] ?? 0;
    return this.bytes.subarray(start, start + (this.words[word + 1] ?? 0));
  }

  /** From now on, the verbatim object of records of this tuple gets a number. */
  askText(tuple: number): void {
    this.bytes[this.#exports.NOTES.value + tuple] = 1;
  }

  resetTuples(): void {
    this.#exports.resetTuples();
  }

  #configure({ keys, shapes }: Shapes): void {
    const { KEY_INDEX, KEYS, SHAPES } = this.#exports;
    keys.forEach(({ state, name, kind, field, inside }, index) => {
      const number = index + 1;
      const at = KEYS.value + number * 32;
      const end = Buffer.from(`"${name}"`, 'latin1').subarray(-KEY_BYTES);
      const first = KEY_INDEX.value + keyHash(state, end);
      this.bytes.set(end, at + KEY_BYTES - end.length);
      this.bytes.set([name.length, FIELD_KINDS[kind], field, inside ?? 0, this.bytes[first] ?? 0], at + 16);
      this.bytes.writeUInt16LE(0x10000 - (1 << (KEY_BYTES - end.length)), at + 22);
      this.bytes[first] = number;
    });
    shapes.forEach(({ required, allowed, tuple }, number) => {
      const at = SHAPES.value + number * 64;
      this.bytes.writeUInt32LE(setOf(required), at);
      this.bytes.writeUInt32LE(setOf(allowed), at + 4);
      this.bytes.writeUInt32LE(tuple.length, at + 8);
      this.bytes.set(tuple, at + 12);
    });
  }
}

/** Place of a key in the index, by its last three letters and the closing quote; `assembly/fields.ts` computes the same. */
function keyHash(state: number, end: Buffer): number {
  return Math.imul(end.readInt32LE(end.length - 4) + state, 0x9e3779b1) >>> 22;
}

function setOf(fields: readonly number[]): number {
  return fields.reduce((set, field) => (set | (1 << field)) >>> 0, 0);
}
