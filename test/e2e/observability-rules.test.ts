import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { DEFAULT_EXPORT, runbookLink } from '../../lib/export/options.ts';
import { prometheusConfig } from '../../lib/export/prometheus/prometheus-config.ts';
import { PROMETHEUS_RULE_FILES, prometheusGroups, prometheusRuleFiles } from '../../lib/export/prometheus/rule-files.ts';
import { boardCount } from '../../lib/export/promql.ts';
import { isAlert } from '../../lib/export/rule-file.ts';
import type { AlertCase } from '../support/export/alert-cases/alert-case.ts';
import { DRIFT_CASES } from '../support/export/alert-cases/drift-cases.ts';
import { HEALTH_CASES } from '../support/export/alert-cases/health-cases.ts';
import { SECURITY_CASES } from '../support/export/alert-cases/security-cases.ts';
import { PROMTOOL, run, writeFiles } from '../support/export/promtool.ts';
import { realPart } from '../support/require.ts';

const ALERT_CASES = [...DRIFT_CASES, ...SECURITY_CASES, ...HEALTH_CASES];
const alerts = prometheusGroups(DEFAULT_EXPORT)
  .flatMap(({ rules }) => rules)
  .filter(isAlert);

describe('the alerts and their cases', () => {
  test.each(alerts.map(({ alert }) => alert))('%s has a case that fires and one that is quiet', (alert) => {
    const cases = ALERT_CASES.filter((one) => one.alert === alert);
    expect(cases.filter(({ fires }) => fires.length > 0).length).toBeGreaterThan(0);
    expect(cases.filter(({ fires }) => fires.length === 0).length).toBeGreaterThan(0);
  });

  test('every case is about an alert that there is', () => {
    const names = alerts.map(({ alert }) => alert);
    expect(ALERT_CASES.map(({ alert }) => alert).filter((alert) => !names.includes(alert))).toEqual([]);
    expect(names.length).toBeGreaterThan(20);
  });
});

describe.runIf(realPart('prometheus', PROMTOOL))('Prometheus itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-rules-'));
  beforeAll(() => writeFiles(folder, [...prometheusRuleFiles(DEFAULT_EXPORT), prometheusConfig()]));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('takes every rule file', { timeout: 30_000 }, async () => {
    const { status, output } = await run(PROMTOOL, ['check', 'rules', ...PROMETHEUS_RULE_FILES], folder);
    expect(output.match(/SUCCESS: \d+ rules found/g)).toHaveLength(PROMETHEUS_RULE_FILES.length);
    expect(status, output).toBe(0);
  });

  test('takes the example configuration with its rule files', { timeout: 30_000 }, async () => {
    const { status, output } = await run(PROMTOOL, ['check', 'config', 'prometheus.yml'], folder);
    expect(output).toContain('is valid prometheus config file');
    expect(status, output).toBe(0);
  });

  // one run for all cases: promtool names each that failed
  test('fires what each case says and nothing else', { timeout: 300_000 }, async () => {
    writeFileSync(
      join(folder, 'cases.yaml'),
      stringify({ rule_files: PROMETHEUS_RULE_FILES, evaluation_interval: '1m', tests: ALERT_CASES.map(unitTest) }),
    );
    const { status, output } = await run(PROMTOOL, ['test', 'rules', 'cases.yaml'], folder);
    expect(output).toContain('SUCCESS');
    expect(status, output).toBe(0);
  });

  test('counts on boards what happened in the window, whatever happened to the series', { timeout: 60_000 }, async () => {
    const expr = boardCount(['user'], 'kubernetes_audit_manual_changes_total', '10m');
    const tests = BOARD_CASES.map(({ name, series, at, counts }) => ({
      name,
      interval: '1m',
      input_series: Object.entries(series).map(([labels, values]) => ({
        series: `kubernetes_audit_manual_changes_total{${labels}}`,
        values,
      })),
      promql_expr_test: [
        { expr, eval_time: at, exp_samples: Object.entries(counts).map(([user, value]) => ({ labels: `{user="${user}"}`, value })) },
      ],
    }));
    writeFileSync(join(folder, 'boards.yaml'), stringify({ rule_files: [], evaluation_interval: '1m', tests }));
    const { status, output } = await run(PROMTOOL, ['test', 'rules', 'boards.yaml'], folder);
    expect(status, output).toBe(0);
  });

  test('notices a case that is wrong', { timeout: 30_000 }, async () => {
    const [wrong] = ALERT_CASES.filter(({ fires }) => fires.length > 0).map((one) => ({ ...one, fires: [] }));
    if (wrong === undefined) throw new Error('no case fires');
    writeFileSync(
      join(folder, 'wrong.yaml'),
      stringify({ rule_files: PROMETHEUS_RULE_FILES, evaluation_interval: '1m', tests: [unitTest(wrong)] }),
    );
    expect((await run(PROMTOOL, ['test', 'rules', 'wrong.yaml'], folder)).status).not.toBe(0);
  });
});

/** Totals on the way to a board whose windows are ten minutes long. */
const BOARD_CASES: readonly {
  readonly name: string;
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
  readonly counts: Readonly<Record<string, number>>;
}[] = [
  { name: 'changes, and nobody', series: { 'user="ada"': '5x20 8x20', 'user="bob"': '2x40' }, at: '25m', counts: { ada: 3, bob: 0 } },
  { name: 'a person who was not there before', series: { 'user="ada"': '_x20 3x20' }, at: '25m', counts: { ada: 3 } },
  {
    name: 'a new kind of change of a person who was',
    series: { 'user="ada", verb="get"': '5x40', 'user="ada", verb="patch"': '_x20 2x20' },
    at: '25m',
    counts: { ada: 2 },
  },
  { name: 'an outage when the window begins', series: { 'user="ada"': '5x5 _x14 6x20' }, at: '25m', counts: { ada: 1 } },
  {
    name: 'an outage of one of two deployments when the window begins',
    series: { 'user="ada", instance="one"': '5x40', 'user="ada", instance="two"': '700x5 _x14 701x20' },
    at: '25m',
    counts: { ada: 1 },
  },
  {
    name: 'all series are given another label within the window',
    series: { 'user="ada"': '873x20 stale', 'user="ada", env="prod"': '_x20 874x20' },
    at: '25m',
    counts: { ada: 1 },
  },
  {
    name: 'all series were given another label before the window',
    series: { 'user="ada"': '873x10 stale', 'user="ada", env="prod"': '_x10 873x10 875x20' },
    at: '25m',
    counts: { ada: 2 },
  },
  { name: 'totals that began anew are not less than nothing', series: { 'user="ada"': '873x20 2x20' }, at: '25m', counts: { ada: 0 } },
];

function unitTest({ alert, name, series, at, fires }: AlertCase): unknown {
  const rule = alerts.find((one) => one.alert === alert);
  if (rule === undefined) throw new Error(`no alert ${alert}`);
  return {
    name: `${alert}: ${name}`,
    interval: '1m',
    input_series: Object.entries(series).map(([labels, values]) => ({ series: labels, values })),
    alert_rule_test: [
      {
        eval_time: at,
        alertname: alert,
        exp_alerts: fires.map(({ labels, summary, description }) => ({
          exp_labels: { ...labels, ...rule.labels },
          exp_annotations: { summary, description, runbook_url: runbookLink(DEFAULT_EXPORT, alert) },
        })),
      },
    ],
  };
}
