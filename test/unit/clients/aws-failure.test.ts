import { expect, test } from 'vitest';
import { awsErrorName, isPassingAwsError } from '../../../lib/clients/aws-failure.ts';

const named = (name: string, more: object = {}): Error => Object.assign(new Error(name), { name }, more);

test.each([
  named('ThrottlingException'),
  named('TooManyRequestsException'),
  named('ServiceUnavailableException'),
  named('TimeoutError'),
  named('Unheard', { $metadata: { httpStatusCode: 503 } }),
  named('Unheard', { $metadata: { httpStatusCode: 429 } }),
  named('Error', { code: 'ECONNRESET' }),
  named('Error', { code: 'EAI_AGAIN' }),
])('the same call may succeed later: %s', (error) => {
  expect(isPassingAwsError(error)).toBe(true);
});

test.each([
  named('AccessDeniedException', { $metadata: { httpStatusCode: 400 } }),
  named('ResourceNotFoundException'),
  named('InvalidNextTokenException'),
  named('Error', { code: 'ERR_INVALID_ARG_TYPE' }),
  named('Error', { $metadata: null }),
  named('Error', { $metadata: { httpStatusCode: '503' } }),
  'ThrottlingException',
  undefined,
])('the same call would fail again: %s', (error) => {
  expect(isPassingAwsError(error)).toBe(false);
});

test('the name of what is no error is empty', () => {
  expect([awsErrorName(named('A')), awsErrorName('A')]).toEqual(['A', '']);
});
