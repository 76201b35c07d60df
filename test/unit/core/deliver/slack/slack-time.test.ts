import { describe, expect, test } from 'vitest';
import { mrkdwnTime, richTime, utcText } from '../../../../../lib/core/deliver/slack/slack-time.ts';

const TIME = Date.parse('2026-03-14T09:26:53.589Z');

describe('a moment', () => {
  test('is shown to each reader in the own time zone, and in UTC where that cannot be', () => {
    expect(mrkdwnTime(TIME)).toBe('<!date^1773480413^{date_short_pretty} at {time_secs}|2026-03-14 09:26:53 UTC>');
    expect(richTime(TIME)).toEqual({
      type: 'date',
      timestamp: 1773480413,
      format: '{date_short_pretty} at {time_secs}',
      fallback: '2026-03-14 09:26:53 UTC',
    });
    expect(utcText(TIME)).toBe('2026-03-14 09:26:53 UTC');
  });

  test('of a long list is a time of day', () => {
    expect(richTime(TIME, 'clock')).toEqual({ type: 'date', timestamp: 1773480413, format: '{time_secs}', fallback: '09:26:53 UTC' });
    expect(mrkdwnTime(TIME, 'clock')).toBe('09:26:53 UTC');
  });

  test.each([
    [-1, '1969-12-31 23:59:59 UTC'],
    [Date.UTC(2100, 0, 1), '2100-01-01 00:00:00 UTC'],
  ])('that no clock shows stays as it is: %d', (timeMs, text) => {
    expect(mrkdwnTime(timeMs)).toBe(text);
    expect(richTime(timeMs)).toEqual({ type: 'text', text });
  });
});
