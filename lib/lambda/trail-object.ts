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
  return bucket === trail.bucket && key.startsWith(`${prefix}AWSLogs/`) && /\/CloudTrail(?:-[A-Za-z]+)?\//.test(key);
}

/** What an object of a trail holds, by its key (CloudTrail User Guide, "CloudTrail log file names", read 2026-11): only events are worth fetching. */
export function trailObjectKind(key: string): 'events' | Extract<DropReason, 'digest' | 'insight' | 'network_activity'> {
  if (key.includes('/CloudTrail-Digest/')) return 'digest';
  if (key.includes('/CloudTrail-Insight/')) return 'insight';
  return key.includes('/CloudTrail-NetworkActivity/') ? 'network_activity' : 'events';
}
