import { describe, expect, test } from 'vitest';
import type { Compiled } from '../../../../lib/core/rules/compile.ts';
import { CompiledEngine, type CompiledRule } from '../../../../lib/core/rules/rule-engine.ts';
import { contextOf } from '../../../support/context.ts';
import { condition } from '../../../support/falco-events.ts';
import { kubernetesEvent } from '../../../support/records.ts';
import { ALL_RULES } from '../../../support/rule-texts.ts';

function rule(name: string, over: Partial<Compiled> = {}): CompiledRule {
  const info = { name, desc: 'd', source: 'k8s_audit', priority: 'Notice', tags: [], enabled: true, file: 'a.yaml', line: 1 } as const;
  const output = { message: () => name, fields: () => ({}), uses: [] };
  return { info, condition: { ...condition('k8s_audit', 'ka.verb exists'), ...over }, output };
}

function fails(cause: unknown): Partial<Compiled> {
  const test = (): boolean => {
    throw cause;
  };
  return { test };
}

describe('a rule that fails on an event', () => {
  test('is named with the reason, and the others go on', () => {
    const engine = new CompiledEngine([rule('a', fails(new Error('no'))), rule('b'), rule('c', fails('text')), rule('d')], ALL_RULES);
    const failures: string[] = [];
    const matches = engine.match(contextOf('k8s_audit', kubernetesEvent()), (failure) =>
      failures.push(`${failure.rule.name}: ${failure.error}`),
    );
    expect(matches.map((match) => match.rule.name)).toEqual(['b', 'd']);
    expect(failures).toEqual(['a: no', 'c: text']);
  });
});
