// The wanted fields of the record at hand. A field that is there twice, has an escape in its key or value, or is of another
// kind than the one asked for makes the record odd: it goes to the full parser.
import { FIELDS, KEY_INDEX, KEYS, LEVELS, MINUTE, SHAPES } from './layout';

/** What may stand at a wanted key. */
const STRING: u8 = 1; // a string, part of the tuple
const BOOLEAN: u8 = 2;
const INTEGER: u8 = 3; // an integer of at most 15 digits, without a sign
const OBJECT: u8 = 4; // an object whose members are looked at in turn
const TEXT: u8 = 5; // an object that is noted verbatim, and not looked into
const NAME: u8 = 6; // a string that must not be empty, and is no part of the tuple
const TIME: u8 = 7; // an RFC 3339 time in UTC
const NEVER: u8 = 8; // a key that must not be there
const INNER_TEXT: u8 = 9; // a string, escapes and all, whose text is looked at as a record of its own

/** Fields of the object around a record that is inside a string. */
export const INNER_FIELD: u32 = 31;
export const BESIDE_FIELD: u32 = 30;

/** State of the members of an object around a record. */
export const WRAPPER: u8 = 2;

/** The longest string that may be part of a tuple. */
const LONGEST: usize = 1024;

/** Set of fields found. */
export let seen: u32 = 0;
export let odd: bool = false;

let opensAt: usize = 0;
let opensState: u8 = 0;
let textAt: usize = 0;
let textLevel: i32 = -1;
let textField: u32 = 0;
let timeField: u32 = 0;

export function beginRecord(start: usize, state: u8): void {
  seen = 0;
  odd = false;
  opensAt = start;
  opensState = state;
  textAt = 0;
  textLevel = -1;
  textField = 0;
  timeField = 0;
}

export function markOdd(): void {
  odd = true;
}

/** An object or array begins; returns the state of its members (0: nothing wanted there). */
// @ts-ignore: decorator
@inline
export function opened(at: usize, level: i32): u8 {
  let state: u8 = 0;
  if (at == opensAt) {
    state = opensState;
    if (at == textAt) textLevel = level;
  }
  store<u8>(LEVELS + <usize>level, state);
  return state;
}

/** An object or array ends; returns the state of the members around it. */
// @ts-ignore: decorator
@inline
export function closed(at: usize, level: i32): u8 {
  if (level == textLevel) {
    textLevel = -1;
    store<u32>(FIELDS + (textField << 3), <u32>(at + 1 - textAt), 4);
  }
  return load<u8>(LEVELS + <usize>level - 1);
}

/** Looks at a member of an object some of whose members are wanted: its key begins between two quotes, the value follows the colon. */
export function member(state: u8, open: usize, colon: usize, escaped: bool): void {
  let close = colon - 1;
  while (load<u8>(close) != 0x22) close--;
  if (escaped) odd = true;
  else plainMember(state, close, colon);
}

/** Looks at a member whose key ends at the quote at `close` and has no escapes. */
// @ts-ignore: decorator
@inline
export function plainMember(state: u8, close: usize, colon: usize): void {
  // The last three letters tell the wanted keys well apart; `kernel.ts` computes the same place.
  let number = load<u8>(KEY_INDEX + <usize>(((load<u32>(close - 3) + <u32>state) * 0x9e3779b1) >> 22));
  if (number != 0) {
    const name = v128.load(close - 15);
    do {
      const key = KEYS + (<usize>number << 5);
      // Of the name and its two quotes the last 16 bytes count; that may only find too much of what must not be there.
      const wanted = load<u16>(key, 22);
      if ((<u16>i8x16.bitmask(i8x16.eq(name, v128.load(key))) & wanted) == wanted) {
        take(key, colon + 1);
        return;
      }
      number = load<u8>(key, 20);
    } while (number != 0);
  }
  // Around a record nothing unknown may stand: it could say whose record it is.
  if (state == WRAPPER) odd = true;
}

