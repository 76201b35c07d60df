import { describe, expect, test } from 'vitest';
import type { Sns } from '../../../lib/clients/sns.ts';
import { snsSink } from '../../../lib/sinks/sns.ts';
import { entryVerdict, snsVerdict } from '../../../lib/sinks/sns-answer.ts';
import { deliveryWith } from '../../support/deliveries.ts';
import { manualTiming } from '../../support/timing.ts';

const named = (name: string, message = 'no', more: object = {}): Error => Object.assign(new Error(message), { name, ...more });
const answered = (name: string, statusCode: number, headers: object = {}): Error =>
  named(name, 'no', { $response: { statusCode, headers } });

describe('an error of SNS', () => {
  test.each([
    [answered('AuthorizationErrorException', 403), 'barred', 'unauthorized'],
    [answered('InvalidClientTokenId', 403), 'barred', 'unauthorized'],
    [named('CredentialsProviderError'), 'barred', 'unauthorized'],
    [answered('Anything', 401), 'barred', 'unauthorized'],
    [answered('NotFoundException', 404), 'barred', 'misconfigured'],
    [answered('KMSDisabledException', 400), 'barred', 'misconfigured'],
    [answered('ThrottledException', 429), 'wait', 'rate_limited'],
    [answered('Anything', 429), 'wait', 'rate_limited'],
    [answered('KMSThrottlingException', 400), 'wait', 'rate_limited'],
    [answered('BatchRequestTooLongException', 400), 'refused', 'too_large'],
    [answered('InternalErrorException', 500), 'wait', 'unavailable'],
    [answered('InvalidParameterException', 400), 'refused', 'invalid'],
    [named('TimeoutError'), 'wait', 'timeout'],
    [named('TimeoutError', 'reset', { code: 'ECONNRESET' }), 'wait', 'unreachable'],
    [named('AbortError'), 'wait', 'stopped'],
    [named('Error', 'bad certificate', { code: 'CERT_HAS_EXPIRED' }), 'barred', 'misconfigured'],
    ['no error at all', 'wait', 'unreachable'],
    [named('Error', 'odd', { $response: 7 }), 'wait', 'unreachable'],
  ])('%s means %s (%s)', (error, kind, reason) => {
    expect(snsVerdict(error, 'topic', 0)).toMatchObject({ kind, reason });
  });

  test('says how long to wait where it does, and whether the message may have come', () => {
    expect(snsVerdict(answered('InternalError', 503, { 'Retry-After': '7' }), 'topic', 0)).toMatchObject({
      pauseMs: 7_000,
      mayHaveCome: false,
    });
    expect(snsVerdict(answered('InternalError', 500), 'topic', 0)).toMatchObject({ mayHaveCome: true });
    expect(snsVerdict(named('Error', 'connect ECONNREFUSED 127.0.0.1'), 'topic', 0)).toMatchObject({ mayHaveCome: false });
  });

  test("of one message of a batch is the sender's fault or not", () => {
    expect(entryVerdict('InvalidParameter', 'x', true)).toMatchObject({ kind: 'refused', reason: 'invalid' });
    expect(entryVerdict('InternalError', 'x', false)).toMatchObject({ kind: 'wait', reason: 'unavailable' });
    expect(entryVerdict('Throttling', 'x', false)).toMatchObject({ kind: 'wait', reason: 'rate_limited' });
  });
});

describe('a batch', () => {
  test('is tried again for the messages that waited, and for those alone', async () => {
    const published: string[][] = [];
    const api: Sns = {
      publishBatch: async ({ PublishBatchRequestEntries = [] }) => {
        published.push(PublishBatchRequestEntries.map(({ MessageAttributes }) => MessageAttributes?.['user']?.StringValue ?? ''));
        const Failed = published.length === 1 ? [{ Id: '1', Code: 'InternalError', SenderFault: false }] : [];
        return { Successful: [], Failed, $metadata: {} };
      },
      getTopicAttributes: async () => ({}),
      close: () => undefined,
    };
    const topicArn = 'arn:aws:sns:eu-west-1:111122223333:drift';
    const sink = snsSink({ name: 'sns', minimumPriority: 'Debug', topicArn, open: async () => api }, { timing: manualTiming() });
    const events = ['a', 'b', 'c'].map((id) => deliveryWith({ id, findings: [{ actor: { user: id } }] }));
    expect(await sink.deliver(events)).toEqual([{ kind: 'delivered' }, { kind: 'delivered' }, { kind: 'delivered' }]);
    expect(published).toEqual([['a', 'b', 'c'], ['b']]);
    sink.close();
  });

  test('that fails again and again waits, and does not try for ever', async () => {
    let calls = 0;
    const api: Sns = {
      publishBatch: async () => {
        calls++;
        return { Successful: [], Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }], $metadata: {} };
      },
      getTopicAttributes: async () => ({}),
      close: () => undefined,
    };
    const topicArn = 'arn:aws:sns:eu-west-1:111122223333:drift';
    const sink = snsSink({ name: 'sns', minimumPriority: 'Debug', topicArn, open: async () => api }, { timing: manualTiming() });
    expect(await sink.deliver([deliveryWith()])).toMatchObject([{ kind: 'later', reason: 'unavailable' }]);
    expect(calls).toBe(5);
    sink.close();
  });
});
