import { describe, expect, test } from 'vitest';
import type { RuleEngine } from '../../../../lib/core/rules/engine.ts';
import { compileCondition, loadRules } from '../../../../lib/core/rules/load-rules.ts';
import { loadFiles } from '../../../../lib/core/rules/loader/load-files.ts';
import { modelOf } from '../../../../lib/core/rules/loader/model-of.ts';
import { DRIFTWIRE_SETTINGS } from '../../../../lib/core/rules/loader/settings.ts';
import type { Selection } from '../../../../lib/core/rules/selection.ts';
import { contextOf } from '../../../support/context.ts';
import { kubernetesEvent } from '../../../support/records.ts';
import { ALL_RULES, modelIn, ruleFiles, ruleText } from '../../../support/rule-texts.ts';

function engineOf(text: string, selection: Partial<Selection> = {}): RuleEngine {
  const { engine, problems } = loadRules(ruleFiles([text]), { ...ALL_RULES, ...selection });
  if (engine === undefined) throw new Error(JSON.stringify(problems));
  return engine;
}

function fired(engine: RuleEngine): readonly string[] {
  return engine
    .match(contextOf('k8s_audit', kubernetesEvent({ verb: 'get' })), () => undefined)
    .map(({ rule, message }) => `${rule.name}: ${message}`);
}

describe('rules that are loaded', () => {
  const two = ruleText('a', 'ka.verb = get') + ruleText('b', 'ka.verb in (get, list)') + ruleText('c', 'ka.verb = list');

  test('fire in their order, all or the first', () => {
    expect(fired(engineOf(two))).toEqual(['a: o get', 'b: o get']);
    expect(fired(engineOf(two, { ruleMatching: 'first' }))).toEqual(['a: o get']);
  });

  test('do not shadow others when they do not run', () => {
    expect(fired(engineOf(two, { ruleMatching: 'first', disable: ['a'] }))).toEqual(['b: o get']);
    expect(engineOf(two, { disable: ['a'] }).rules.map(({ name, enabled }) => `${name} ${enabled}`)).toEqual([
      'a false',
      'b true',
      'c true',
    ]);
    expect(fired(engineOf(two.replace('INFO', 'DEBUG'), { minimumPriority: 'Notice' }))).toEqual([]);
  });

  test('keep their place when they are written anew', () => {
    expect(fired(engineOf(`${two}${ruleText('a', 'ka.uri exists')}`, { ruleMatching: 'first' }))).toEqual(['a: o get']);
  });

  test('see no events of another source', () => {
    expect(fired(engineOf(ruleText('a', 'ct.name exists').replace('k8s_audit', 'aws_cloudtrail').replace('%ka.verb', 'x')))).toEqual([]);
  });

  test('give no engine when one file has an error', () => {
    const { engine, problems } = loadRules(ruleFiles([two, '- x\n']), ALL_RULES);
    expect(engine).toBeUndefined();
    expect(problems).toMatchObject([{ severity: 'error', file: '2.yaml', line: 1, column: 3, code: 'LOAD_ERR_YAML_VALIDATE' }]);
    expect(loadRules([], ALL_RULES)).toMatchObject({ model: { rules: [], macros: [], lists: [] }, problems: [] });
  });

  test('tell which of them can match what is known of an event', () => {
    const engine = engineOf(two);
    const verb = (value: string | undefined) => (field: string) =>
      field === 'ka.verb' ? ({ known: true, value } as const) : ({ known: false } as const);
    expect(engine.mayMatch('k8s_audit', verb('get'))).toBe(true);
    expect(engine.mayMatch('k8s_audit', verb('watch'))).toBe(false);
    expect(engine.mayMatch('aws_cloudtrail', verb('get'))).toBe(false);
  });

  test('of a source that is left out do not run', () => {
    const settings = { ...DRIFTWIRE_SETTINGS, sources: ['aws_cloudtrail'] as const };
    const { problems, engine } = loadRules(ruleFiles([two]), ALL_RULES, settings);
    expect(problems[0]?.message).toContain('Unknown source k8s_audit, skipping');
    expect(engine?.rules).toEqual([]);
  });
});

