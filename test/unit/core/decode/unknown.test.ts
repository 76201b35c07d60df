import { describe, expect, test } from 'vitest';
import { firstHint, readAll } from '../../../support/reading.ts';

describe('what is said of unknown objects', () => {
  test('the hint names the keys that were seen and what is allowed', () => {
    expect(firstHint(readAll('{"a":1,"b":2}'))).toBe(
      'an object with the keys a, b is no format that is known; known are CloudTrail records and Kubernetes audit events, alone or in their AWS envelopes',
    );
    expect(firstHint(readAll('{}'))).toMatch(/^an object without keys is no format/);
  });

  test('many and long keys are cut, and control characters are shown', () => {
    const hint = firstHint(
      readAll(JSON.stringify({ 'a\u001b[31m': 1, ['x'.repeat(99)]: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1 })),
    );
    expect(hint).toContain('a\\x1b[31m');
    expect(hint).toContain(`${'x'.repeat(40)}...`);
    expect(hint).toContain('g and 2 more is no format');
  });
});
