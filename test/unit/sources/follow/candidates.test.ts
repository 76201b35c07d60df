import { expect, test } from 'vitest';
import { isRotated } from '../../../../lib/sources/follow/candidates.ts';

test.each([
  ['audit.log.1', true],
  ['audit.log.12.gz', true],
  ['audit.log-20261120', true],
  ['audit-2026-11-20T08-00-00.000.log', true],
  ['audit-2026-11-20T08-00-00.000.log.gz', true],
  ['audit.1.log', true],
  ['audit.log', false],
  ['audit.log.gz', false],
  ['audit.log.bak', false],
  ['audit-policy.yaml', false],
  ['auditor.log.1', false],
  ['other.log.1', false],
] as const)('rotation made %s of audit.log: %s', (name, expected) => {
  expect(isRotated(name, 'audit.log')).toBe(expected);
});

test('a file without an ending is rotated the same way', () => {
  expect(isRotated('audit.1', 'audit')).toBe(true);
  expect(isRotated('audit.log', 'audit')).toBe(false);
});
