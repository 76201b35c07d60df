import { visible, visibleJson } from '../escape.ts';
import { count } from '../table/table.ts';
import type { TunedGroup, Tuning } from './tuning.ts';

/**
 * A rule file with an exception for every group shown, to be loaded after the rules: what is not to be silent is to be taken out
 * of it. What stands in the configuration instead is in comments.
 */
export function tuneYaml(tuning: Tuning): readonly string[] {
  return [
    '# Exceptions made by `driftwire tune`: load this file after the rules, and take out first what is not to be silent.',
    ...tuning.exceptions.flatMap(({ rule, item }) => [
      '',
      `# ${visible(rule)}`,
      ...tuning.groups.filter((group) => group.rule === rule).flatMap(commentsOf),
      ...item.trimEnd().split('\n').map(visibleJson),
    ]),
    ...(tuning.exceptions.length === 0 ? ['[]'] : []),
  ];
}

function commentsOf({ count: findings, principal, action, config }: TunedGroup): readonly string[] {
  const entries = config?.pipelines === undefined ? [] : [`#   pipelines: ${visible(config.pipelines)}`];
  return [`# - ${count(findings, 'finding')}: ${visible(action)} by ${visible(principal)}`, ...entries];
}
