import { describe, expect, test } from 'vitest';
import { DriftwireError } from '../../../lib/core/errors.ts';
import { storeError } from '../../../lib/stores/sqlite/store-error.ts';

function sqliteError(errcode: number): Error {
  return Object.assign(new Error('from SQLite'), { code: 'ERR_SQLITE_ERROR', errcode });
}

describe('an error of SQLite', () => {
  test.each([
    [5, 'another process'],
    [13, 'disk is full: make room'],
    [10 | (3 << 8), 'the disk reports an error'],
    [7, 'out of memory'],
  ])('%i may pass', (errcode, words) => {
    expect(storeError(sqliteError(errcode), '.driftwire')).toMatchObject({
      code: 'DW_STORE_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining(words),
    });
  });

  test.each([
    [8, 'may not be written'],
    [11, 'damaged; stop driftwire, keep a copy'],
    [26, 'no database'],
    [1, 'from SQLite'],
  ])('%i lasts', (errcode, words) => {
    expect(storeError(sqliteError(errcode), '.driftwire')).toMatchObject({
      code: 'DW_STORE_UNUSABLE',
      retryable: false,
      message: expect.stringContaining(words),
    });
  });

  test('of our own stays as it is, and anything else is told', () => {
    const own = new DriftwireError('DW_INTERNAL', 'x');
    expect(storeError(own, '.driftwire')).toBe(own);
    expect(storeError('odd', '.driftwire').message).toContain('odd');
  });
});
