import { civilTime } from '../../time.ts';
import type { RichElement } from './slack-message.ts';

/** Of Slack's formats of a date: `today at 10:26:53 AM`, and the time of day alone (https://docs.slack.dev/messaging/formatting-message-text, read 2026-11-21). */
const FORMATS = { full: '{date_short_pretty} at {time_secs}', clock: '{time_secs}' } as const;
export type TimeFormat = keyof typeof FORMATS;

/** The last moment of 2099, in ms: what is later, or before 1970, is no time of an event and is shown in UTC as it is. */
const MAX_MS = 4_102_444_799_999;

/** A moment in UTC, for those who do not see Slack's own: `2026-03-14 09:26:53 UTC`, or `09:26:53 UTC`. */
export function utcText(timeMs: number, format: TimeFormat = 'full'): string {
  const { date, clock } = civilTime(BigInt(Math.trunc(timeMs)) * 1_000_000n);
  return format === 'full' ? `${date} ${clock} UTC` : `${clock} UTC`;
}

/** A moment in markup; each reader sees it in the own time zone, but for the time of day in long lists, where there is no room for that. */
export function mrkdwnTime(timeMs: number, format: TimeFormat = 'full'): string {
  const utc = utcText(timeMs, format);
  return isShowable(timeMs) && format === 'full' ? `<!date^${seconds(timeMs)}^${FORMATS.full}|${utc}>` : utc;
}

/** A moment in a rich text. */
export function richTime(timeMs: number, format: TimeFormat = 'full'): RichElement {
  const fallback = utcText(timeMs, format);
  if (!isShowable(timeMs)) return { type: 'text', text: fallback };
  return { type: 'date', timestamp: seconds(timeMs), format: FORMATS[format], fallback };
}

function isShowable(timeMs: number): boolean {
  return timeMs >= 0 && timeMs <= MAX_MS;
}

function seconds(timeMs: number): number {
  return Math.floor(timeMs / 1000);
}
