import { describe, expect, test } from 'vitest';
import { OPEN_LABELS, OVERFLOW_METRIC } from '../../../lib/core/deliver/label-budget.ts';
import { CATALOGUE, declaredLabels } from '../../../lib/telemetry/catalogue.ts';

const given = {
  sinks: ['loki', 'slack'],
  rules: [{ rule: 'Root user activity', priority: 'Critical', source: 'aws_cloudtrail' }],
};
const metric = (name: string) => {
  const found = CATALOGUE.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`${name} is not in the catalogue`);
  return found;
};

describe('names', () => {
  test.each([
    ['kubernetes_audit_manual_changes_total', 'user verb kind namespace cluster'],
    ['aws_cloudtrail_manual_changes_total', 'user service action account region'],
    ['driftwire_findings_total', 'rule priority source'],
    ['driftwire_records_total', 'source outcome'],
    ['driftwire_dropped_total', 'source reason'],
    ['driftwire_failed_total', 'source code'],
    ['driftwire_deliveries_total', 'sink outcome'],
    ['driftwire_delivery_delay_seconds', 'sink'],
    ['driftwire_last_event_timestamp_seconds', 'source'],
    ['driftwire_flush_timestamp_seconds', ''],
    ['driftwire_build_info', 'version config_hash rules_hash'],
    ['falco_events', 'rule priority hostname source k8s_ns_name k8s_pod_name'],
  ])('%s has the labels that users rely on', (name, labels) => {
    expect(
      metric(name)
        .labels.map((label) => label.name)
        .join(' '),
    ).toBe(labels);
  });

  test('each is there once, in base units, with a help text', () => {
    const names = CATALOGUE.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type, unit, help } of CATALOGUE) {
      expect(help).toMatch(/^[A-Z].*\.$/);
      if (unit !== '') expect(name).toMatch(new RegExp(`_${unit}$`));
      // the name that Falco's dashboard reads is older than the convention
      if (name !== 'falco_events') expect(name.endsWith('_total')).toBe(type === 'counter');
    }
  });
});

describe('labels', () => {
  test('every label to which the ledger gives a budget is marked so, and no other', () => {
    expect(OPEN_LABELS.size).toBeGreaterThan(3);
    for (const [name, open] of OPEN_LABELS) {
      const budgeted = metric(name).labels.filter(({ budget }) => budget === true);
      expect(budgeted.map((label) => label.name).sort()).toEqual(Object.keys(open).sort());
    }
    expect(metric(OVERFLOW_METRIC).labels.map(({ name }) => name)).toEqual(['metric', 'label']);
  });

  test('one is closed by the code, closed by the installation, or has a budget', () => {
    for (const { labels } of CATALOGUE) {
      for (const { values, given, budget } of labels) expect([values, given, budget].some((way) => way !== undefined)).toBe(true);
    }
  });
});

describe('what is declared at zero', () => {
  test('every combination of closed labels', () => {
    expect(declaredLabels(metric('driftwire_deliveries_total'), given)).toHaveLength(2 * 4);
    expect(declaredLabels(metric('driftwire_records_total'), given)).toHaveLength(4 * 4);
  });

  test('each rule with its own priority and source alone', () => {
    expect(declaredLabels(metric('driftwire_findings_total'), given)).toEqual(given.rules);
  });

  test('a metric of open labels stands at `other`, so that a sum has a zero to be compared with', () => {
    expect(declaredLabels(metric('kubernetes_audit_manual_changes_total'), given)).toEqual([
      { user: 'other', verb: 'other', kind: 'other', namespace: 'other', cluster: 'other' },
    ]);
  });

  test('nothing that a dashboard would show as an event', () => {
    expect(declaredLabels(metric('falco_events'), given)).toEqual([]);
  });
});
