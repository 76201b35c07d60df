import { describe, expect, test } from 'vitest';
import { messagesOf } from '../../../lib/lambda/queue-event.ts';

describe('the event of a queue', () => {
  test('has messages, or none', () => {
    const message = { messageId: 'm', body: 'x', attributes: {} };
    expect(messagesOf({ Records: [message] })).toEqual([message]);
    expect(messagesOf({ Records: [] })).toEqual([]);
  });

  test.each([
    [{}],
    [null],
    ['text'],
    [{ Records: {} }],
    [{ Records: [null] }],
    [{ Records: [{ EventSource: 'aws:sns', Sns: { Message: 'x' } }] }],
    [{ Records: [{ eventSource: 'aws:s3', s3: {} }] }],
    [{ Records: [{ messageId: 'm', body: 7 }] }],
    [{ 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.ec2', detail: {} }],
  ])('%j is none, and somebody is told what to look at', (event) => {
    expect(() => messagesOf(event as never)).toThrow('look at what invokes this function');
  });
});
