import { describe, expect, test } from 'vitest';
import { RuleTraces } from '../../../../lib/cli/explain/rule-traces.ts';
import { whyLines } from '../../../../lib/cli/explain/why.ts';
import { wrapWhole } from '../../../../lib/cli/explain/wrap-whole.ts';
import type { JsonObject } from '../../../../lib/core/model/audit-event.ts';
import { loadRules } from '../../../../lib/core/rules/load-rules.ts';
import { contextOf } from '../../../support/context.ts';
import { kubernetesEvent } from '../../../support/records.ts';

function why(
  condition: string,
  event: JsonObject = kubernetesEvent({ user: { username: 'alice', groups: ['a', 'b'] } }),
  before = '',
): readonly string[] {
  const text = `${before}- { rule: R, desc: d, condition: ${JSON.stringify(condition)}, output: x, priority: NOTICE, source: k8s_audit }`;
  const { model, problems } = loadRules([{ name: 'r.yaml', text }], { minimumPriority: 'Debug', ruleMatching: 'all', disable: [] });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const traced = new RuleTraces(model).of('R', contextOf('k8s_audit', event));
  return traced === undefined ? [] : whyLines(traced);
}

describe('why a rule matches or not', () => {
  test.each([
    ['ka.verb = patch and ka.user.name = bob', ['ka.user.name = bob is false: ka.user.name is "alice"']],
    ['not ka.user.name = alice', ['not ka.user.name = alice is false: ka.user.name is "alice"']],
    ['ka.impuser.name exists', ['ka.impuser.name exists is false: ka.impuser.name is absent']],
    ['ka.user.groups intersects (b, c)', ['ka.user.groups intersects (b, c) is true: ka.user.groups is ("a", "b")']],
    ['len(ka.user.name) > 4', ['len(ka.user.name) > 4 is true: len(ka.user.name) is 5, ka.user.name is "alice"']],
    ['ka.verb = get or ka.verb = list', ['ka.verb = get and ka.verb = list are false: ka.verb is "patch"']],
    [
      'ka.verb = a or ka.verb = b or ka.verb = c or ka.verb = d or ka.verb = e',
      ['ka.verb = a; ka.verb = b; ka.verb = c and 2 more are false: ka.verb is "patch"'],
    ],
  ])('%s', (condition, expected) => expect(why(condition)).toEqual(expected));

  test('names the macro in which the deciding check stands', () => {
    const macro = '- { macro: is_read, condition: "ka.verb in (get, list)" }\n';
    expect(why('is_read', undefined, macro)).toEqual(['ka.verb in (get, list) (in is_read) is false: ka.verb is "patch"']);
  });

  test('stays short, however many checks decide and however long a value is', () => {
    const fields = ['ka.verb', 'ka.uri', 'ka.stage', 'ka.auditid', 'ka.useragent', 'ka.user.name'];
    const lines = why(fields.map((field) => `${field} = nothing`).join(' or '));
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toBe('and 2 more checks');
    expect(
      why(
        fields
          .slice(0, 5)
          .map((field) => `${field} = nothing`)
          .join(' or '),
      ).at(-1),
    ).toBe('and 1 more check');
    const long = why('ka.user.name = x', kubernetesEvent({ user: { username: 'n'.repeat(10_000) } }));
    expect(long[0]?.length).toBeLessThan(250);
  });

  test('of a rule that is not loaded, or has no condition that is looked at, is not known', () => {
    const text = '- { rule: R, desc: d, condition: proc.name = x, output: x, priority: NOTICE, source: syscall }';
    const { model } = loadRules([{ name: 'r.yaml', text }], { minimumPriority: 'Debug', ruleMatching: 'all', disable: [] });
    const traces = new RuleTraces(model);
    const context = contextOf('k8s_audit', kubernetesEvent());
    expect([traces.of('R', context), traces.of('R', context), traces.of('S', context)]).toEqual([undefined, undefined, undefined]);
  });
});

describe('lines for a terminal', () => {
  test('break at blanks, and inside a word that is wider than a line, and leave nothing out', () => {
    expect(wrapWhole('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapWhole('a 0123456789abc d', 5)).toEqual(['a', '01234', '56789', 'abc d']);
    expect(wrapWhole('', 5)).toEqual(['']);
    expect(wrapWhole('日本語です', 4)).toEqual(['日本', '語で', 'す']);
    expect(wrapWhole('a  b', 10)).toEqual(['a  b']);
  });
});
