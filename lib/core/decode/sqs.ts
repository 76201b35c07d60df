import { member, text } from '../normalise/access.ts';
import { type Format, fail, inside } from './item.ts';

/** Reads one message of an SQS event (`body`) or of a ReceiveMessage answer (`Body`). */
export const sqs: Format = (item) => {
  const isEvent =
    text(item.value, 'eventSource') === 'aws:sqs' ||
    (text(item.value, 'messageId') !== undefined && member(item.value, 'body') !== undefined);
  const isAnswer = text(item.value, 'MessageId') !== undefined && member(item.value, 'Body') !== undefined;
  if (!isEvent && !isAnswer) return false;
  const name = isEvent ? 'body' : 'Body';
  const body = member(item.value, name);
  if (typeof body !== 'string') return fail(item, 'bad_envelope', `an SQS message needs ${name} as a string`);
  item.decoder.text(body, inside(item.around, name, {}, 'body'));
  return true;
};
