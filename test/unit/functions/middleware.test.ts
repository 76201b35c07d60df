import type { Context } from 'aws-lambda';
import { afterEach, expect, test, vi } from 'vitest';
import { lambda } from '../../../functions/_shared/middleware.ts';
import { DriftwireError } from '../../../lib/core/errors.ts';

const context = (ms: number): Context => ({ getRemainingTimeInMillis: () => ms, functionName: 'test' }) as Context;

/** What the handler wrote to standard error. */
function listen(): string[] {
  const lines: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  return lines;
}

afterEach(() => vi.restoreAllMocks());

test('a success says nothing and returns the result', async () => {
  const lines = listen();
  const handler = lambda(async (event: { n: number }) => event.n + 1);
  expect(await handler({ n: 1 }, context(30_000))).toBe(2);
  expect(lines).toEqual([]);
});

test('a failure is one line with its code, without the event, and is thrown on', async () => {
  const lines = listen();
  const handler = lambda(async (_: { secret: string }): Promise<void> => {
    throw new DriftwireError('DW_DECODE_CORRUPT', 'not gzip');
  });
  await expect(handler({ secret: 'hunter2' }, context(30_000))).rejects.toThrow('not gzip');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 'error', code: 'DW_DECODE_CORRUPT', retryable: false, message: 'not gzip' },
  ]);
});

test('a handler that runs out of time fails as retryable before Lambda kills it', async () => {
  const lines = listen();
  const handler = lambda(() => new Promise<void>(() => undefined));
  await expect(handler({}, context(1_050))).rejects.toThrow('ran out of time');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ retryable: true });
});
