import { describe, expect, test } from 'vitest';
import type { HttpOutcome } from '../../../lib/clients/http.ts';
import {
  backoffMs,
  DEFAULT_RETRY,
  isRetryableStatus,
  judgeHttp,
  type RetryPolicy,
  retry,
  SYSTEM_TIMING,
} from '../../../lib/clients/retry.ts';
import { manualTiming } from '../../support/timing.ts';

const POLICY: RetryPolicy = { maxAttempts: 4, baseMs: 100, capMs: 300, totalMs: 10_000 };
const answer = (status: number, headers: Record<string, string> = {}): HttpOutcome => ({
  kind: 'answer',
  status,
  headers,
  body: '',
  isCut: false,
});
const failure = (reason: 'timeout' | 'aborted' | 'tls' | 'reset'): HttpOutcome => ({ kind: 'failure', reason, message: '' });

describe('repeating', () => {
  test('a final outcome is returned after one try', async () => {
    const timing = manualTiming();
    const result = await retry(
      () => Promise.resolve('done'),
      () => ({ again: false }),
      POLICY,
      timing,
    );
    expect(result).toEqual({ outcome: 'done', attempts: 1, gaveUp: false });
    expect(timing.slept).toEqual([]);
  });

  test('the bound of the waits doubles up to the cap, and the tries end', async () => {
    const timing = manualTiming({ random: () => 0.5 });
    const result = await retry(
      (number) => Promise.resolve(number),
      () => ({ again: true }),
      { ...POLICY, maxAttempts: 5 },
      timing,
    );
    expect(result).toEqual({ outcome: 5, attempts: 5, gaveUp: true });
    expect(timing.slept).toEqual([50, 100, 150, 150]);
  });

  test('what the receiver asks for is the least wait', async () => {
    const timing = manualTiming({ random: () => 0 });
    const result = await retry(
      (number) => Promise.resolve(number),
      (number) => (number < 3 ? { again: true, afterMs: 2_000 } : { again: false }),
      POLICY,
      timing,
    );
    expect(result).toEqual({ outcome: 3, attempts: 3, gaveUp: false });
    expect(timing.slept).toEqual([2_000, 2_000]);
  });

  test('a wait that would pass the end is not begun', async () => {
    const timing = manualTiming();
    const result = await retry(
      (number) => Promise.resolve(number),
      () => ({ again: true, afterMs: 10_001 }),
      POLICY,
      timing,
    );
    expect(result).toEqual({ outcome: 1, attempts: 1, gaveUp: true });
    expect(timing.slept).toEqual([]);
  });

  test('a signal ends it before and during a wait', async () => {
    const before = manualTiming();
    expect(
      await retry(
        () => Promise.resolve('x'),
        () => ({ again: true }),
        POLICY,
        before,
        AbortSignal.abort(),
      ),
    ).toEqual({ outcome: 'x', attempts: 1, gaveUp: true });
    expect(before.slept).toEqual([]);

    const controller = new AbortController();
    const during = manualTiming({ onSleep: () => controller.abort() });
    expect(
      await retry(
        () => Promise.resolve('x'),
        () => ({ again: true }),
        POLICY,
        during,
        controller.signal,
      ),
    ).toEqual({ outcome: 'x', attempts: 1, gaveUp: true });
    expect(during.slept).toHaveLength(1);
  });

  test('without a timing the machine is asked; its sleep ends early on a signal', async () => {
    const result = await retry(
      (number) => Promise.resolve(number),
      (number) => ({ again: number < 2 }),
      { ...DEFAULT_RETRY, baseMs: 1 },
    );
    expect(result).toEqual({ outcome: 2, attempts: 2, gaveUp: false });
    const controller = new AbortController();
    const sleeping = SYSTEM_TIMING.sleep(60_000, controller.signal);
    controller.abort();
    await sleeping;
    await SYSTEM_TIMING.sleep(60_000, controller.signal);
    await SYSTEM_TIMING.sleep(1, new AbortController().signal);
    expect(SYSTEM_TIMING.now()).toBeGreaterThan(1_700_000_000_000);
    expect(SYSTEM_TIMING.random()).toBeLessThan(1);
  });

  test('the wait is never negative and never above its bound', () => {
    for (const number of [1, 2, 3, 31, 1000]) {
      const most = backoffMs(number, DEFAULT_RETRY, { random: () => 0.999999 });
      expect(most).toBeLessThanOrEqual(Math.min(DEFAULT_RETRY.capMs, DEFAULT_RETRY.baseMs * 2 ** (number - 1)));
      expect(backoffMs(number, DEFAULT_RETRY, { random: () => 0 })).toBe(0);
    }
  });
});

describe('what is worth another try', () => {
  test.each([408, 429, 500, 502, 503, 504, 529, 599])('status %i is', (status) => expect(isRetryableStatus(status)).toBe(true));
  test.each([200, 204, 260, 301, 400, 401, 403, 404, 409, 413, 415, 422])('status %i is not', (status) =>
    expect(isRetryableStatus(status)).toBe(false),
  );

  test('an answer is judged by its status and carries what the receiver asked for', () => {
    expect(judgeHttp(answer(204), 0)).toEqual({ again: false });
    expect(judgeHttp(answer(429, { 'retry-after': '3' }), 0)).toEqual({ again: true, afterMs: 3_000 });
    expect(judgeHttp(answer(503), 0)).toEqual({ again: true, afterMs: undefined });
  });

  test('no answer is tried again, unless the caller ended it or the certificate is not trusted', () => {
    expect(judgeHttp(failure('timeout'), 0)).toEqual({ again: true });
    expect(judgeHttp(failure('reset'), 0)).toEqual({ again: true });
    expect(judgeHttp(failure('aborted'), 0)).toEqual({ again: false });
    expect(judgeHttp(failure('tls'), 0)).toEqual({ again: false });
  });
});
