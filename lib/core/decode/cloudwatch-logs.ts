import type { JsonObject } from '../model/audit-event.ts';
import type { Envelope } from '../model/raw-record.ts';
import { at, isObject, member, text } from '../normalise/access.ts';
import { drop, type Format, fail, inflated, inside } from './item.ts';

/** `/aws/eks/<cluster>/cluster` (EKS User Guide, "Send control plane logs to CloudWatch Logs"). */
const EKS_LOG_GROUP = /^\/aws\/eks\/([^/]+)\/cluster$/;
const ACCOUNT = /^\d{12}$/;

/** Reads the event a subscription sends to a function: `awslogs.data` is base64 of gzip. */
export const awslogs: Format = (item) => {
  const data = at(item.value, 'awslogs', 'data');
  if (data === undefined) return false;
  if (typeof data !== 'string') return fail(item, 'bad_envelope', 'a log subscription event needs awslogs.data as a base64 string');
  return inflated(item, data, inside(item.around, 'awslogs.data', {}, 'body'));
};

/** Reads an unpacked subscription message whose log events could not be read one by one; the splitter reads the others. */
export const logsMessage: Format = (item) => {
  const type = text(item.value, 'messageType');
  if (type === 'CONTROL_MESSAGE') return drop(item, 'control_message');
  const events = member(item.value, 'logEvents');
  if (type === undefined && events === undefined) return false;
  if (!Array.isArray(events))
    return type === 'DATA_MESSAGE' ? fail(item, 'bad_envelope', 'a log subscription message needs logEvents as an array') : false;
  const envelope = logsEnvelope(item.value);
  events.forEach((event, index) => {
    const around = inside(item.around, `logEvents[${index}]`, envelope);
    if (isObject(event)) item.decoder.value(JSON.stringify(event), event, around);
    else fail({ ...item, around }, 'not_an_event', 'a log event is a JSON object with message and timestamp');
  });
  return true;
};

/** Reads one log event, of a subscription message or of a dump of `FilterLogEvents` or `GetLogEvents`. */
export const logEvent: Format = (item) => {
  const { value, around } = item;
  const message = member(value, 'message');
  const timeMs = member(value, 'timestamp');
  if (typeof message !== 'string' || typeof timeMs !== 'number' || !Number.isFinite(timeMs)) return false;
  item.decoder.text(message, inside(around, 'message', { ...extracted(value), timeMs: Math.trunc(timeMs) }, 'log'));
  return true;
};

/** What a subscription message says of all its log events. */
export function logsEnvelope(message: JsonObject): Envelope {
  const owner = text(message, 'owner');
  const cluster = EKS_LOG_GROUP.exec(text(message, 'logGroup') ?? '')?.[1];
  return { ...(owner !== undefined && ACCOUNT.test(owner) ? { account: owner } : {}), ...(cluster === undefined ? {} : { cluster }) };
}

/** System fields that a subscription may add; a centralised log group has many accounts and regions. */
function extracted(event: JsonObject): Envelope {
  const account = text(event, 'extractedFields', '@aws.account');
  const region = text(event, 'extractedFields', '@aws.region');
  return { ...(account !== undefined && ACCOUNT.test(account) ? { account } : {}), ...(region === undefined ? {} : { region }) };
}
