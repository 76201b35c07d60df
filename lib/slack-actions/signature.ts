import { createHmac, timingSafeEqual } from 'node:crypto';

/** How old, or how far ahead, a signed request may be, in seconds (https://docs.slack.dev/authentication/verifying-requests-from-slack, read 2026-11-21). */
const MAX_AGE_SECONDS = 300;

/** A request as far as its signature is concerned. */
export interface SignedParts {
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** As it came, byte for byte. */
  readonly rawBody: Uint8Array;
}

/**
 * True for a request that Slack has signed within the last five minutes. The time is part of what is signed, so a request that
 * somebody has copied is worth nothing later. Compared in a time that tells nothing about the right signature.
 */
export function isSignedBySlack({ timestamp, signature, rawBody }: SignedParts, secret: string, nowMs: number): boolean {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > MAX_AGE_SECONDS) return false;
  const expected = Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
