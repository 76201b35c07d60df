/** Longest pause that a receiver may ask for, in ms; a header beyond it is an error of the receiver or an attack on the record. */
export const MAX_RETRY_AFTER_MS: number = 24 * 60 * 60 * 1000;

const SECONDS = /^\d{1,12}(?:\.\d{1,9})?$/;
// The three forms of RFC 9110 section 5.6.7: IMF-fixdate, RFC 850, asctime.
const DATES = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
] as const;

/**
 * How long an answer asks to wait, in ms from now; undefined when it does not ask (RFC 9110 section 10.2.3: seconds, or a date).
 * A date is measured against the answer's own `Date`, so that a clock that runs ahead or behind here does not shorten the pause.
 *
 * @param headers - Names in lower case.
 * @param nowMs - The clock here, used when the answer has no `Date`.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined) return undefined;
  if (SECONDS.test(value)) return Math.min(Math.ceil(Number(value) * 1000), MAX_RETRY_AFTER_MS);
  const until = httpDateMs(value);
  if (until === undefined) return undefined;
  const date = headers['date'];
  const asked = until - ((date === undefined ? undefined : httpDateMs(date.trim())) ?? nowMs);
  return Math.min(Math.max(0, asked), MAX_RETRY_AFTER_MS);
}

/** A date of HTTP in ms since 1970; undefined when the text is none. */
export function httpDateMs(text: string): number | undefined {
  if (!DATES.some((form) => form.test(text))) return undefined;
  // asctime names no zone and would be read as local time
  const ms = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
  return Number.isNaN(ms) ? undefined : ms;
}
