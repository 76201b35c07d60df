import { describe, expect, test } from 'vitest';
import { lokiEntry } from '../../../../lib/core/deliver/loki-entry.ts';
import { LOKI_FIELDS } from '../../../../lib/export/loki/logql.ts';
import { lokiGroups } from '../../../../lib/export/loki/loki-rules.ts';
import { DEFAULT_EXPORT } from '../../../../lib/export/options.ts';
import { isAlert } from '../../../../lib/export/rule-file.ts';
import { deliveryWith } from '../../../support/deliveries.ts';
import { logqlErrors, logqlNames } from '../../../support/export/expressions.ts';

const rules = lokiGroups(DEFAULT_EXPORT).flatMap((group) => group.rules);
/** What an entry really has, as the sink makes it, and what it may have beside that. */
const entry = lokiEntry(deliveryWith(), { promoted: [], structuredMetadata: true, maxLineBytes: 200_000 });
const FIELDS = [...Object.keys(entry.stream), ...Object.keys(entry.metadata), 'env', 'ingest'];

describe("rules for Loki's ruler", () => {
  test.each(rules.map((rule) => [isAlert(rule) ? rule.alert : rule.record, rule.expr]))(
    '%s is LogQL over fields that entries have',
    (_, expr) => {
      expect(logqlErrors(expr)).toEqual([]);
      expect(logqlNames(expr).filter((name) => !FIELDS.includes(name))).toEqual([]);
    },
  );

  test('what the counters have as labels, entries have under the same names', () => {
    expect(LOKI_FIELDS.k8s_audit.filter((name) => !FIELDS.includes(name))).toEqual([]);
    expect(LOKI_FIELDS.aws_cloudtrail.filter((name) => !FIELDS.includes(name))).toEqual([]);
    expect(entry.metadata['rules']).toBe('Manual Kubernetes change');
  });

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
