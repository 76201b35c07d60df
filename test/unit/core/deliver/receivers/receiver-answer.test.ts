import { expect, test } from 'vitest';
import { judgeReceiver } from '../../../../../lib/core/deliver/receivers/receiver-answer.ts';

test.each([
  [200, 'taken', undefined],
  [204, 'taken', undefined],
  [100, 'barred', 'unexpected'],
  [302, 'barred', 'misconfigured'],
  [400, 'refused', 'invalid'],
  [401, 'barred', 'unauthorized'],
  [402, 'barred', 'unauthorized'],
  [403, 'barred', 'unauthorized'],
  [404, 'barred', 'misconfigured'],
  [407, 'barred', 'unauthorized'],
  [408, 'wait', 'timeout'],
  [410, 'barred', 'misconfigured'],
  [413, 'refused', 'too_large'],
  [422, 'refused', 'invalid'],
  [425, 'wait', 'timeout'],
  [429, 'wait', 'rate_limited'],
  [500, 'wait', 'unavailable'],
  [501, 'barred', 'misconfigured'],
  [529, 'wait', 'unavailable'],
])('%d means %s (%s)', (status, kind, reason) => {
  expect(judgeReceiver(status)).toEqual(reason === undefined ? { kind } : { kind, reason });
});
