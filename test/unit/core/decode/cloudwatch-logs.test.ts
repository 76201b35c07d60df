import { describe, expect, test } from 'vitest';
import { brief, briefs, envelopes, fixture, readAll } from '../../../support/reading.ts';

describe('CloudWatch Logs', () => {
  test('of a control plane log group only audit events are records; klog, authenticator and other programs are dropped', () => {
    expect(briefs('cloudwatch-logs/message.json')).toEqual([
      '10 logEvents[0].message k8s_audit',
      '15 logEvents[1].message dropped other_log',
      '20 logEvents[2].message dropped other_log',
      '25 logEvents[3].message k8s_audit truncated',
      '30 logEvents[4].message dropped other_log',
      '35 logEvents[5].message aws_cloudtrail',
    ]);
  });

  test('account, cluster and time come from the message around the record', () => {
    const expected = { account: '111122223333', cluster: 'demo', timeMs: 1795222246957 };
    expect(envelopes(readAll(fixture('cloudwatch-logs/message.json')))[0]).toEqual(expected);
    expect(envelopes(readAll(fixture('cloudwatch-logs/subscription.json')))[0]).toEqual(expected);
    expect(envelopes(readAll(fixture('cloudwatch-logs/message-sorted-keys.json')))[1]).toEqual({ ...expected, timeMs: 1795222246958 });
  });

  test("an account in the log event itself is the event's own", () => {
    expect(envelopes(readAll(fixture('cloudwatch-logs/extracted-fields.json')))).toEqual([
      { account: '444455556666', region: 'eu-north-1', timeMs: 1795222246957 },
    ]);
  });

  test('an owner that is no account number and a log group of something else say nothing', () => {
    const message = { messageType: 'DATA_MESSAGE', owner: 'somebody', logGroup: '/aws/eks/a/b/cluster', logEvents: [] as unknown[] };
    message.logEvents.push({ id: '1', timestamp: 5.5, message: fixture('kubernetes-audit/event.json') });
    expect(envelopes(readAll(JSON.stringify(message)))).toEqual([{ timeMs: 5 }]);
  });

  test.each([
    ['subscription.json', ['1 awslogs.data.logEvents[0].message k8s_audit', '1 awslogs.data.logEvents[1].message dropped other_log']],
    ['control-message.json', ['1 awslogs.data dropped control_message']],
    ['message-no-events.json', ['1 . failed bad_envelope']],
    ['filter-log-events.json', ['4 events[0].message k8s_audit', '11 events[1].message dropped other_log']],
    ['get-log-events.json', ['3 events[0].message k8s_audit']],
    ['data-is-no-text.json', ['1 . failed bad_envelope']],
    ['data-damaged.json', ['1 awslogs.data failed bad_json', '1 awslogs.data failed bad_envelope']],
    [
      'cut-anywhere.json',
      [
        '10 logEvents[0].message k8s_audit truncated',
        '15 logEvents[1].message failed bad_json',
        '20 logEvents[2].message failed bad_json',
        '25 logEvents[3].message dropped other_log',
      ],
    ],
  ])('%s is read', (name, expected) => {
    expect(briefs(`cloudwatch-logs/${name}`)).toEqual(expected);
  });

  test('a message of another type without log events is nothing that is known', () => {
    expect(readAll('{"messageType":"OTHER"}').map(brief)).toEqual(['failed unknown_format']);
  });

  test('log events that are no objects are counted, in any order of the keys', () => {
    expect(readAll('{"logEvents":[5,{"x":1}],"messageType":"DATA_MESSAGE"}').map(brief)).toEqual([
      'failed not_an_event',
      'failed unknown_format',
    ]);
    expect(readAll('{"messageType":"DATA_MESSAGE","owner":"o","logGroup":"g","logEvents":[5,"text",{"message":1}]}').map(brief)).toEqual([
      'failed not_an_event',
      'failed bad_json',
      'failed unknown_format',
    ]);
  });
});
