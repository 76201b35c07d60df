import { expect, test } from 'vitest';
import { fourSeverity } from '../../../../../lib/core/deliver/receivers/four-severities.ts';
import { PRIORITIES } from '../../../../../lib/core/model/finding.ts';

test('eight priorities are four severities, in the same order', () => {
  expect(PRIORITIES.map(fourSeverity)).toEqual(['critical', 'critical', 'critical', 'error', 'warning', 'info', 'info', 'info']);
});
