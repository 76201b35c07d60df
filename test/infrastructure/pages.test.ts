import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import MEASURED from '../../docs/bench/functions.json' with { type: 'json' };
import { type Account, afterFreeTier, totalOf } from '../../lib/stacks/cost.ts';
import { ACCOUNTS, billOf, costPage, factsOf } from '../../lib/stacks/cost-page.ts';
import { permissionsPage, permissionsTable } from '../../lib/stacks/permissions-page.ts';
import { withTable } from '../../lib/stacks/readme-part.ts';
import { sampleResources } from '../../lib/stacks/sample-app.ts';

const code = fileURLToPath(new URL('../../functions/_shared', import.meta.url));
const file = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

describe('generated pages say what is deployed (npm run docs)', () => {
  test('permissions', () => {
    expect(file('docs/deploy/permissions.md')).toBe(permissionsPage(code));
  });

  test('the table of the README', () => {
    expect(file('README.md')).toBe(withTable(file('README.md'), permissionsTable(code)));
    expect(() => withTable('no marks', '')).toThrow('README.md has no');
  });

  test('cost', () => {
    expect(file('docs/deploy/cost.md')).toBe(costPage(code));
  });
});

describe('the bill', () => {
  const facts = factsOf(sampleResources('', code)['Driftwire'] ?? {});

  test('counts the metrics that alarms read, and the mappings that poll', () => {
    expect(facts).toEqual({ alarmMetrics: 11, mappings: 2, alerts: false, totals: false });
  });

  test('of an account where nothing happens is alarms, polling and the hourly look', () => {
    const nothing: Account = { name: 'empty', writesADay: 0, matched: 0, found: 0 };
    const lines = billOf(nothing, facts);
    expect(lines.filter(({ usd }) => usd > 0.005).map(({ what }) => what)).toEqual([
      'alarms',
      'SQS, empty polling',
      'Lambda, every minute and hour',
    ]);
    // 11 x 0.10; 2 mappings x 5 pollers x 3 requests a minute x 43,800 minutes x 0.40 / M; 730 x 2 s x 0.5 GB x 0.0000133334
    expect(totalOf(lines)).toBeCloseTo(1.1 + 0.5256 + 0.0097, 2);
    // one alarm metric and 0.314 M requests are beyond what is free
    expect(afterFreeTier(lines)).toBeCloseTo(0.1 + 0.1256, 2);
  });

  test('is computed with what was counted of a thousand findings', () => {
    const [alone, ten, hundred] = MEASURED.requests;
    expect(MEASURED.requests.map(({ batch }) => batch)).toEqual([1, 10, 100]);
    // a burst is cheaper than the same changes one by one
    expect(alone?.writeUnits).toBeGreaterThan(2 * (ten?.writeUnits ?? Number.NaN));
    expect(ten?.writeUnits).toBeGreaterThan(hundred?.writeUnits ?? Number.NaN);
    const one: Account = { name: 'one a minute', writesADay: 1_440, matched: 1, found: 1 };
    const units = ((365 / 12) * 1_440 * (alone?.writeUnits ?? Number.NaN)) / 1_000;
    const line = billOf(one, facts).find(({ what }) => what === 'DynamoDB, findings');
    expect(line?.how).toContain(`${(units / 1e6).toFixed(2)} M write units`);
  });

  test('is computed with the numbers that the page of measurements shows', () => {
    const page = file('docs/bench/functions.md');
    for (const { batch, invocations, sends, transactions, items, writeUnits, readUnits } of MEASURED.requests) {
      const cells = [batch, invocations, sends, transactions, items, writeUnits, readUnits];
      expect(page).toContain(`| ${cells.join(' | ')} |`);
    }
    expect(page).toContain(
      `takes ${MEASURED.flush.writeUnits.toFixed(1)} write units and ${MEASURED.flush.readUnits.toFixed(1)} read units`,
    );
  });

  test('of a small account is a few dollars, and grows slower than its events', () => {
    const totals = ACCOUNTS.map((account) => totalOf(billOf(account, facts)));
    const [small = 0, medium = 0, large = 0] = totals;
    expect(small).toBeLessThan(5);
    expect(medium / small).toBeLessThan(10);
    expect(large / medium).toBeLessThan(10);
  });

  test('has no line that the free tier pays more of than there is', () => {
    for (const account of ACCOUNTS) {
      for (const { usd, freeUsd } of billOf(account, { ...facts, alerts: true, totals: true })) {
        expect(freeUsd).toBeGreaterThanOrEqual(0);
        expect(freeUsd).toBeLessThanOrEqual(usd + 1e-9);
      }
    }
  });
});

test('the README says the cost that the page computes', () => {
  const page = file('docs/deploy/cost.md');
  const sums = [...page.matchAll(/\| (?:small|large) \|.*\*\*([\d.]+)\*\*/g)].map(([, sum]) => Math.round(Number(sum)));
  const [, small, large] =
    /about (\d+) USD a month for an account with 50,000 changes a day, (\d+) for five million/.exec(file('README.md')) ?? [];
  expect([Number(small), Number(large)]).toEqual(sums);
  const quiet = /\| quiet \|[^|]*\|[^|]*\| ([\d.]+) \| ([\d.]+) \|/.exec(page)?.slice(1);
  expect(/pays ([\d.]+), of which AWS's free tier leaves ([\d.]+) /.exec(file('README.md'))?.slice(1)).toEqual(quiet);
  expect(quiet).toHaveLength(2);
});
