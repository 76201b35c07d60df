// The scanner's kernel: finds the records in a run of JSON text, checks that each is well-formed JSON, reads the few wanted
// fields at their exact places and gives equal tuples of them equal numbers. It knows no vendor: TypeScript tells it the
// wanted keys and shapes. Design and measurements: docs/bench/scanner.md.
import { INNER, INPUT, INPUT_SIZE, KEY_INDEX, KEYS, NOTES, ROWS, ROW_LIMIT, ROW_SIZE, SHAPES, TUPLES } from './layout';
import { BESIDE_FIELD, INNER_FIELD, WRAPPER, beginRecord, field, fields, fits } from './fields';
import { BROKEN, COMPLETE, INCOMPLETE, prepareWide, recordEnd, recordLines, scanRecord } from './record';
import { FULL, ODD, numberOf, resetTuples, textNumber } from './tuples';
import { unescape } from './unescape';

export { INPUT, INPUT_SIZE, KEY_INDEX, KEYS, NOTES, ROWS, SHAPES, TUPLES };
export { resetTuples, prepareWide };

/** State of the members of a record. */
const RECORD: u8 = 1;

/** Why scan() returned. */
export const STOP_MORE: i32 = 0; // the text ends; what follows `consumed` is the beginning of a record or blank
export const STOP_CLOSED: i32 = 1; // a sequence in an array has ended; `consumed` is the place of the bracket
export const STOP_STRANGE: i32 = 2; // what stands at `consumed` is for the full reader
export const STOP_FULL: i32 = 3; // rows or tuples are full; take the rows (and reset) and go on

/** First byte that is not part of a finished record, after scan(). */
export let consumed: usize = INPUT;
export let stop: i32 = STOP_MORE;
/** In an array: the next thing must be a comma or the end, after scan(). */
export let afterElement: i32 = 0;
/** Line feeds between `from` and `consumed`. */
export let newlines: i32 = 0;

let innerTop: usize = INNER;

/**
 * Scans records from `from` to `to`: elements of an array (inArray 1) or lines (0). `last` is 1 when no text follows.
 * `shapes` is the set of shapes that may be told apart here, `context` a number that keeps tuples of different places apart.
 * `wrapper`: the shape of objects that hold the record in a string; -1: the objects are the records.
 * Returns the number of rows.
 */
export function scan(inArray: i32, from: usize, to: usize, last: i32, between: i32, shapes: u32, wrapper: i32, context: u32): i32 {
  let at = from;
  let rows: u32 = 0;
  consumed = from;
  afterElement = between;
  newlines = 0;
  innerTop = INNER;
  stop = STOP_MORE;
  while (true) {
    let lines: i32 = 0;
    while (at < to && isBlank(load<u8>(at))) {
      if (load<u8>(at) == 0x0a) lines++;
      at++;
    }
    if (at >= to) {
      if (!inArray) take(at, lines);
      break;
    }
    const here = load<u8>(at);
    if (!inArray) {
      take(at, lines);
      lines = 0;
    } else if (afterElement) {
      if (here != 0x2c) {
        if (here != 0x5d) return halt(STOP_STRANGE, rows);
        take(at, lines);
        return halt(STOP_CLOSED, rows);
      }
      // The comma is taken together with the element behind it, so that what is left always begins between two elements.
      at++;
      while (at < to && isBlank(load<u8>(at))) {
        if (load<u8>(at) == 0x0a) lines++;
        at++;
      }
      if (at >= to) break;
    }
    if (load<u8>(at) != 0x7b) return halt(STOP_STRANGE, rows);
    if (rows == ROW_LIMIT) return halt(STOP_FULL, rows);

    beginRecord(at, wrapper < 0 ? RECORD : WRAPPER);
    const answer = scanRecord(at, to, inArray == 0);
    if (answer == INCOMPLETE) break;
    if (answer == BROKEN) return halt(STOP_STRANGE, rows);
    let next = recordEnd;
    if (!inArray) {
      // Two values on one line are no JSON lines; whether another follows is known only when the line has ended.
      while (next < to && isBlank(load<u8>(next)) && load<u8>(next) != 0x0a) next++;
      if (next >= to && !last) break;
      if (next < to && load<u8>(next) != 0x0a) return halt(STOP_STRANGE, rows);
    }
    const end = recordEnd;
    const own = recordLines;
    const row = ROWS + <usize>rows * ROW_SIZE;
    store<u32>(row, <u32>at);
    store<u32>(row, <u32>end, 4);
    const tuple = wrapper < 0 ? numberOf(shapes, context) : inner(row, shapes, <u32>wrapper, context);
    if (tuple == FULL) return halt(STOP_FULL, rows);
    store<i32>(row, tuple, 8);
    fields(row);
    store<i32>(row, newlines + lines, 28);
    store<u32>(row, <u32>at, 32);
    store<u32>(row, <u32>end, 36);
    store<i32>(row, textNumber, 48);
    rows++;
    take(next, lines + own);
    at = next;
    afterElement = 1;
  }
  return rows;
}

/** Looks at the record inside a string of the object at hand. */
function inner(row: usize, shapes: u32, wrapper: u32, context: u32): i32 {
  if (!fits(wrapper)) return ODD;
  store<u64>(row, field(BESIDE_FIELD), 40);
  const start = innerTop;
  const end = unescape(<usize><u32>field(INNER_FIELD), start);
  if (end == 0) return ODD;
  let at = start;
  while (at < end && isBlank(load<u8>(at))) at++;
  if (at >= end || load<u8>(at) != 0x7b) return ODD;
  beginRecord(at, RECORD);
  if (scanRecord(at, end, true) != COMPLETE) return ODD;
  let rest = recordEnd;
  while (rest < end && isBlank(load<u8>(rest))) rest++;
  if (rest < end) return ODD;
  store<u32>(row, <u32>at);
  store<u32>(row, <u32>recordEnd, 4);
  innerTop = end;
  return numberOf(shapes, context);
}

function take(to: usize, lines: i32): void {
  consumed = to;
  newlines += lines;
}

function halt(why: i32, rows: u32): i32 {
  stop = why;
  return rows;
}

// @ts-ignore: decorator
@inline
function isBlank(byte: u8): bool {
  return byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09;
}
