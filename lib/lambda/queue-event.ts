import { DriftwireError } from '../core/errors.ts';

/** A message as far as every function reads it. */
interface Message {
  readonly messageId: string;
  readonly body: string;
}

/**
 * The messages that Lambda hands to a function that a queue feeds.
 *
 * @throws {DriftwireError} `DW_DECODE_CORRUPT` for any other event, such as that of a test by hand: nothing of it could be acknowledged.
 */
export function messagesOf<M extends Message>(event: { readonly Records: readonly M[] }): readonly M[] {
  const records: unknown = typeof event === 'object' && event !== null ? event.Records : undefined;
  if (Array.isArray(records) && records.every(isMessage)) return event.Records;
  throw new DriftwireError('DW_DECODE_CORRUPT', 'the event is not one of messages of a queue: look at what invokes this function');
}

function isMessage(record: unknown): boolean {
  if (typeof record !== 'object' || record === null || !('messageId' in record) || !('body' in record)) return false;
  return typeof record.messageId === 'string' && typeof record.body === 'string';
}
