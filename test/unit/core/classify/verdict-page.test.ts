import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { verdictPage } from '../../../../lib/core/classify/verdict-page.ts';

test('docs/verdicts.md is what the tables say (npm run docs writes it)', () => {
  expect(readFileSync(new URL('../../../../docs/verdicts.md', import.meta.url), 'utf8')).toBe(verdictPage());
});
