import { expect, test } from 'vitest';
import { manualChanges } from '../../../lib/export/loki/logql.ts';
import { DEFAULT_EXPORT } from '../../../lib/export/options.ts';
import { prometheusGroups } from '../../../lib/export/prometheus/rule-files.ts';
import { builtinEngine } from '../../support/detector.ts';
import { targetsOf } from '../../support/export/boards.ts';

const builtin = builtinEngine().rules;

test('every rule that an alert or a board asks for by name is a built-in one', () => {
  const expressions = [
    ...prometheusGroups(DEFAULT_EXPORT).flatMap(({ rules }) => rules.map(({ expr }) => expr)),
    ...targetsOf('prometheus').map(({ target }) => target.expr),
  ];
  const asked = expressions.flatMap((expr) =>
    [...expr.matchAll(/\brule(?:=~?|!~)"([^"$]+)"/g)].flatMap(([, names]) => (names ?? '').split('|')),
  );
  const names = [...new Set(asked)].filter((name) => name !== 'other');
  expect(names.length).toBeGreaterThan(6);
  const unknown = names.filter((name) => !builtin.some((rule) => new RegExp(`^(?:${name})$`).test(rule.name)));
  expect(unknown).toEqual([]);
});

test('the rules that Loki counts as manual changes are those with the tag drift', () => {
  for (const source of ['k8s_audit', 'aws_cloudtrail'] as const) {
    const tagged = builtin.filter((rule) => rule.source === source && rule.tags.includes('drift')).map(({ name }) => name);
    const counted = /\(\.\*,\)\?\(([^)]*)\)/.exec(manualChanges(source))?.[1]?.split('|') ?? [];
    expect(counted.toSorted()).toEqual(tagged.toSorted());
    expect(counted.length).toBeGreaterThan(1);
  }
});