function take(key: usize, from: usize): void {
  const kind = load<u8>(key, 17);
  const field = <u32>load<u8>(key, 18);
  const bit: u32 = 1 << field;
  let at = from;
  let byte = load<u8>(at);
  while (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09) byte = load<u8>(++at);
  if ((seen & bit) != 0 || kind == NEVER) {
    odd = true;
    return;
  }
  seen |= bit;
  if (kind == OBJECT || kind == TEXT) {
    if (byte != 0x7b) {
      odd = true;
      return;
    }
    opensAt = at;
    opensState = load<u8>(key, 19);
    if (kind == TEXT) {
      textAt = at;
      textField = field;
      note(field, at, 0);
    }
  } else if (kind == BOOLEAN) {
    const word = load<u32>(at);
    if (word == 0x65757274) note(field, at, 4);
    else if (word == 0x736c6166) note(field, at, 5);
    else odd = true;
  } else if (kind == INTEGER) {
    let end = at;
    while (load<u8>(end) - 0x30 < 10) end++;
    const next = load<u8>(end);
    // A fraction or an exponent may be another way to write an integer.
    if (end == at || end - at > 15 || next == 0x2e || (next | 0x20) == 0x65) odd = true;
    else note(field, at, end - at);
  } else if (byte != 0x22) odd = true;
  else if (kind == INNER_TEXT) note(field, at + 1, 0);
  else {
    const start = at + 1;
    const length = plainLength(start);
    if (length < 0 || (kind == NAME && length == 0)) odd = true;
    else if (kind == TIME && !isTime(start, length)) odd = true;
    else note(field, start, length);
    if (kind == TIME) timeField = field;
  }
}

// @ts-ignore: decorator
@inline
function note(field: u32, at: usize, length: usize): void {
  store<u32>(FIELDS + (field << 3), <u32>at);
  store<u32>(FIELDS + (field << 3), <u32>length, 4);
}

/** Length of a string of ASCII characters without escapes and control characters; -1 for any other, and above the bound. */
function plainLength(start: usize): isize {
  for (let at = start; at - start < LONGEST; at += 16) {
    const part = v128.load(at);
    const quote = i8x16.bitmask(i8x16.eq(part, i8x16.splat(0x22)));
    // Signed: bytes from 0x80 are negative, so they are below a blank like the control characters.
    const other = i8x16.bitmask(v128.or(i8x16.eq(part, i8x16.splat(0x5c)), i8x16.lt_s(part, i8x16.splat(0x20))));
    if (quote != 0) {
      const end = ctz(quote);
      return (other & ((1 << end) - 1)) == 0 ? at + <usize>end - start : -1;
    }
    if (other != 0) return -1;
  }
  return -1;
}

// @ts-ignore: decorator
@inline
function two(at: usize): u32 {
  const tens = <u32>load<u8>(at) - 0x30;
  const ones = <u32>load<u8>(at, 1) - 0x30;
  return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

/** The form that both vendors write: YYYY-MM-DDTHH:MM:SS[.fraction]Z. Any other form is left to the full parser. */
function isTime(at: usize, length: usize): bool {
  if (length < 20 || length > 30 || length == 21 || load<u8>(at, 16) != 0x3a || two(at + 17) > 59) return false;
  if (load<u8>(at + length - 1) != 0x5a) return false;
  if (length > 20) {
    if (load<u8>(at, 19) != 0x2e) return false;
    for (let i: usize = 20; i < length - 1; i++) if (load<u8>(at + i) - 0x30 > 9) return false;
  }
  // Records of one minute follow one another.
  const minute = v128.load(at);
  if (!v128.any_true(v128.xor(minute, v128.load(MINUTE)))) return true;
  if (!isMinute(at)) return false;
  v128.store(MINUTE, minute);
  return true;
}

/** True for YYYY-MM-DDTHH:MM. */
function isMinute(at: usize): bool {
  const century = two(at);
  const years = two(at + 2);
  const month = two(at + 5);
  const day = two(at + 8);
  if (century > 99 || years > 99 || month - 1 > 11 || day - 1 > 30) return false;
  if (two(at + 11) > 23 || two(at + 14) > 59) return false;
  if (load<u8>(at, 4) != 0x2d || load<u8>(at, 7) != 0x2d || load<u8>(at, 10) != 0x54 || load<u8>(at, 13) != 0x3a) return false;
  return day <= 28 || day <= daysIn(century * 100 + years, month);
}

function daysIn(year: u32, month: u32): u32 {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Writes what belongs to the record at hand, and not to its tuple, into its row. */
export function fields(row: usize): void {
  store<u64>(row, textAt == 0 ? 0 : load<u64>(FIELDS + (textField << 3)), 12);
  store<u64>(row, load<u64>(FIELDS + (timeField << 3)), 20);
}

/** True when the object at hand has this shape. */
export function fits(shape: u32): bool {
  const place = SHAPES + (<usize>shape << 6);
  const required = load<u32>(place);
  return !odd && (seen & required) == required && (seen & ~load<u32>(place, 4)) == 0;
}

/** Offset and, in the upper half, length of a field. */
// @ts-ignore: decorator
@inline
export function field(number: u32): u64 {
  return load<u64>(FIELDS + (<usize>number << 3));
}

/** Place of the verbatim object of the record at hand; its length is 0 when there is none. */
export function textStart(): usize {
  return textAt;
}
export function textLength(): usize {
  return textAt == 0 ? 0 : <usize>load<u32>(FIELDS + (textField << 3), 4);
}
