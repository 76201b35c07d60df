/** Falco compares, counts and cuts bytes of UTF-8; strings here are UTF-16. What follows is where the two differ. */

const NOT_ASCII = /[^\0-\x7f]/;
const REPLACEMENT = 0xfffd;

/** Folds ASCII letters, as upstream does; other letters stay. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}

/** Raises ASCII letters; other letters stay. */
export function asciiUpper(text: string): string {
  return text.replace(/[a-z]+/g, (run) => run.toUpperCase());
}

/** The text as one character a byte of its UTF-8. */
export function byteString(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  let bytes = '';
  for (const character of text) bytes += encoded(character.codePointAt(0) as number);
  return bytes;
}

/** How many bytes the text has in UTF-8. */
export function byteLength(text: string): number {
  return byteString(text).length;
}

/** Orders two texts as their bytes are ordered: negative, zero or positive. */
export function compareBytes(a: string, b: string): number {
  const [left, right] = [byteString(a), byteString(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The text of a byte string; what is no UTF-8 becomes U+FFFD, one for each broken sequence. */
export function textOfBytes(bytes: string): string {
  if (!NOT_ASCII.test(bytes)) return bytes;
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const { point, length } = decoded(bytes, i);
    text += String.fromCodePoint(point);
    i += length;
  }
  return text;
}

/** Exactly so many bytes of the text: cut, or filled with blanks behind it. */
export function toWidth(text: string, width: number): string {
  return textOfBytes(byteString(text).slice(0, width).padEnd(width, ' '));
}

/** The first bytes of the text, at most so many. */
export function cutTo(text: string, maxBytes: number): string {
  // A character has at most three bytes for each UTF-16 unit, so a short text needs no counting.
  return text.length * 3 <= maxBytes ? text : textOfBytes(byteString(text).slice(0, maxBytes));
}

function encoded(point: number): string {
  const tail = (shift: number): number => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x80) return String.fromCharCode(point);
  if (point < 0x800) return String.fromCharCode(0xc0 | (point >> 6), tail(0));
  // Half of a surrogate pair is no character and has no UTF-8.
  if (point >= 0xd800 && point <= 0xdfff) return encoded(REPLACEMENT);
  if (point < 0x10000) return String.fromCharCode(0xe0 | (point >> 12), tail(6), tail(0));
  return String.fromCharCode(0xf0 | (point >> 18), tail(12), tail(6), tail(0));
}

function decoded(bytes: string, at: number): { readonly point: number; readonly length: number } {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { point: first, length: 1 };
  const size = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 1;
  let point = first & (0xff >> (size + 1));
  let length = 1;
  for (; length < size; length++) {
    const next = bytes.charCodeAt(at + length);
    // NaN behind the end fails every comparison.
    if (!(next >= lowestSecond(first, length) && next <= highestSecond(first, length))) break;
    point = (point << 6) | (next & 0x3f);
  }
  return { point: size > 1 && length === size ? point : REPLACEMENT, length };
}

/** Overlong forms, surrogates and points beyond U+10FFFF show in the second byte (RFC 3629, section 4). */
function lowestSecond(first: number, index: number): number {
  return index > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
}

function highestSecond(first: number, index: number): number {
  return index > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
}
