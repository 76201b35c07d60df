import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { DEFAULT_EXPORT, runbookLink } from '../../lib/export/options.ts';
import { prometheusConfig } from '../../lib/export/prometheus/prometheus-config.ts';
import { PROMETHEUS_RULE_FILES, prometheusGroups, prometheusRuleFiles } from '../../lib/export/prometheus/rule-files.ts';
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
