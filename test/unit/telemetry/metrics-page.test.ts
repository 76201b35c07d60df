import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../../lib/telemetry/catalogue.ts';
import { metricsPage } from '../../../lib/telemetry/metrics-page.ts';

describe('docs/metrics.md', () => {
  test('is what the catalogue says (npm run docs)', () => {
    expect(readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')).toBe(metricsPage());
  });

  test('has every metric and label', () => {
    const page = metricsPage();
    expect(CATALOGUE.length).toBeGreaterThan(15);
    for (const { name, labels } of CATALOGUE) {
      expect(page).toContain(`## \`${name}\``);
      for (const label of labels) expect(page).toContain(`| \`${label.name}\` | ${label.help.replaceAll('|', '\\|')} |`);
    }
  });
});
