import { describe, expect, test } from 'vitest';
import type { ResolvedSecret } from '../../../lib/config/secrets.ts';
import { SecretCache } from '../../../lib/lambda/secret-cache.ts';
import { manualTiming } from '../../support/timing.ts';

function cacheOf(first: ResolvedSecret) {
  const timing = manualTiming();
  const state = { answer: first, reads: 0 };
  const read = (): ResolvedSecret => {
    state.reads++;
    return state.answer;
  };
  return { cache: new SecretCache({ ssm: '/driftwire/token' }, read, timing), timing, state };
}

describe('a secret of a function', () => {
  test('is read once in five minutes, however often it is asked for', async () => {
    const { cache, timing, state } = cacheOf({ ok: true, value: 'one\n' });
    for (let at = 0; at < 100; at++) expect(await cache.value()).toBe('one');
    expect(state.reads).toBe(1);
    state.answer = { ok: true, value: 'two' };
    timing.advance(5 * 60_000);
    expect(await cache.value()).toBe('two');
  });

  test('goes on being used while it cannot be read', async () => {
    const { cache, timing, state } = cacheOf({ ok: true, value: 'one' });
    await cache.value();
    state.answer = { ok: false, message: 'throttled' };
    timing.advance(60 * 60_000);
    expect(await cache.value()).toBe('one');
  });

  test.each<ResolvedSecret>([
    { ok: false, message: 'the SSM parameter /driftwire/token cannot be read' },
    { ok: true, value: ' \n' },
  ])('that never could be read is none: %j', async (answer) => {
    const { cache, state } = cacheOf(answer);
    await expect(cache.value()).rejects.toMatchObject({ code: 'DW_STORE_UNAVAILABLE', retryable: true });
    state.answer = { ok: true, value: 'one' };
    expect(await cache.value()).toBe('one');
  });
});
