const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Bytes of a base64 text, padded or not, as falcosecurity/libs `base64.h` reads them: bits that are left over must be zero.
 *
 * @returns one character a byte; undefined when the text is no base64.
 */
export function base64Bytes(text: string): string | undefined {
  const digits = text.replace(/={1,2}$/, '');
  if (digits.length % 4 === 1) return undefined;
  let bytes = '';
  let bits = 0;
  let held = 0;
  for (const digit of digits) {
    const value = ALPHABET.indexOf(digit);
    if (value < 0) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += String.fromCharCode(held >> bits);
      held &= (1 << bits) - 1;
    }
  }
  return held === 0 ? bytes : undefined;
}
