/** What Discord's answers say of its rate limits (https://docs.discord.com/developers/topics/rate-limits, read 2026-11-21). */
import type { Json } from '../../model/audit-event.ts';
import { at } from '../../normalise/access.ts';

/** Longest pause that is believed, in ms. */
const MAX_PAUSE_MS = 24 * 60 * 60 * 1000;

/**
 * How long Discord asks to be left alone, in ms; undefined when it does not ask. After the last call of a bucket it says so before
 * it refuses the next one; a 429 names seconds with a fraction in its body, for the webhook or (`global`) for all calls from here.
 *
 * @param headers - Names in lower case.
 */
export function discordPauseMs(status: number, headers: Readonly<Record<string, string>>, body: string): number | undefined {
  if (status === 429)
    return millis(at(parse(body), 'retry_after')) ?? millis(headers['retry-after']) ?? millis(headers['x-ratelimit-reset-after']);
  return headers['x-ratelimit-remaining'] === '0' ? millis(headers['x-ratelimit-reset-after']) : undefined;
}

function millis(seconds: Json | undefined): number | undefined {
  const value = typeof seconds === 'string' && /^\d{1,9}(?:\.\d{1,9})?$/.test(seconds) ? Number(seconds) : seconds;
  return typeof value === 'number' && value >= 0 ? Math.min(Math.ceil(value * 1000), MAX_PAUSE_MS) : undefined;
}

function parse(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return null;
  }
}
