import { describe, expect, test } from 'vitest';
import { lokiGroups } from '../../../../lib/export/loki/loki-rules.ts';
import { DEFAULT_EXPORT } from '../../../../lib/export/options.ts';
import { isAlert } from '../../../../lib/export/rule-file.ts';
import { logqlErrors, logqlNames } from '../../../support/export/expressions.ts';

const rules = lokiGroups(DEFAULT_EXPORT).flatMap((group) => group.rules);
/** Labels and structured metadata that entries have (contract §7), `rules` included. */
const FIELDS = [
  ...['service_name', 'source', 'account', 'cluster', 'env', 'ingest'],
  ...['user', 'verb', 'kind', 'namespace', 'name', 'rule', 'rules', 'priority', 'class', 'hand', 'channel', 'region', 'service', 'action'],
];

describe("rules for Loki's ruler", () => {
  test.each(rules.map((rule) => [isAlert(rule) ? rule.alert : rule.record, rule.expr]))(
    '%s is LogQL over fields that entries have',
    (_, expr) => {
      expect(logqlErrors(expr)).toEqual([]);
      expect(logqlNames(expr).filter((name) => !FIELDS.includes(name))).toEqual([]);
    },
  );

  test('the parser refuses what Loki refuses: increase() is no LogQL', () => {
    expect(logqlErrors('increase({service_name="driftwire"}[5m]) > 0')).not.toEqual([]);
  });

  test('beside each grouped rule stands one without groups, which no limit of series silences', () => {
    const alerts = rules.filter(isAlert);
    for (const source of ['k8s_audit', 'aws_cloudtrail']) {
      const own = alerts.filter(({ expr }) => expr.includes(`source="${source}"`));
      const grouped = own.filter(({ expr }) => /^sum by \(/.test(expr));
      const plain = own.filter(({ expr }) => /^sum\(/.test(expr));
      expect([grouped.length, plain.length]).toEqual([1, 1]);
      // a window with more than 500 groups has more than 500 entries
      expect(Number(/> (\d+)$/.exec(plain[0]?.expr ?? '')?.[1])).toBeLessThan(500);
    }
  });

  test('an entry counts as a manual change when one of its rules says so, wherever it stands among them', () => {
    const filter = /\| rules=~"([^"]*)"/.exec(rules[0]?.expr ?? '')?.[1] ?? '';
    const matches = (value: string) => new RegExp(`^(?:${filter})$`).test(value);
    expect(matches('Manual Kubernetes change')).toBe(true);
    expect(matches('Privileged container admitted,Manual Kubernetes change,Mutable container admitted')).toBe(true);
    expect(matches('Interactive session in a pod')).toBe(true);
    expect(matches('Denied change attempt in a cluster')).toBe(false);
    expect(matches('Not a Manual Kubernetes change')).toBe(false);
  });
});
