import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtinRulesPage } from '../../../../lib/cli/rules/builtin-rules-page.ts';
import { fieldPage } from '../../../../lib/core/rules/field-page.ts';
import { lintPage } from '../../../../lib/core/rules/lint/lint-page.ts';

const PAGES = { 'builtin-rules.md': builtinRulesPage, 'fields.md': fieldPage, 'lint.md': lintPage };

test.each(Object.entries(PAGES))('docs/rules/%s is what its table says (npm run docs writes it)', (name, page) => {
  expect(readFileSync(new URL(`../../../../docs/rules/${name}`, import.meta.url), 'utf8')).toBe(page());
});

test('the page of the rules links MITRE techniques and names no place of this machine', () => {
  const page = builtinRulesPage();
  expect(page).toContain('[T1078.004](https://attack.mitre.org/techniques/T1078/004/)');
  expect(page).toContain('[T1609](https://attack.mitre.org/techniques/T1609/)');
  expect(page).not.toContain(process.cwd());
});
