import type { GeneratedFile } from '../generated-file.ts';
import type { ExportOptions } from '../options.ts';
import { type RuleGroup, ruleFile } from '../rule-file.ts';
import { driftGroups } from './drift-rules.ts';
import { healthGroups } from './health-rules.ts';
import { securityGroups } from './security-rules.ts';

const FILES: readonly {
  readonly path: string;
  readonly about: string;
  readonly groups: (options: ExportOptions) => readonly RuleGroup[];
}[] = [
  { path: 'drift-alert-rules.yaml', about: 'Changes by hand: exact counts and the alerts about them.', groups: driftGroups },
  {
    path: 'security-alert-rules.yaml',
    about: 'What nobody should be doing: critical findings, bursts of refusals, Falco.',
    groups: securityGroups,
  },
  { path: 'driftwire-alert-rules.yaml', about: 'The health of Driftwire itself.', groups: healthGroups },
];

/** Names of the rule files, as the example configuration lists them. */
export const PROMETHEUS_RULE_FILES: readonly string[] = FILES.map(({ path }) => path);

/** All rule groups for Prometheus. */
export function prometheusGroups(options: ExportOptions): readonly RuleGroup[] {
  return FILES.flatMap(({ groups }) => groups(options));
}

/** The rule files for Prometheus, Mimir, Amazon Managed Service for Prometheus and vmalert. */
export function prometheusRuleFiles(options: ExportOptions): readonly GeneratedFile[] {
  return FILES.map(({ path, about, groups }) =>
    ruleFile(
      path,
      [
        about,
        'Made by `driftwire export prometheus` from the metric catalogue; check with `promtool check rules`.',
        'Why the expressions look like this: docs/observability.md, "What exact means".',
      ],
      groups(options),
    ),
  );
}
