import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_EXPORT } from '../../../../lib/export/options.ts';
import { PROMETHEUS_RULE_FILES, prometheusGroups, prometheusRuleFiles } from '../../../../lib/export/prometheus/rule-files.ts';
import { isAlert } from '../../../../lib/export/rule-file.ts';
import { labelsOf, promqlProblems, readPromql } from '../../../support/export/expressions.ts';

const rules = prometheusGroups(DEFAULT_EXPORT).flatMap((group) => group.rules);
const alerts = rules.filter(isAlert);

describe('rules for Prometheus', () => {
  test.each(rules.map((rule) => [isAlert(rule) ? rule.alert : rule.record, rule.expr]))(
    '%s reads only metrics and labels that are emitted',
    (_, expr) => {
      expect(promqlProblems(expr)).toEqual([]);
    },
  );

  test('names are unique, and the files list all of them', () => {
    const names = rules.map((rule) => (isAlert(rule) ? rule.alert : rule.record));
    expect(new Set(names).size).toBe(names.length);
    const written = prometheusRuleFiles(DEFAULT_EXPORT).flatMap(({ text }) => (parse(text) as { groups: { rules: unknown[] }[] }).groups);
    expect(written.flatMap((group) => group.rules)).toHaveLength(names.length);
    expect(prometheusRuleFiles(DEFAULT_EXPORT).map(({ path }) => path)).toEqual(PROMETHEUS_RULE_FILES);
  });

  test('the alerts of the seeds have their names, labels and annotations', () => {
    const kubernetes = alerts.find(({ alert }) => alert === 'ManualKubernetesChangeDetected');
    expect(kubernetes).toMatchObject({ for: '1m', labels: { severity: 'warning' } });
    for (const label of ['user', 'verb', 'kind', 'namespace']) expect(kubernetes?.annotations.description).toContain(`$labels.${label}`);
    expect(kubernetes?.annotations.summary).toContain('$labels.user');
    const aws = alerts.find(({ alert }) => alert === 'ManualAwsChangeDetected');
    expect(aws).toMatchObject({ for: '1m', labels: { severity: 'warning' } });
    for (const label of ['user', 'service', 'action', 'account', 'region'])
      expect(aws?.annotations.description).toContain(`$labels.${label}`);
  });

  test.each(alerts.map((rule) => [rule.alert, rule] as const))('the texts of %s use only labels that its series have', (_, rule) => {
    const written = `${rule.annotations.summary} ${rule.annotations.description}`;
    const named = [...written.matchAll(/\$labels\.(\w+)/g)].map(([, name]) => name ?? '');
    const gone = /^sum without \(([^)]*)\)/.exec(rule.expr)?.[1]?.split(', ') ?? [];
    const there = readPromql(rule.expr).uses.flatMap(({ metric }) => labelsOf(metric) ?? []);
    expect(named.filter((name) => gone.includes(name) || ![...there, 'job', 'instance'].includes(name))).toEqual([]);
  });

  test('the link of each alert leads to its own paragraph', () => {
    const rule = prometheusGroups({ ...DEFAULT_EXPORT, runbookUrl: 'https://wiki.example.org/runbook' })
      .flatMap((group) => group.rules)
      .filter(isAlert)
      .find(({ alert }) => alert === 'DriftwireDown');
    expect(rule?.annotations.runbook_url).toBe('https://wiki.example.org/runbook#driftwiredown');
  });

  test('the check itself finds what is wrong', () => {
    expect(promqlProblems('sum by (user) (increase(no_such_total[5m]))')).toEqual([
      'no such metric: no_such_total',
      'none of the metrics has a label user',
    ]);
    expect(promqlProblems('driftwire_findings_total{user="a"}')).toEqual(['driftwire_findings_total has no label user']);
    expect(promqlProblems('sum by (')[0]).toContain('does not parse');
    expect(promqlProblems('vector(1)')).toEqual(['reads no metric']);
  });
});
