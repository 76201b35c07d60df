import type { JsonObject } from '../model/audit-event.ts';
import type { Envelope } from '../model/raw-record.ts';
import { text } from '../normalise/access.ts';
import { logsEnvelope } from './cloudwatch-logs.ts';

/** What holds for every element of an array that is read element by element. */
export interface Container {
  readonly name: string;
  readonly envelope: Envelope;
}

/** Members whose array holds the records of an envelope: CloudTrail objects and Lambda events, AKS and Firehose, Kubernetes, LookupEvents, FilterLogEvents, SQS answers, Config. */
const NAMES = new Set(['Records', 'records', 'items', 'Events', 'events', 'Messages', 'configurationItems']);

/**
 * Says whether an array member is to be read element by element.
 *
 * @param head - The members of the object that stand before the array.
 */
export function containerOf(name: string, head: JsonObject): Container | undefined {
  if (name === 'logEvents') return logEventsOf(head);
  if (!NAMES.has(name)) return undefined;
  const kind = text(head, 'kind');
  if (name === 'items' && kind !== undefined && kind !== 'EventList') return undefined;
  return { name, envelope: {} };
}

/** The account and the cluster of log events stand in the members before them, in the order CloudWatch Logs writes; in any other order the message is read as a whole. */
function logEventsOf(head: JsonObject): Container | undefined {
  if (text(head, 'messageType') !== 'DATA_MESSAGE' || text(head, 'logGroup') === undefined || text(head, 'owner') === undefined)
    return undefined;
  return { name: 'logEvents', envelope: logsEnvelope(head) };
}
