import type { Priority } from '../../core/model/finding.ts';
import type { EventSource } from '../../core/model/raw-record.ts';
import type { LoadedRule, RuleModel } from '../../core/rules/loader/model.ts';
import { type ConfigEntries, configEntries } from '../../core/tune/config-entry.ts';
import { exceptionItem } from '../../core/tune/exception.ts';
import type { FalcoNoise } from '../../core/tune/falco-event.ts';
import type { NoiseGroup } from '../../core/tune/noise.ts';
import type { Gathered } from './gather.ts';

/** One group of findings with what silences it. */
export interface TunedGroup extends NoiseGroup {
  readonly priority: Priority | undefined;
  /** Item for a rule file that is loaded after the one that defines the rule; it silences exactly this group. */
  readonly exception: string;
  /** Entries for the configuration; undefined where they would change nothing: the rule does not ask for manual changes. */
  readonly config: ConfigEntries | undefined;
}

/** Everything that `tune` shows. */
export interface Tuning {
  readonly findings: number;
  readonly groups: readonly TunedGroup[];
  /** Findings in groups beyond the bound on memory. */
  readonly furtherFindings: number;
  readonly workloads: readonly NoiseGroup[];
  readonly falco: readonly FalcoNoise[];
  readonly records: number;
  /** Items of a rule file with the exceptions of all groups, one for each rule. */
  readonly exceptions: readonly { readonly source: EventSource; readonly rule: string; readonly item: string }[];
}

/** Puts to each group what silences it. */
export function tuningOf(gathered: Gathered, model: RuleModel): Tuning {
  const lists = new Set(model.lists.map(({ name }) => name));
  const rules = new Map(model.rules.map((rule) => [rule.name, rule]));
  const groups = gathered.noise.groups();
  const itemOf = (rule: LoadedRule, of: readonly NoiseGroup[]): string => exceptionItem(of, { lists, rule });
  const byRule = Map.groupBy(groups, (group) => group.rule);
  return {
    findings: gathered.noise.total,
    groups: groups.flatMap((group): readonly TunedGroup[] => {
      const rule = rules.get(group.rule);
      if (rule === undefined) return [];
      const principal = gathered.principals.get(group.principal);
      const isAboutHands = rule.tags.includes('drift') && principal !== undefined;
      const config = isAboutHands ? configEntries(principal, group.reason, group.action) : undefined;
      return [{ ...group, exception: itemOf(rule, [group]), config }];
    }),
    furtherFindings: gathered.noise.further,
    workloads: gathered.workloads.groups(),
    falco: gathered.falco.rules(),
    records: gathered.records,
    exceptions: [...byRule].flatMap(([name, of]) => {
      const rule = rules.get(name);
      const source = of[0]?.source;
      return rule === undefined || source === undefined ? [] : [{ source, rule: name, item: itemOf(rule, of) }];
    }),
  };
}
