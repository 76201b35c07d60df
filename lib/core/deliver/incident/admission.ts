import { fingerprint } from '../../fingerprint.ts';
import { MAX_LINES } from './digest.ts';

/** What the store keeps of a channel: how many messages of incidents its present minute has, and the digest of the rest. */
export interface Admissions {
  readonly sinceMs: number;
  readonly admitted: number;
  readonly digest?: { readonly marker: string; readonly lines: number };
}

/** A minute of a channel in which nothing was told. */
export const NO_ADMISSIONS: Admissions = { sinceMs: Number.NEGATIVE_INFINITY, admitted: 0 };

const MINUTE_MS = 60_000;

export interface AdmissionSettings {
  readonly channel: string;
  /** New incidents a minute that get a message of their own. */
  readonly maxAMinute: number;
  /** The digest so far can take no more lines: another is begun. */
  readonly isNewDigest: boolean;
}

/**
 * Decides where a new incident is told: in a message of its own, or in the digest of the minute when it has had its number of messages.
 */
export function admitted(
  admissions: Admissions,
  nowMs: number,
  { channel, maxAMinute, isNewDigest }: AdmissionSettings,
): { readonly admissions: Admissions; readonly home: 'own' | { readonly digest: string } } {
  const isOver = nowMs - admissions.sinceMs >= MINUTE_MS || nowMs < admissions.sinceMs;
  const current: Admissions = isOver ? { sinceMs: nowMs, admitted: 0 } : admissions;
  if (current.admitted < maxAMinute) return { admissions: { ...current, admitted: current.admitted + 1 }, home: 'own' };
  const open = isNewDigest || (current.digest?.lines ?? 0) >= MAX_LINES ? undefined : current.digest;
  const marker = open?.marker ?? digestMarker(channel, nowMs, current.digest?.marker);
  return { admissions: { ...current, digest: { marker, lines: (open?.lines ?? 0) + 1 } }, home: { digest: marker } };
}

/** Tells a digest from all others: those of one channel and moment follow each other. */
function digestMarker(channel: string, nowMs: number, before: string | undefined): string {
  return `digest-${fingerprint(JSON.stringify([channel, nowMs, before ?? '']))}`;
}
