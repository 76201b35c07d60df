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
      ...commentsOf(tuning.groups.filter((group) => group.rule === rule)),
      ...item.trimEnd().split('\n').map(visibleJson),
    ]),
    ...(tuning.exceptions.length === 0 ? ['[]'] : []),
  ];
}

function commentsOf(groups: readonly TunedGroup[]): readonly string[] {
  const pipelines = new Set(groups.flatMap(({ config }) => config?.pipelines ?? []));
  return [
    ...groups.map(
      ({ count: findings, principal, action }) => `# ${count(findings, 'finding')}: ${visible(action)} by ${visible(principal)}`,
    ),
    ...(pipelines.size === 0
      ? []
      : ['# or, of these principals, those that are pipelines and nobody else, in driftwire.yaml under pipelines:']),
    ...[...pipelines].map((entry) => `#   ${visible(entry)}`),
  ];
}
