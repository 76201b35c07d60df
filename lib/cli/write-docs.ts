/** Writes every generated page of `docs/`: `npm run docs`. The tests compare, so that a page never lags behind its table. */
import { writeFileSync } from 'node:fs';
import { configPage } from '../config/config-page.ts';
import { verdictPage } from '../core/classify/verdict-page.ts';
import { errorPage } from '../core/error-page.ts';
import { fieldPage } from '../core/rules/field-page.ts';
import { lintPage } from '../core/rules/lint/lint-page.ts';
import { metricsPage } from '../telemetry/metrics-page.ts';
import { builtinRulesPage } from './rules/builtin-rules-page.ts';

const PAGES: Readonly<Record<string, () => string>> = {
  'config.md': configPage,
  'errors.md': errorPage,
  'metrics.md': metricsPage,
  'rules/builtin-rules.md': builtinRulesPage,
  'rules/fields.md': fieldPage,
  'rules/lint.md': lintPage,
  'verdicts.md': verdictPage,
};

for (const [name, page] of Object.entries(PAGES)) {
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), page());
}
