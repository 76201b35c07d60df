import { createHash } from 'node:crypto';

/** Longest key that is kept as it is, in bytes; DynamoDB's sort keys end at 1,024. */
const MAX_KEY_BYTES = 512;

/**
 * A key that every store can hold: as it is, so that people find an event by its id, unless it is longer than any real one.
 * Keys begin with what they are keys of, so none of them looks like a digest.
 */
export function storeKey(key: string): string {
  return Buffer.byteLength(key) <= MAX_KEY_BYTES && key.isWellFormed() ? key : `sha256 ${digest(key)}`;
}

/** A name of 43 characters for any text; no two texts that anybody can find have the same. */
export function digestKey(text: string): string {
  return createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('base64url');
}

/** UTF-16, so that two keys that differ in a lone surrogate only are still two. */
function digest(key: string): string {
  return createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('hex');
}
