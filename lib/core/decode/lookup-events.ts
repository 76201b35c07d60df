import { member, text } from '../normalise/access.ts';
import { type Format, fail, inside } from './item.ts';

/** Reads one event of a LookupEvents answer: the record is the JSON string `CloudTrailEvent`. */
export const lookupEvent: Format = (item) => {
  const event = member(item.value, 'CloudTrailEvent');
  if (event === undefined)
    return text(item.value, 'EventId') !== undefined && text(item.value, 'EventSource') !== undefined ? missing(item) : false;
  if (typeof event !== 'string') return missing(item);
  item.decoder.text(event, inside(item.around, 'CloudTrailEvent', {}, 'body'));
  return true;
};

const missing: Format = (item) => fail(item, 'bad_envelope', 'an event of LookupEvents needs CloudTrailEvent as a JSON string');
