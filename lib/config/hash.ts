import { createHash } from 'node:crypto';
import type { Config } from './schema.ts';

/** Digits of the hash: enough to tell configurations apart, short enough for a metric label. */
const HASH_DIGITS = 16;

/**
 * A short hash of what the configuration means: equal for files that differ in layout, comments, order of keys or defaults
 * written out. Exported as a metric label, so that compiled patterns and the running classifier can be seen to agree.
 */
export function configHash(config: Config): string {
  return createHash('sha256').update(canonicalJson(config)).digest('hex').slice(0, HASH_DIGITS);
}

/** JSON with sorted keys; the order of lists has a meaning and stays. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
