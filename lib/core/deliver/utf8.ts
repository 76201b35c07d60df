/** UTF-8 bytes of a well-formed text. */
export function utf8Bytes(text: string): number {
  let extra = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // each half of a surrogate pair stands for two of the four bytes
    if (code >= 0x80) extra += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return text.length + extra;
}

/** The longest beginning of a well-formed text that has at most so many UTF-8 bytes; no character is cut in two. */
export function utf8Head(text: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += utf8Bytes(character);
    if (bytes > maxBytes) return text.slice(0, end);
    end += character.length;
  }
  return text;
}
