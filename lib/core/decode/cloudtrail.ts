import type { JsonObject } from '../model/audit-event.ts';
import { member, text } from '../normalise/access.ts';
import { drop, type Format, record } from './item.ts';

/** Members that make a CloudTrail record one (CloudTrail User Guide, "record contents"); every single one may be missing. */
const MARKS = [
  'eventVersion',
  'userIdentity',
  'eventTime',
  'eventSource',
  'eventName',
  'awsRegion',
  'eventID',
  'eventType',
  'recipientAccountId',
];
/** Two could be chance in another program's log; CloudTrail's own records have eight. */
const ENOUGH_MARKS = 3;

/** Reads a CloudTrail record; insight, network-activity and aggregated records are dropped by what they say of themselves. */
export const cloudtrail: Format = (item) => {
  const { value } = item;
  if (isInsight(value)) return drop(item, 'insight');
  if (text(value, 'eventType') === 'AwsVpceEvent' || text(value, 'eventCategory') === 'NetworkActivity')
    return drop(item, 'network_activity');
  if (text(value, 'eventType') === 'AwsAggregatedEvent' || text(value, 'eventCategory') === 'Aggregated') return drop(item, 'aggregated');
  return isCloudTrail(value) ? record(item, 'aws_cloudtrail') : false;
};

/** True for an object that is a CloudTrail record, complete or not. */
export function isCloudTrail(value: JsonObject): boolean {
  return MARKS.filter((mark) => member(value, mark) !== undefined).length >= ENOUGH_MARKS;
}

function isInsight(value: JsonObject): boolean {
  return (
    text(value, 'eventType') === 'AwsCloudTrailInsight' ||
    text(value, 'eventCategory') === 'Insight' ||
    member(value, 'awsCloudTrailInsight') !== undefined
  );
}
