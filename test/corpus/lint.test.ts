import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lint } from '../../lib/core/rules/lint/lint.ts';
import { loadRules } from '../../lib/core/rules/load-rules.ts';
import { sharedPath } from '../support/shared.ts';

const folder = sharedPath('conformance/falco/rules/published');

/** What is wrong in published files, and rightly found; everything else that a check said of them would be a false alarm. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  // two lists that this version renamed and two rules that still use the old names
  'k8saudit-0.5.0/k8s_audit_rules.yaml': [
    "165 undefined-list rule 'Create Privileged Pod'",
    "179 undefined-list rule 'Create Sensitive Mount Pod'",
  ],
};

test.skipIf(folder === undefined)('published rule files are found fault with only where they have faults', () => {
  const root = folder ?? '';
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /_rules\.yaml$/.test(name));
  expect(files.length).toBeGreaterThan(4);
  let rules = 0;
  for (const name of files) {
    const text = readFileSync(join(root, name), 'utf8');
    const { model } = loadRules([{ name, text }], { minimumPriority: 'Debug', ruleMatching: 'all', disable: [] });
    rules += model.rules.length;
    const warnings = lint(model, { files: [{ name, text }], wanted: new Set([name]), ruleMatching: 'all' }).filter(
      ({ level }) => level === 'warning',
    );
    expect(
      warnings.map(({ id, line, item }) => `${line} ${id} ${item}`),
      name,
    ).toEqual(KNOWN[name] ?? []);
  }
  expect(rules).toBeGreaterThan(150);
});
