import type { Envelope } from '../model/raw-record.ts';
import { isObject, member, text } from '../normalise/access.ts';
import { drop, type Format, fail, type Item, inside } from './item.ts';
import { memberText } from './member-text.ts';

/**
 * Reads an EventBridge event. Only AWS can send with a `source` that begins with `aws.`: everything else may have been put there by anybody
 * who may call PutEvents (prowler #12471), so it is never read as an audit record.
 */
export const eventbridge: Format = (item) => {
  const { value } = item;
  const detailType = member(value, 'detail-type');
  if (detailType === undefined || member(value, 'detail') === undefined) return false;
  const source = text(value, 'source');
  if (source === undefined || !source.startsWith('aws.')) return drop(item, 'forged');
  if (typeof detailType === 'string' && detailType.endsWith(' via CloudTrail')) return detail(item);
  const isNotice = source === 'aws.s3' && isObject(member(member(value, 'detail'), 'bucket'));
  return drop(item, isNotice ? 'notification' : 'other_event');
};

function detail(item: Item): true {
  const value = member(item.value, 'detail');
  if (!isObject(value)) return fail(item, 'bad_envelope', 'an event "... via CloudTrail" needs detail as an object');
  item.decoder.value(memberText(item.text, 'detail'), value, inside(item.around, 'detail', placeOf(item)));
  return true;
}

function placeOf(item: Item): Envelope {
  const account = text(item.value, 'account');
  const region = text(item.value, 'region');
  return { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) };
}
