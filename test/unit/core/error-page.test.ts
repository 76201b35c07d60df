import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorPage } from '../../../lib/core/error-page.ts';
import { DriftwireError } from '../../../lib/core/errors.ts';

test('docs/errors.md is what the closed sets say (npm run docs writes it)', () => {
  expect(readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')).toBe(errorPage());
});

test('an error says whether trying again can help, and keeps its cause', () => {
  const cause = new Error('refused');
  expect(new DriftwireError('DW_INPUT_UNREADABLE', 'no', { cause, retryable: true })).toMatchObject({
    name: 'DriftwireError',
    code: 'DW_INPUT_UNREADABLE',
    retryable: true,
    cause,
  });
  expect(new DriftwireError('DW_USAGE', 'no')).toMatchObject({ retryable: false });
  expect(Object.hasOwn(new DriftwireError('DW_USAGE', 'no'), 'cause')).toBe(false);
});
