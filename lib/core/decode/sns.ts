import type { Json } from '../model/audit-event.ts';
import { isObject, member, text } from '../normalise/access.ts';
import { drop, type Format, fail, type Item, inside } from './item.ts';

/** What CloudTrail sends to a topic when a trail is told to use it; every reader of such topics meets it once (aws/aws-cloudtrail-processing-library, `CloudTrailValidationMessage`). */
const TOPIC_CHECK = /^\s*CloudTrail validation message\.?\s*$/i;

/** True for the text with which CloudTrail tries whether it may write to a topic. */
export function isTopicCheck(text: string): boolean {
  return TOPIC_CHECK.test(text.slice(0, 100));
}

/** Reads a record of an SNS event (`Sns`, in some SDKs `sns`) and the JSON body that SNS delivers to SQS and HTTP. */
export const sns: Format = (item) => {
  for (const name of ['Sns', 'sns']) {
    const message = member(item.value, name);
    if (isObject(message)) return deliver(item, message, `${name}.`);
  }
  return isBody(item.value) ? deliver(item, item.value, '') : false;
};

function isBody(value: Json): boolean {
  const hasTopic = (text(value, 'TopicArn') ?? text(value, 'topicArn')) !== undefined;
  return hasTopic && typeOf(value) !== undefined;
}

function typeOf(value: Json): string | undefined {
  return text(value, 'Type') ?? text(value, 'type');
}

function deliver(item: Item, message: Json, step: string): true {
  const type = typeOf(message);
  // SubscriptionConfirmation and UnsubscribeConfirmation speak of the subscription itself.
  if (type !== undefined && type !== 'Notification') return drop(item, 'test_notice');
  for (const name of ['Message', 'message']) {
    const body = member(message, name);
    if (typeof body === 'string') {
      if (isTopicCheck(body)) return drop(item, 'test_notice');
      item.decoder.text(body, inside(item.around, `${step}${name}`, {}, 'body'));
      return true;
    }
  }
  return fail(item, 'bad_envelope', 'an SNS notification needs Message as a string');
}
