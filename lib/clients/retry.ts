/**
 * Repeating what may succeed later: full jitter (a random wait between nothing and a bound that doubles), the receiver's
 * `Retry-After` as the least wait, and an end. Clock, sleep and chance are arguments, so that tests wait for nothing.
 */
import type { HttpOutcome } from './http.ts';
import { retryAfterMs } from './retry-after.ts';

/** Time and chance, as far as repeating needs them. */
export interface Timing {
  /** Ms since 1970. */
  now(): number;
  /** Resolves after so many ms, or at once when the signal fires; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** At least 0, less than 1. */
  random(): number;
}

/** How often and how long to repeat. */
export interface RetryPolicy {
  /** Tries in all, the first one included; at least 1. */
  readonly maxAttempts: number;
  /** Bound of the first wait, in ms; it doubles with each try. */
  readonly baseMs: number;
  /** Bound that no wait exceeds unless the receiver asks for more, in ms. */
  readonly capMs: number;
  /** Longest time of all tries and waits, in ms. A wait that would pass it is not begun. */
  readonly totalMs: number;
}

/** What is to be done with the outcome of one try. */
export type Advice =
  | { readonly again: false }
  /** `afterMs`: what the receiver asked for. */
  | { readonly again: true; readonly afterMs?: number | undefined };

/** The last outcome and how it came about. */
export interface Retried<T> {
  readonly outcome: T;
  readonly attempts: number;
  /** It could have been tried again, but tries or time were up or the caller ended it. */
  readonly gaveUp: boolean;
}

/** Good for a sink that is asked again later anyway: five tries within 30 s (facts of Loki and Prometheus: 100 ms to 5 s). */
export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 5, baseMs: 200, capMs: 5_000, totalMs: 30_000 };

/** The machine's clock and chance. */
export const SYSTEM_TIMING: Timing = { now: () => Date.now(), sleep: sleepUntil, random: () => Math.random() };

/**
 * Tries until the outcome is final, the tries or the time are up, or the signal fires.
 *
 * @param attempt - Makes one try; counts from 1. A request that is signed must be signed anew in each.
 * @param judge - Says whether an outcome is worth another try.
 */
export async function retry<T>(
  attempt: (number: number) => Promise<T>,
  judge: (outcome: T) => Advice,
  policy: RetryPolicy,
  timing: Timing = SYSTEM_TIMING,
  signal?: AbortSignal,
): Promise<Retried<T>> {
  const end = timing.now() + policy.totalMs;
  for (let number = 1; ; number++) {
    const outcome = await attempt(number);
    const advice = judge(outcome);
    if (!advice.again) return { outcome, attempts: number, gaveUp: false };
    const waitMs = Math.max(advice.afterMs ?? 0, backoffMs(number, policy, timing));
    const isLast = number >= policy.maxAttempts || timing.now() + waitMs > end;
    if (isLast || isEnded(signal)) return { outcome, attempts: number, gaveUp: true };
    await timing.sleep(waitMs, signal);
    if (isEnded(signal)) return { outcome, attempts: number, gaveUp: true };
  }
}

/** Full jitter: any wait up to a bound that doubles with each try (`number` from 1), in ms. */
export function backoffMs(number: number, policy: Pick<RetryPolicy, 'baseMs' | 'capMs'>, timing: Pick<Timing, 'random'>): number {
  return Math.floor(timing.random() * Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(number - 1, 30)));
}

/**
 * True for a status that may be another one later: 408, 429 and everything from 500 (Mimir uses 529 for 429). Receivers that
 * answer permanent errors with 500 are known; whoever knows their texts asks about those first.
 */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** The usual judgement: an answer by its status, no answer is tried again unless the caller ended it or it could not be sent at all. */
export function judgeHttp(outcome: HttpOutcome, nowMs: number): Advice {
  if (outcome.kind === 'failure') {
    return outcome.reason === 'aborted' || outcome.reason === 'invalid' || outcome.reason === 'tls' ? { again: false } : { again: true };
  }
  return isRetryableStatus(outcome.status) ? { again: true, afterMs: retryAfterMs(outcome.headers, nowMs) } : { again: false };
}

/** A function, because the compiler takes a signal that was seen quiet to stay so. */
function isEnded(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function sleepUntil(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
