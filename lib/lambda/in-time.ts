import { DriftwireError } from '../core/errors.ts';

/**
 * Waits for work no longer than a caller has time; the work itself may go on. For calls that have their own idea of how long to try: a table that is
 * throttled is tried for 15 s, and the answer that names what was done must not wait for it.
 *
 * @throws {DriftwireError} `DW_STORE_UNAVAILABLE`, retryable, when the time is up, and what the work rejects with.
 */
export async function inTime<T>(work: Promise<T>, leftMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = (): void => reject(new DriftwireError('DW_STORE_UNAVAILABLE', 'no answer before the time was up', { retryable: true }));
  const timer = setTimeout(late, Math.max(0, leftMs));
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
