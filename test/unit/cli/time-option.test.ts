import { describe, expect, it } from 'vitest';
import { parseTimeOption } from '../../../lib/cli/time-option.ts';

const NOW = Date.UTC(2026, 10, 21, 12);

describe('--since and --until', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 30 * 60_000],
    ['24h', 24 * 3_600_000],
    ['7d', 7 * 86_400_000],
    ['2w', 14 * 86_400_000],
  ])('takes %s as a span before now', (text, span) => {
    expect(parseTimeOption(text, NOW)).toBe(NOW - span);
  });

  it('takes an RFC 3339 time with its zone', () => {
    expect(parseTimeOption('2026-11-20T14:00:00+02:00', NOW)).toBe(Date.UTC(2026, 10, 20, 12));
  });

  it('takes a date as its midnight where the user is', () => {
    expect(parseTimeOption('2026-11-20', NOW)).toBe(new Date(2026, 10, 20).getTime());
  });

  it.each(['', 'yesterday', '24', 'h', '-1h', '1.5h', '2026-02-30', '2026-13-01', '2026-11-20T14:00:00', '20261120'])(
    'does not guess at %j',
    (text) => {
      expect(parseTimeOption(text, NOW)).toBeUndefined();
    },
  );
});
