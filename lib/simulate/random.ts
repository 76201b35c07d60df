const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * A small seeded generator (sfc32, public domain, Chris Doty-Humphrey), so that a seed means the same day on every machine.
 * Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  readonly #seed: string;

  /** @param seed - Any text; equal texts give equal streams. */
  constructor(seed: string) {
    this.#seed = seed;
    this.#a = fnv1a(seed);
    this.#b = fnv1a(`${seed}/b`);
    this.#c = fnv1a(`${seed}/c`);
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** A stream of its own, which does not depend on how much was drawn from this one. */
  fork(label: string): Random {
    return new Random(`${this.#seed}/${label}`);
  }

  /** 32 random bits, as an unsigned number. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor((this.next() / 4294967296) * bound);
  }

  /** One item of a list that is not empty. */
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability * 4294967296;
  }

  /** Lower-case hexadecimal digits; an even number of them. */
  hex(digits: number): string {
    let text = '';
    let word = 0;
    for (let byte = 0; byte < digits / 2; byte += 1) {
      if (byte % 4 === 0) word = this.next();
      text += HEX[word & 255];
      word >>>= 8;
    }
    return text;
  }

  /** A version 4 UUID. */
  uuid(): string {
    const a = this.next();
    const b = this.next();
    const c = this.next();
    return (
      `${word(a)}-${HEX[b & 255]}${HEX[(b >>> 8) & 255]}-${HEX[((b >>> 16) & 15) | 64]}${HEX[b >>> 24]}` +
      `-${HEX[(c & 63) | 128]}${HEX[(c >>> 8) & 255]}-${word(this.next())}${HEX[(c >>> 16) & 255]}${HEX[c >>> 24]}`
    );
  }

  /** Upper-case letters and digits 2 to 7, as AWS uses them in ids. */
  base32(length: number): string {
    let text = '';
    let bits = 0;
    for (let index = 0; index < length; index += 1) {
      if (index % 6 === 0) bits = this.next();
      text += BASE32[bits & 31];
      bits >>>= 5;
    }
    return text;
  }
}

function word(value: number): string {
  return `${HEX[value & 255]}${HEX[(value >>> 8) & 255]}${HEX[(value >>> 16) & 255]}${HEX[value >>> 24]}`;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
