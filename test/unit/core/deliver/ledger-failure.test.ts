import { expect, test } from 'vitest';
import { ledgerFailure } from '../../../../lib/core/deliver/ledger-failure.ts';
import { DriftwireError } from '../../../../lib/core/errors.ts';

test('a ledger that is busy is asked again, one that is broken is for people to look at', () => {
  expect(ledgerFailure(new DriftwireError('DW_STORE_UNAVAILABLE', 'busy', { retryable: true }))).toEqual({
    kind: 'later',
    reason: 'unavailable',
    message: 'busy',
    afterMs: 1_000,
  });
  expect(ledgerFailure(new DriftwireError('DW_STORE_UNUSABLE', 'damaged'))).toEqual({
    kind: 'refused',
    reason: 'misconfigured',
    permanent: false,
    message: 'damaged',
  });
});