describe('what is loaded, for the commands that show it', () => {
  test('has everything with its place', () => {
    const text = `- list: l\n  items: [get]\n- macro: m\n  condition: ka.verb in (l)\n${ruleText('r', 'm and ka.uri exists', 'tags: [b, a]', 'exceptions: [{name: e, fields: [ka.uri], values: [[x]]}]')}`;
    const model = modelIn(text, '- list: l\n  items: [list]\n  override: {items: append}\n');
    expect(model).toMatchObject({
      lists: [
        { name: 'l', place: { file: '1.yaml', line: 1, column: 3 }, items: ['get', 'list'], expanded: ['get', 'list'], isUsed: true },
      ],
      macros: [
        {
          name: 'm',
          place: { file: '1.yaml', line: 3, column: 3 },
          isUsed: true,
          condition: { text: 'ka.verb in (l)', expanded: 'ka.verb in ( get, list )', lists: ['l'], place: { line: 4, column: 14 } },
        },
      ],
      rules: [
        {
          name: 'r',
          tags: ['a', 'b'],
          place: { file: '1.yaml', line: 5, column: 3 },
          condition: {
            text: 'm and ka.uri exists',
            expanded: '(m and ka.uri exists) and not (( ka.uri = x))',
            macros: ['m'],
            lists: [],
            place: { file: '1.yaml', line: 7, column: 14 },
          },
          exceptions: [{ name: 'e', fields: ['ka.uri'], comps: ['='], values: [['x']], place: { line: 12, column: 16 } }],
        },
      ],
    });
    const condition = model.rules[0]?.condition;
    expect(condition?.placeOf(condition.expanded.indexOf('ka.uri exists'))).toEqual({ file: '1.yaml', line: 7, column: 20 });
    expect(condition?.placeOf(condition.expanded.indexOf('ka.uri = x'))).toEqual({ file: '1.yaml', line: 12, column: 16 });
  });

  test('has what is right beside what is wrong', () => {
    const model = modelIn(`- macro: m\n  condition: (\n- list: l\n  items: [a]\n${ruleText('r', 'ka.nope = x')}`);
    expect(model).toMatchObject({ macros: [], lists: [{ name: 'l' }], rules: [{ name: 'r', runs: false, condition: undefined }] });
  });

  test('has nothing compiled where nothing went through', () => {
    const loaded = loadFiles(ruleFiles(['- list: l\n  items: [a]\n- x\n']), DRIFTWIRE_SETTINGS, true);
    expect(modelOf(loaded, ALL_RULES)).toMatchObject({ rules: [], macros: [], lists: [{ name: 'l', expanded: ['a'], isUsed: false }] });
  });
});

describe('a condition outside a rule', () => {
  test('is for the sources whose fields it uses', () => {
    const compiled = compileCondition('ka.verb = get');
    if ('error' in compiled) throw new Error(compiled.error);
    expect(compiled.sources).toEqual(['k8s_audit']);
    expect(compiled.matches(contextOf('k8s_audit', kubernetesEvent({ verb: 'get' })))).toBe(true);
    const both = compileCondition('drift.hand exists');
    expect('sources' in both ? both.sources : []).toEqual(['aws_cloudtrail', 'k8s_audit']);
    expect(compiled.matches({ ...contextOf('k8s_audit', kubernetesEvent({ verb: 'list' })) })).toBe(false);
  });

  test('that is for none is told with the place', () => {
    expect(compileCondition('ka.verb = get and ct.name exists')).toEqual({
      error: 'filter_check called with nonexistent field ka.verb (at character 1 of the condition)',
    });
    expect(compileCondition('ka.verb =')).toMatchObject({ error: expect.stringContaining('(at character 10 of the condition)') });
  });
});
