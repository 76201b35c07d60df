import { describe, expect, test } from 'vitest';
import { civilTime, daysFromCivil, formatRfc3339, parseRfc3339 } from '../../../lib/core/time.ts';

describe('RFC 3339', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['2026-11-21T08:00:00Z', BigInt(Date.UTC(2026, 10, 21, 8)) * 1_000_000n],
    ['2024-02-29t23:59:59.123456789z', BigInt(Date.UTC(2024, 1, 29, 23, 59, 59)) * 1_000_000n + 123_456_789n],
    ['2026-11-21T08:00:00.5+02:00', BigInt(Date.UTC(2026, 10, 21, 6)) * 1_000_000n + 500_000_000n],
    ['2026-11-21T08:00:00-02:30', BigInt(Date.UTC(2026, 10, 21, 10, 30)) * 1_000_000n],
    ['1969-12-31T23:59:59.999Z', -1_000_000n],
    ['2016-12-31T23:59:60Z', BigInt(Date.UTC(2016, 11, 31, 23, 59, 59)) * 1_000_000n],
    ['2000-02-29T00:00:00Z', BigInt(Date.UTC(2000, 1, 29)) * 1_000_000n],
  ])('%s is read to the nanosecond', (text, ns) => {
    const instant = parseRfc3339(text);
    expect(instant?.ns).toBe(ns);
    expect(instant?.ms).toBe(Math.floor(Number(ns) / 1e6));
  });

  test.each([
    '',
    '2026-11-21',
    '2026-11-21 08:00:00',
    '2026-13-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-11-00T00:00:00Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T08:60:00Z',
    '2026-11-21T08:00:61Z',
    '2026-11-21T08:00:00+24:00',
    '2026-11-21T08:00:00+00:60',
    '2022-11-29 00:09:04.38',
  ])('%j is no RFC 3339 time', (text) => expect(parseRfc3339(text)).toBeUndefined());

  test('printing and reading are inverse over four centuries', () => {
    for (let day = daysFromCivil(1900, 1, 1); day < daysFromCivil(2300, 1, 1); day += 13) {
      const ns = BigInt(day) * 86_400_000_000_000n + 45_296_000_000_007n;
      const printed = formatRfc3339(ns);
      expect(printed).toBe(`${new Date(day * 86_400_000 + 45_296_000).toISOString().slice(0, 19)}.000000007Z`);
      expect(parseRfc3339(printed)?.ns).toBe(ns);
    }
  });

  test('a moment is taken apart into padded fields', () => {
    expect(civilTime(1_000_000_001n)).toEqual({ date: '1970-01-01', clock: '00:00:01', nanos: '000000001' });
  });
});
