import { expect, test } from 'vitest';
import { inTime } from '../../../lib/lambda/in-time.ts';

test('work that ends in time gives what it came to', async () => {
  expect(await inTime(Promise.resolve(7), 10_000)).toBe(7);
  await expect(inTime(Promise.reject(new Error('no such table')), 10_000)).rejects.toThrow('no such table');
});

test.each([5, 0, -1_000])('nobody waits for work that does not end: %d ms', async (leftMs) => {
  const { promise, reject } = Promise.withResolvers<number>();
  await expect(inTime(promise, leftMs)).rejects.toMatchObject({ code: 'DW_STORE_UNAVAILABLE', retryable: true });
  // what becomes of it later concerns nobody
  reject(new Error('throttled'));
});
