import { isObject, member, text } from '../normalise/access.ts';
import { drop, type Format } from './item.ts';

/**
 * Reads what tells that an object was written: one record of an S3 event notification, CloudTrail's own SNS notice, or S3's test event.
 * It names an object and holds no audit record.
 */
export const s3Notification: Format = (item) => {
  const { value } = item;
  if (text(value, 'Event') === 's3:TestEvent') return drop(item, 'test_notice');
  const isRecord = text(value, 'eventSource') === 'aws:s3' && isObject(member(value, 's3'));
  const isCloudTrailNotice = text(value, 's3Bucket') !== undefined && Array.isArray(member(value, 's3ObjectKey'));
  return isRecord || isCloudTrailNotice ? drop(item, 'notification') : false;
};
