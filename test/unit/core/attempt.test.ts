import { describe, expect, test } from 'vitest';
import { attempt } from '../../../lib/core/attempt.ts';

class Expected extends Error {}

describe('an attempt', () => {
  test('gives what was made, or the failure that was expected', () => {
    expect(attempt(Expected, () => 5)).toEqual({ ok: true, value: 5 });
    const error = new Expected('no');
    const fail = (): never => {
      throw error;
    };
    expect(attempt(Expected, fail)).toEqual({ ok: false, error });
  });

  test('lets every other failure through', () => {
    const fail = (): never => {
      throw new TypeError('no');
    };
    expect(() => attempt(Expected, fail)).toThrow(TypeError);
  });
});
