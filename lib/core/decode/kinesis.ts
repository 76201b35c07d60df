import { isObject, member, text } from '../normalise/access.ts';
import { type Format, fail, inflated, inside } from './item.ts';

/** Reads one record of a Kinesis event: its data is base64, of what CloudWatch Logs sends also gzip, in one or several members. */
export const kinesis: Format = (item) => {
  const inner = member(item.value, 'kinesis');
  if (!isObject(inner)) return false;
  const data = member(inner, 'data');
  if (typeof data !== 'string') return fail(item, 'bad_envelope', 'a Kinesis record needs kinesis.data as a base64 string');
  return inflated(item, data, inside(item.around, 'kinesis.data', {}, 'body'));
};

/** Reads one record of a Firehose transformation event. */
export const firehose: Format = (item) => {
  const data = member(item.value, 'data');
  if (text(item.value, 'recordId') === undefined || data === undefined) return false;
  if (typeof data !== 'string') return fail(item, 'bad_envelope', 'a Firehose record needs data as a base64 string');
  return inflated(item, data, inside(item.around, 'data', {}, 'body'));
};
