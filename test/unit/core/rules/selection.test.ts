import { describe, expect, test } from 'vitest';
import { isSelected, namesAnyRule, type Selectable, type Selection, type SelectionStep } from '../../../../lib/core/rules/selection.ts';

const RULE: Selectable = { name: 'Pod made', source: 'k8s_audit', priority: 'Notice', tags: ['k8s', 'pod'], enabled: true };
const isOn = (rule: Partial<Selectable>, ...steps: readonly SelectionStep[]): boolean =>
  isSelected({ ...RULE, ...rule }, { minimumPriority: 'Debug', ruleMatching: 'all', disable: [], steps });

describe('a rule runs', () => {
  test('as its file says, if nothing else is said', () => {
    const plain: Selection = { minimumPriority: 'Debug', ruleMatching: 'all', disable: [] };
    expect(isSelected(RULE, plain)).toBe(true);
    expect(isSelected({ ...RULE, enabled: false }, plain)).toBe(false);
    expect(isSelected(RULE, { ...plain, disable: ['Pod made'] })).toBe(false);
    expect(isSelected(RULE, { ...plain, disable: ['Pod'] })).toBe(true);
  });

  test('never below the minimum priority, whatever is switched on', () => {
    const steps = [{ enable: true, rule: '*' }];
    const at = (minimumPriority: Selection['minimumPriority']): boolean =>
      isSelected(RULE, { minimumPriority, ruleMatching: 'all', disable: [], steps });
    expect([at('Informational'), at('Notice'), at('Warning')]).toEqual([true, true, false]);
  });

  test('as the last step that fits it says', () => {
    expect(isOn({}, { enable: false, rule: '*' })).toBe(false);
    expect(isOn({}, { enable: false, rule: '*' }, { enable: true, tag: 'pod' })).toBe(true);
    expect(isOn({}, { enable: true, tag: 'pod' }, { enable: false, rule: 'Pod made' })).toBe(false);
    expect(isOn({ enabled: false }, { enable: true, source: 'k8s_audit' })).toBe(true);
    expect(isOn({}, { enable: false, source: 'aws_cloudtrail' })).toBe(true);
    expect(isOn({}, { enable: false, source: 'aws_cloudtrail', rule: '*' })).toBe(true);
    expect(isOn({}, { enable: false, rule: 'other', tag: 'k8s' })).toBe(false);
    expect(isOn({}, { enable: false, rule: 'other', tag: 'aws' })).toBe(true);
  });

  test.each([
    ['Pod made', true],
    ['Pod*', true],
    ['*made', true],
    ['*d m*', true],
    ['P*o*d*', true],
    ['*', true],
    ['**', true],
    ['Pod made*', true],
    ['pod made', false],
    ['Pod', false],
    ['*Pod', false],
    ['made*', false],
    ['Pod m*made', false],
    ['*x*', false],
    ['P*e*d*e', false],
    ['Pod?made', false],
    ['', false],
  ])('under the name %j: %j', (pattern, isIt) => {
    expect(namesAnyRule(pattern, [RULE])).toBe(isIt);
  });
});
