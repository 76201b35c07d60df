/**
 * The fake Loki against the recorded answers of a real one (`../shared/conformance/loki`, Loki 3.7.6): every case, every step.
 * The project's own cases in the same format cover the same ground without that folder.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LokiCases } from '../support/fake-loki/case-format.ts';
import { runCase } from '../support/fake-loki/cases.ts';
import { sharedPath } from '../support/shared.ts';

/**
 * Steps that are not compared, by case. The fake does not model how chunks lie in memory, so that metric queries count
 * repeats twice for a while (`dedupe-*`), bytes that are no text (`text-bad-utf8-in-label`), the endpoints of Grafana's query
 * builder (`query-shapes`), the list of services and the time an answer takes.
 */
const SKIPPED: Readonly<Record<string, number>> = {
  'dedupe-across-block': 8,
  'dedupe-after-flush': 6,
  'dedupe-after-flush-last': 2,
  'dedupe-after-flush-other-metadata': 9,
  'dedupe-metadata-order': 2,
  'dedupe-other-metadata': 4,
  'dedupe-two-chunks-in-memory': 6,
  'query-shapes': 3,
  'queryable-soon': 1,
  services: 1,
  'text-bad-utf8-in-label': 1,
};

function casesOf(file: string | URL): LokiCases {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function runAll({ cases, profiles }: LokiCases) {
  const skipped: Record<string, number> = {};
  const differences: string[] = [];
  let compared = 0;
  for (const each of cases) {
    const outcome = runCase(each, profiles);
    compared += outcome.compared;
    if (outcome.skipped.length > 0) skipped[each.id] = outcome.skipped.length;
    differences.push(...outcome.differences.map((difference) => `${each.id} ${difference}`));
  }
  return { compared, skipped, differences };
}

describe('the fake Loki', () => {
  const shared = sharedPath('conformance/loki/cases.json');

  test.skipIf(shared === undefined)('answers as the recorded one in every case', { timeout: 60_000 }, () => {
    const recorded = casesOf(shared ?? '');
    const { compared, skipped, differences } = runAll(recorded);
    expect(differences).toEqual([]);
    expect(skipped).toEqual(SKIPPED);
    expect(recorded.cases).toHaveLength(368);
    expect(compared).toBeGreaterThan(1500);
  });

  test('answers as its own cases say', () => {
    const own = casesOf(new URL('../fixtures/loki/cases.json', import.meta.url));
    const { compared, skipped, differences } = runAll(own);
    expect(differences).toEqual([]);
    expect(skipped).toEqual({});
    expect(own.cases).toHaveLength(28);
    expect(compared).toBeGreaterThan(90);
  });
});
