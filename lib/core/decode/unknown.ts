import type { JsonObject } from '../model/audit-event.ts';
import { shown } from './text-line.ts';

const MAX_KEYS = 8;

/** Says of an object that no format knows what was seen and what would have been read. */
export function unknownObject(value: JsonObject): string {
  const keys = Object.keys(value);
  const names = keys.slice(0, MAX_KEYS).map((key) => shown(key, 40));
  const more = keys.length > MAX_KEYS ? ` and ${keys.length - MAX_KEYS} more` : '';
  const seen = keys.length === 0 ? 'an object without keys' : `an object with the keys ${names.join(', ')}${more}`;
  return `${seen} is no format that is known; known are CloudTrail records and Kubernetes audit events, alone or in their AWS envelopes`;
}
