import { describe, expect, test } from 'vitest';
import { DriftwireError } from '../../../lib/core/errors.ts';
import { cancellation, dynamoError, isPassing, persistently } from '../../../lib/stores/dynamodb/attempt.ts';
import { awsError } from '../../support/faulty-dynamo.ts';

const NO_WAIT = { now: () => 0, sleep: async () => undefined, random: () => 0.5 };

function cancelled(...codes: readonly (string | undefined)[]): Error {
  return awsError('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });
}

describe('an error of DynamoDB', () => {
  test.each([
    ['throttled', awsError('ThrottlingException'), true],
    ['in the way', cancelled('None', 'TransactionConflict'), true],
    ['over the limit', cancelled('ProvisionedThroughputExceeded', 'ConditionalCheckFailed'), true],
    ['a condition', cancelled('ConditionalCheckFailed', 'None'), false],
    ['a bad gateway', awsError('UnknownError', { $metadata: { httpStatusCode: 502 } }), true],
    ['no rights', awsError('AccessDeniedException', { $metadata: { httpStatusCode: 400 } }), false],
    ['a broken connection', awsError('Error', { code: 'ECONNRESET' }), true],
    ['a fault of ours', new TypeError('x is not a function'), false],
    ['a strange status', awsError('Error', { $metadata: { httpStatusCode: 'many' } }), false],
    ['no error at all', 'oops', false],
  ])('%s: may the same call succeed later?', (_, error, expected) => {
    expect(isPassing(error)).toBe(expected);
    expect(dynamoError(error, 'ledger')).toMatchObject({
      code: expected ? 'DW_STORE_UNAVAILABLE' : 'DW_STORE_UNUSABLE',
      retryable: expected,
      cause: error,
    });
  });

  test.each([
    [awsError('ResourceNotFoundException'), 'deploy the stack'],
    [awsError('CredentialsProviderError'), 'sign in as for the AWS CLI'],
    [awsError('ExpiredTokenException'), 'sign in as for the AWS CLI'],
    [new Error('Region is missing'), 'name it with --region or AWS_REGION'],
  ])('says what to do about %s', (error, words) => {
    expect(dynamoError(error, 'ledger').message).toContain(words);
  });

  test('keeps its reasons, whatever they look like', () => {
    expect(cancellation(cancelled('None', undefined, 'TransactionConflict'))).toEqual(['None', 'None', 'TransactionConflict']);
    expect(cancellation(awsError('TransactionCanceledException', { CancellationReasons: [null, 7] }))).toEqual(['None', 'None']);
    expect(cancellation(awsError('TransactionCanceledException', { CancellationReasons: 'many' }))).toBeUndefined();
    expect(cancellation(awsError('TransactionCanceledException'))).toBeUndefined();
    expect(cancellation(awsError('ThrottlingException'))).toBeUndefined();
  });

  test('of our own stays as it is', () => {
    const own = new DriftwireError('DW_INTERNAL', 'x');
    expect(dynamoError(own, 'ledger')).toBe(own);
  });
});

describe('persistence', () => {
  test('ends with the first success', async () => {
    let calls = 0;
    const call = async () => {
      if (++calls < 4) throw awsError('InternalServerError');
      return calls;
    };
    expect(await persistently(call, NO_WAIT)).toBe(4);
  });

  test('has an end, and then tells the last error', async () => {
    let calls = 0;
    const call = async () => {
      calls++;
      throw awsError('RequestLimitExceeded');
    };
    await expect(persistently(call, NO_WAIT)).rejects.toThrow('RequestLimitExceeded');
    expect(calls).toBe(20);
  });

  test('does not repeat what will never succeed', async () => {
    let calls = 0;
    const call = async () => {
      calls++;
      throw awsError('ValidationException');
    };
    await expect(persistently(call, NO_WAIT)).rejects.toThrow('ValidationException');
    expect(calls).toBe(1);
  });
});
