// Equal tuples of fields get equal numbers. A number stands for exactly one tuple: hashes only find the place, bytes decide.
import { fits, seen, textLength, textStart } from './fields';
import { ARENA, ARENA_SIZE, FIELDS, NOTES, SHAPES, SLOTS, SLOT_COUNT, TUPLES, TUPLE_LIMIT } from './layout';

/** The record has no tuple: it is parsed. */
export const ODD: i32 = -1;
/** No room for another tuple before resetTuples(). */
export const FULL: i32 = -2;

/** What TypeScript notes of a tuple whose verbatim object decides. */
const NEEDS_TEXT: u8 = 1;
/** The longest verbatim object that is remembered; a longer one is asked about each time. */
const LONGEST_TEXT: usize = 8192;
/** A hash that collides more often than this is somebody's work: such records are parsed. */
const PROBES: u32 = 24;

/** First eight bytes of a verbatim object; no tuple of fields begins with them. */
const TEXT_MARK: u64 = 0xfffffffe00000000;

/** Number of the verbatim object of the record at hand, if that may decide; -1: it has none. */
export let textNumber: i32 = -1;

const FACTOR: u64 = 0xff51afd7ed558ccd;

let count: u32 = 0;
let top: usize = ARENA;

/** Forgets all tuples. */
export function resetTuples(): void {
  count = 0;
  top = ARENA;
  memory.fill(SLOTS, 0, <usize>SLOT_COUNT << 3);
  memory.fill(NOTES, 0, <usize>TUPLE_LIMIT);
}

/** Number of the tuple of the record at hand. */
export function numberOf(shapes: u32, context: u32): i32 {
  textNumber = -1;
  for (let left = shapes; left != 0; left &= left - 1) {
    const shape = <u32>ctz(left);
    if (fits(shape)) return numberOfShape(SHAPES + (<usize>shape << 6), shape, context);
  }
  return ODD;
}

function numberOfShape(shape: usize, number: u32, context: u32): i32 {
  if (top + 32768 > ARENA + ARENA_SIZE || count + 2 > TUPLE_LIMIT) return FULL;
  let to = top;
  store<u32>(to, (context << 8) | number);
  store<u32>(to, seen & load<u32>(shape, 4), 4);
  to += 8;
  const fieldCount = load<u32>(shape, 8);
  for (let i: u32 = 0; i < fieldCount; i++) {
    const field = <u32>load<u8>(shape + i, 12);
    if (((seen >> field) & 1) == 0) {
      store<u16>(to, 0xffff);
      to += 2;
      continue;
    }
    const at = <usize>load<u32>(FIELDS + (field << 3));
    const length = <usize>load<u32>(FIELDS + (field << 3), 4);
    store<u16>(to, <u16>length);
    to += 2;
    copy(to, at, length);
    to += length;
  }
  const first = intern(to);
  if (first < 0 || load<u8>(NOTES + <usize>first) != NEEDS_TEXT) return first;
  const length = textLength();
  if (length == 0 || length > LONGEST_TEXT) return first;
  // The text has a number of its own: texts and tuples are few, their pairs are many.
  store<u64>(top, TEXT_MARK);
  copy(top + 8, textStart(), length);
  textNumber = intern(top + 8 + length);
  return first;
}

/** Copies in steps of 16 bytes, beyond both ends. */
// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Mixes the bytes from `top` on. Four sums that do not wait for one another: one alone takes four times as long. */
// @ts-ignore: decorator
@inline
function hashOf(size: usize): u64 {
  let a: u64 = <u64>size;
  let b: u64 = 1;
  let c: u64 = 2;
  let d: u64 = 3;
  let i: usize = 0;
  for (; i + 32 <= size; i += 32) {
    a = rotl(a ^ load<u64>(top + i), 29) * FACTOR;
    b = rotl(b ^ load<u64>(top + i, 8), 29) * FACTOR;
    c = rotl(c ^ load<u64>(top + i, 16), 29) * FACTOR;
    d = rotl(d ^ load<u64>(top + i, 24), 29) * FACTOR;
  }
  if (i < size) {
    a = rotl(a ^ load<u64>(top + i), 29) * FACTOR;
    b = rotl(b ^ load<u64>(top + i, 8), 29) * FACTOR;
  }
  const mixed = (((a ^ rotl(b, 17)) * FACTOR) ^ c ^ rotl(d, 31)) * FACTOR;
  return (mixed ^ (mixed >> 32)) * FACTOR;
}

/** Number of the tuple whose bytes stand between `top` and `end`. */
function intern(end: usize): i32 {
  v128.store(end, i64x2.splat(0));
  const size = (end - top + 15) & ~15;
  const mixed = hashOf(size);
  const hash = <u32>(mixed >> 32);
  let slot = hash & (SLOT_COUNT - 1);
  const tag: u64 = hash & 0xffff0000;
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const place = SLOTS + (<usize>slot << 3);
    const known = load<u64>(place);
    if (known == 0) {
      const tuple = TUPLES + (<usize>count << 3);
      store<u32>(tuple, <u32>top);
      store<u32>(tuple, <u32>(end - top), 4);
      count++;
      store<u64>(place, (<u64>top << 32) | tag | count);
      top += size;
      return <i32>count - 1;
    }
    // Lengths need no look: the bytes of a tuple say where it ends, and so do those of an object.
    if ((known & 0xffff0000) == tag && isEqual(<usize>(known >> 32), top, size)) return <i32>(known & 0xffff) - 1;
    slot = (slot + 1) & (SLOT_COUNT - 1);
  }
  return ODD;
}

function isEqual(a: usize, b: usize, size: usize): bool {
  for (let i: usize = 0; i < size; i += 16) {
    if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
  }
  return true;
}
