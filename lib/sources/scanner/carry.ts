const EMPTY = new Uint8Array(0);
/** What one record and a half take; it grows when a record is larger. */
const FIRST_BYTES = 8 * 1024;

/**
 * Keeps what was left of one chunk until the next comes, always in the same memory: a new buffer for each chunk would be memory outside
 * V8's heap that nothing frees until the heap itself is collected, 4 MB more for an object of 400 MB (`npm run bench`, 2026-11-21).
 */
export class Carry {
  #buffer = new Uint8Array(FIRST_BYTES);

  /** Copies both, one behind the other; what was kept before is gone, unless it is part of them. */
  keep(head: Uint8Array, tail: Uint8Array): Uint8Array {
    const sizeBytes = head.length + tail.length;
    if (sizeBytes === 0) return EMPTY;
    const old = this.#buffer;
    if (sizeBytes > old.length) this.#buffer = new Uint8Array(sizeBytes * 2);
    this.#buffer.set(head);
    this.#buffer.set(tail, head.length);
    if (old !== this.#buffer) old.buffer.transfer(0);
    return this.#buffer.subarray(0, sizeBytes);
  }
}
