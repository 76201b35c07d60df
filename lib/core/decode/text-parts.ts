/** UTF-8 bytes that one UTF-16 unit can take. */
const MAX_BYTES_A_UNIT = 3;

/** True when a text has more UTF-8 bytes than the bound; it is counted only where its length leaves a doubt. */
export function isAbove(parts: readonly string[], length: number, maxBytes: number): boolean {
  if (length * MAX_BYTES_A_UNIT <= maxBytes) return false;
  let extra = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      const code = part.charCodeAt(i);
      // Each half of a surrogate pair stands for two bytes.
      if (code >= 0x80) extra += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
    }
  }
  return length + extra > maxBytes;
}

/** Joins parts into a text of its own: a slice would keep the whole piece of input alive for as long as the record lives. */
export function detached(parts: readonly string[]): string {
  return parts.length === 1 ? ` ${parts[0]}`.slice(1) : parts.join('');
}
