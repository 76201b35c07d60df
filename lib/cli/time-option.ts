import { parseRfc3339 } from '../core/time.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * Reads the value of `--since` or `--until`: an RFC 3339 time, a date (its midnight in the time zone of this machine), or
 * a span before now such as `90m`, `24h`, `7d`, `2w`.
 *
 * @returns ms since 1970, or undefined when the text is none of these.
 */
export function parseTimeOption(text: string, nowMs: number): number | undefined {
  const span = /^(\d{1,6})([smhdw])$/.exec(text);
  if (span !== null) return nowMs - Number(span[1]) * (UNIT_MS[span[2] ?? ''] ?? 0);
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (date === null) return parseRfc3339(text)?.ms;
  const [year, month, day] = [Number(date[1]), Number(date[2]), Number(date[3])];
  const midnight = new Date(year, month - 1, day);
  midnight.setFullYear(year); // years below 100 are not 19xx
  // a day that does not exist would roll over into the next month
  return midnight.getMonth() === month - 1 && midnight.getDate() === day ? midnight.getTime() : undefined;
}

/** What the two options take, for messages. */
export const TIME_FORMS = 'an RFC 3339 time (2026-11-20T14:00:00Z), a date (2026-11-20) or a span before now (90m, 24h, 7d)';
