import { nearest } from '../core/rules/loader/nearest.ts';
import { namesAnyRule, type Selection, type SelectionStep } from '../core/rules/selection.ts';
import type { LoadedConfig } from './load.ts';
import { formatPath, type Problem } from './problem.ts';
import type { Config } from './schema.ts';
import { priorityOf } from './to-policy.ts';

/** Which rules run, as the configuration says. */
export function selectionOf({ rules }: Config): Selection {
  return {
    minimumPriority: priorityOf(rules.minimum_priority),
    ruleMatching: rules.rule_matching,
    disable: rules.disable,
    steps: (rules.select ?? []).map(({ enable, disable }): SelectionStep => {
      const { rule, tag, source } = enable ?? disable ?? {};
      return {
        enable: enable !== undefined,
        ...(rule === undefined ? {} : { rule }),
        ...(tag === undefined ? {} : { tag }),
        ...(source === undefined ? {} : { source }),
      };
    }),
  };
}

/** Warns of names in the configuration that no loaded rule has: a rule that was to be switched off still runs. */
export function idleNameProblems(
  config: Config,
  rules: readonly { readonly name: string }[],
  { file, placeOf }: Pick<LoadedConfig, 'placeOf'> & { readonly file: string },
): readonly Problem[] {
  const named: (readonly [name: string, path: readonly PropertyKey[]])[] = [
    ...config.rules.disable.map((name, index) => [name, ['rules', 'disable', index]] as const),
    ...(config.rules.select ?? []).flatMap(({ enable, disable }, index) => {
      const name = (enable ?? disable)?.rule;
      const path = ['rules', 'select', index, enable === undefined ? 'disable' : 'enable', 'rule'] as const;
      return name === undefined ? [] : [[name, path] as const];
    }),
  ];
  return named.flatMap(([name, path]): readonly Problem[] => {
    if (namesAnyRule(name, rules)) return [];
    const names = rules.map((rule) => rule.name);
    const near = nearest(name, names);
    const hint = near === undefined ? 'driftwire rules list shows their names' : `did you mean '${near}'?`;
    return [
      { severity: 'warning', file, ...placeOf(path), path: formatPath(path), message: `no loaded rule has the name '${name}': ${hint}` },
    ];
  });
}
