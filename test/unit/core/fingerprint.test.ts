import { expect, test } from 'vitest';
import { fingerprint } from '../../../lib/core/fingerprint.ts';

test('equal texts have equal fingerprints, one changed character another', () => {
  expect(fingerprint('{"a":1}')).toBe(fingerprint('{"a":1}'));
  expect(fingerprint('{"a":1}')).not.toBe(fingerprint('{"a":2}'));
  expect(fingerprint('')).toMatch(/^[0-9a-f]{28}$/);
});

test('a hundred thousand similar records have as many fingerprints', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 100_000; i++) seen.add(fingerprint(`{"eventName":"CreateBucket","n":${i}}`));
  expect(seen.size).toBe(100_000);
});
