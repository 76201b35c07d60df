import { fingerprint } from '../fingerprint.ts';
import type { Delivery } from '../model/delivery.ts';

/**
 * Tells the copies of one event apart. The same event comes from EventBridge, from an object of the trail, from a log group and from a webhook,
 * and never as the same text (order of members, blanks, `kind` of list items): only copies that are equal here make the same log entry.
 *
 * Kept with marks and compared with what waits in queues: whoever changes this makes strangers of the copies that are under way.
 */
export function copyOf({ ingest, findings }: Delivery): string {
  const [{ recordText }] = findings;
  const made = findings.map(({ finding }) => finding);
  return fingerprint(
    JSON.stringify([ingest ?? '', recordText, made], (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)),
  );
}
