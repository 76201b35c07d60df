/** Longest beginning of an object that is looked at to tell whether it holds records. */
const HEAD_BYTES = 96;
/** Objects whose records are read one by one; all others are found out, only later. */
const CONTAINER = /^[\s,]*\{\s*"(?:Records"|messageType"|items"|Events"|kind"\s*:\s*"EventList")/;

/** True when the object that begins here is one that holds an array of records. */
export function looksLikeContainer(bytes: Buffer, start: number, size: number): boolean {
  return CONTAINER.test(bytes.toString('latin1', start, start + Math.min(size, HEAD_BYTES)));
}

const LINE_FEED = 0x0a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
/** So many pieces end at the first place where a reader might come to rest; later ones are larger. */
const SMALL_PIECES = 12;
const LARGEST_PIECE = 64 * 1024;

/**
 * Where to cut what a full reader is fed next, so that it may come to rest there: behind the bracket of an array, the end of an
 * object or of a line. The more pieces it was fed in vain, the larger the next.
 */
export function cutBehind(bytes: Uint8Array, fed: number): number {
  const least = fed < SMALL_PIECES ? 0 : Math.min(2 ** fed, LARGEST_PIECE);
  const limit = Math.min(bytes.length, least + LARGEST_PIECE);
  for (let i = least; i < limit; i++) {
    const byte = bytes[i];
    if (byte === CLOSE_BRACE || byte === LINE_FEED || (byte === OPEN_BRACKET && fed < SMALL_PIECES)) return i + 1;
  }
  return limit;
}
