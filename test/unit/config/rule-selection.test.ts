import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../lib/config/load.ts';
import { formatProblem } from '../../../lib/config/problem.ts';
import { idleNameProblems, selectionOf } from '../../../lib/config/rule-selection.ts';
import type { Config } from '../../../lib/config/schema.ts';

function configOf(text: string): Config {
  const { config, problems } = parseConfig(text, 'driftwire.yaml');
  if (config === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  return config;
}

const problemsOf = (text: string): readonly string[] => parseConfig(text, 'driftwire.yaml').problems.map(formatProblem);

describe('which rules run', () => {
  test('is everything, if nothing is said', () => {
    expect(selectionOf(configOf(''))).toEqual({ minimumPriority: 'Debug', ruleMatching: 'all', disable: [], steps: [] });
  });

  test('is said by names, steps, priority and matching', () => {
    const text = `
rules:
  disable: [a, "b*"]
  select:
    - disable: { rule: "*" }
    - enable: { tag: drift }
    - enable: { rule: c, source: k8s_audit }
  minimum_priority: notice
  rule_matching: first
`;
    expect(selectionOf(configOf(text))).toEqual({
      minimumPriority: 'Notice',
      ruleMatching: 'first',
      disable: ['a', 'b*'],
      steps: [
        { enable: false, rule: '*' },
        { enable: true, tag: 'drift' },
        { enable: true, rule: 'c', source: 'k8s_audit' },
      ],
    });
  });

  test.each([
    ['{}', 'exactly one of enable and disable: none is given'],
    ['{ enable: { rule: a }, disable: { rule: b } }', 'exactly one of enable and disable: both are given'],
    ['{ enable: {} }', 'name what is meant: rule, tag or source'],
    ['{ enable: { name: a } }', 'unknown key'],
    ['{ enable: x }', 'a string where a mapping (key: value) belongs'],
    ['x', 'a string where a mapping (key: value) belongs'],
  ])('a step %s is wrong', (step, message) => {
    expect(problemsOf(`rules: { select: [${step}] }`).join('\n')).toContain(message);
  });

  test('names of no rule are told with their place', () => {
    const text =
      'rules:\n  disable: [Pod made, Pod mad, zzz]\n  select:\n    - enable: { rule: "x*" }\n    - disable: { rule: "Pod*" }\n    - enable: { tag: a }\n';
    const loaded = parseConfig(text, 'driftwire.yaml');
    const problems = idleNameProblems(configOf(text), [{ name: 'Pod made' }], { file: 'driftwire.yaml', placeOf: loaded.placeOf });
    expect(problems.map(formatProblem)).toEqual([
      "driftwire.yaml:2:23: warning: rules.disable[1]: no loaded rule has the name 'Pod mad': did you mean 'Pod made'?",
      "driftwire.yaml:2:32: warning: rules.disable[2]: no loaded rule has the name 'zzz': driftwire rules list shows their names",
      "driftwire.yaml:4:23: warning: rules.select[0].enable.rule: no loaded rule has the name 'x*': driftwire rules list shows their names",
    ]);
    expect(idleNameProblems(configOf(''), [], { file: 'x', placeOf: loaded.placeOf })).toEqual([]);
  });
});
