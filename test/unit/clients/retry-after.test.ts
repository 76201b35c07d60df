import { describe, expect, test } from 'vitest';
import { httpDateMs, MAX_RETRY_AFTER_MS, retryAfterMs } from '../../../lib/clients/retry-after.ts';

const NOW = Date.UTC(2026, 10, 20, 9, 0, 0);

describe('Retry-After', () => {
  test('seconds, with or without a fraction, become milliseconds', () => {
    expect(retryAfterMs({ 'retry-after': '120' }, NOW)).toBe(120_000);
    expect(retryAfterMs({ 'retry-after': ' 0 ' }, NOW)).toBe(0);
    expect(retryAfterMs({ 'retry-after': '1.5' }, NOW)).toBe(1_500);
  });

  test.each([
    ['IMF-fixdate', 'Fri, 20 Nov 2026 09:00:30 GMT'],
    ['RFC 850', 'Friday, 20-Nov-26 09:00:30 GMT'],
    ['asctime', 'Fri Nov 20 09:00:30 2026'],
  ])('a date as %s counts from now', (_form, value) => {
    expect(retryAfterMs({ 'retry-after': value }, NOW)).toBe(30_000);
  });

  test('a date is measured against the clock of the receiver, which may be another one', () => {
    const headers = { 'retry-after': 'Fri, 20 Nov 2026 11:00:30 GMT', date: 'Fri, 20 Nov 2026 11:00:00 GMT' };
    expect(retryAfterMs(headers, NOW)).toBe(30_000);
    expect(retryAfterMs({ ...headers, date: 'yesterday' }, NOW)).toBe(2 * 3_600_000 + 30_000);
  });

  test('a date that has passed asks for no wait', () => {
    expect(retryAfterMs({ 'retry-after': 'Fri, 20 Nov 2026 08:00:00 GMT' }, NOW)).toBe(0);
  });

  test('an absurd pause is cut to a day', () => {
    expect(retryAfterMs({ 'retry-after': '999999999999' }, NOW)).toBe(MAX_RETRY_AFTER_MS);
    expect(retryAfterMs({ 'retry-after': 'Fri, 20 Nov 2099 08:00:00 GMT' }, NOW)).toBe(MAX_RETRY_AFTER_MS);
  });

  test.each(['', 'soon', '-1', '1e3', '0x10', '2026-11-20T09:00:30Z', 'Fri, 99 Zzz 2026 09:00:30 GMT', '1'.repeat(400)])(
    'nonsense (%j) asks for nothing',
    (value) => {
      expect(retryAfterMs({ 'retry-after': value }, NOW)).toBeUndefined();
    },
  );

  test('without the header nothing is asked for', () => {
    expect(retryAfterMs({}, NOW)).toBeUndefined();
    expect(httpDateMs('Fri Nov  6 09:00:30 2026')).toBe(Date.UTC(2026, 10, 6, 9, 0, 30));
  });
});
