import type { DropReason } from '../core/errors.ts';
import type { NoticedObject } from '../sources/s3-notice.ts';

/** Where a trail writes, as the configuration says. */
export interface Trail {
  readonly bucket: string;
  /** Before `AWSLogs/`. */
  readonly prefix: string | undefined;
}

/**
 * Whether a notice is about an object of the trail. Anything else is not fetched, whoever has put the notice into the queue: the bucket may
 * hold other logs too.
 */
export function isOfTrail({ bucket, key }: NoticedObject, trail: Trail): boolean {
  const prefix = trail.prefix === undefined ? '' : `${trail.prefix.replace(/\/+$/, '')}/`;
  return bucket === trail.bucket && key.startsWith(`${prefix}AWSLogs/`) && looksLikeTrail(key);
}

/** Whether a key is one that some trail writes. One that ends with a slash is a folder as consoles show them, and empty. */
export function looksLikeTrail(key: string): boolean {
  return /\/CloudTrail(?:-[A-Za-z]+)?\//.test(key) && !key.endsWith('/');
}

/** What an object of a trail holds, by its key (CloudTrail User Guide, "CloudTrail log file names", read 2026-11): only events are worth fetching. */
export function trailObjectKind(key: string): 'events' | Extract<DropReason, 'digest' | 'insight' | 'network_activity' | 'aggregated'> {
  if (key.includes('/CloudTrail-Digest/')) return 'digest';
  if (key.includes('/CloudTrail-Insight/')) return 'insight';
  if (key.includes('/CloudTrail-Aggregated/')) return 'aggregated';
  return key.includes('/CloudTrail-NetworkActivity/') ? 'network_activity' : 'events';
}
