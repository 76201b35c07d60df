// Where things lie in the kernel's memory, in bytes. The TypeScript side reads these numbers from the exports of index.ts.

/** By a hash of state and end of a key, the number of the first wanted key of that hash; 0: none. */
export const KEY_INDEX: usize = 1024;
/** Wanted keys, 32 bytes each: the last 16 of the name in quotes, then length, kind, field, state inside, number of the next of this hash, and which of the 16 count. */
export const KEYS: usize = 2048;
/** Shapes of objects, 64 bytes each: required fields, allowed fields, count and list of the fields that make the tuple. */
export const SHAPES: usize = 4096;
/** Offset and length of each field found in the record at hand. */
export const FIELDS: usize = 4608;
/** Characters that are compared with, 16 times each: quote, backslash, blank, opening and closing brace, colon, comma. */
export const WIDE: usize = 5376;
/** Which state each level of nesting is in. */
export const LEVELS: usize = 5120;
/** The beginning, up to the minute, of the last time that was found to be one; zeros at first, which no time begins with. */
export const MINUTE: usize = 5504;
/** One byte for each tuple: 0 until TypeScript has written what it knows about it. */
export const NOTES: usize = 8192;
export const TUPLE_LIMIT: u32 = 32768;
/** Open addressing from hash to tuple, 8 bytes each: number + 1, 16 more bits of the hash, offset of the bytes. */
export const SLOTS: usize = 65536;
export const SLOT_COUNT: u32 = 65536;
/** Tuples, 8 bytes each: offset and length of their bytes. */
export const TUPLES: usize = 589824;
/** The tuples' bytes. */
export const ARENA: usize = 851968;
export const ARENA_SIZE: usize = 2097152;
/**
 * What scan() found, 64 bytes a record: start, end, tuple (or -1), text offset and length, time offset and length, line feeds before it;
 * for a record inside a string also start and end of the object around it, offset and length of the number beside it; number of the text (or -1).
 */
export const ROWS: usize = 3014656;
export const ROW_SIZE: usize = 64;
export const ROW_LIMIT: u32 = 4096;
/** The text to be scanned. */
export const INPUT: usize = 3276800;
export const INPUT_SIZE: usize = 1048576;
/** Texts that were inside strings; they are never longer than the input. */
export const INNER: usize = 4390912;

// 64 KiB behind ARENA, INPUT and INNER each take what wide loads and stores reach beyond an end.
