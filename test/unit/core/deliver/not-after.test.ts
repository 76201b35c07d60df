import { expect, test } from 'vitest';
import { notAfter } from '../../../../lib/core/deliver/not-after.ts';

const LEVEL = { metric: 'driftwire_last_event_timestamp_seconds', labels: { source: 'k8s_audit' } };

test('the newest event of a source is never newer than now', () => {
  expect(notAfter({ ...LEVEL, value: 4_102_444_800 }, 1_795_166_400_999)).toEqual({ ...LEVEL, value: 1_795_166_400 });
  expect(notAfter({ ...LEVEL, value: 1_795_166_399 }, 1_795_166_400_999)).toEqual({ ...LEVEL, value: 1_795_166_399 });
});
