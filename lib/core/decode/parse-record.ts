import type { Json } from '../model/audit-event.ts';
import type { RawRecord } from '../model/raw-record.ts';
import { parsed, recoverObject } from './recover.ts';

/** The value of a record's text; of a truncated one, the members that were complete. Undefined when the text is no JSON. */
export function parseRecord(record: RawRecord): Json | undefined {
  return record.truncated ? recoverObject(record.text) : parsed(record.text);
}
