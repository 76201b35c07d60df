import type { Priority } from '../../core/model/finding.ts';
import type { EventSource } from '../../core/model/raw-record.ts';
import type { LoadedRule, RuleModel } from '../../core/rules/loader/model.ts';
import { type ConfigEntries, configEntries } from '../../core/tune/config-entry.ts';
import { exceptionItem, isExcepted } from '../../core/tune/exception.ts';
import type { FalcoNoise } from '../../core/tune/falco-event.ts';
import type { NoiseGroup } from '../../core/tune/noise.ts';

/** One group of findings with what silences it. */
export interface TunedGroup extends NoiseGroup {
  readonly priority: Priority | undefined;
  /**
   * Item for a rule file that is loaded after the one that defines the rule; it silences exactly this group. Undefined for a rule that a
   * store has counted and that is not loaded here.
   */
  readonly exception: string | undefined;
  /** Entries for the configuration; undefined where they would change nothing: the rule does not ask for manual changes. */
  readonly config: ConfigEntries | undefined;
}

/** Where the findings were counted. */
export type TuningOrigin =
  | { readonly kind: 'log'; readonly records: number }
  | {
      readonly kind: 'store';
      /** For people. */
      readonly name: string;
      /** First and last day (UTC) of which there is anything. */
      readonly days: { readonly from: string; readonly to: string } | undefined;
    };

/** What was counted, wherever it was. */
export interface Counted {
  readonly origin: TuningOrigin;
  readonly noise: { readonly total: number; readonly further: number; groups(): readonly NoiseGroup[] };
  readonly workloads: readonly NoiseGroup[];
  readonly falco: readonly FalcoNoise[];
}

/** Everything that `tune` shows. */
export interface Tuning {
  readonly origin: TuningOrigin;
  /** Without those that are silenced. */
  readonly findings: number;
  readonly groups: readonly TunedGroup[];
  /** Findings that are in no group. */
  readonly furtherFindings: number;
  /** Findings of groups that an exception silences by now. They are in no group; a log has none. */
  readonly silencedFindings: number;
  readonly workloads: readonly NoiseGroup[];
  readonly falco: readonly FalcoNoise[];
  /** Items of a rule file with the exceptions of all groups, one for each rule. */
  readonly exceptions: readonly { readonly source: EventSource; readonly rule: string; readonly item: string }[];
}

/** Puts to each group what silences it. */
export function tuningOf({ origin, noise, workloads, falco }: Counted, model: RuleModel): Tuning {
  const lists = new Set(model.lists.map(({ name }) => name));
  const rules = new Map(model.rules.map((rule) => [rule.name, rule]));
  const isSilenced = (group: NoiseGroup): boolean => isExcepted(group, rules.get(group.rule) ?? { exceptions: [] });
  const { true: silenced = [], false: groups = [] } = Object.groupBy(noise.groups(), (group) => `${isSilenced(group)}` as const);
  const silencedFindings = silenced.reduce((sum, { count }) => sum + count, 0);
  const itemOf = (rule: LoadedRule, of: readonly NoiseGroup[]): string => exceptionItem(of, { lists, rule });
  const byRule = Map.groupBy(groups, (group) => group.rule);
  return {
    origin,
    findings: noise.total - silencedFindings,
    groups: groups.map((group): TunedGroup => {
      const rule = rules.get(group.rule);
      if (rule === undefined) return { ...group, exception: undefined, config: undefined };
      const config = rule.tags.includes('drift') ? configEntries(group) : undefined;
      return { ...group, exception: itemOf(rule, [group]), config };
    }),
    furtherFindings: noise.further,
    silencedFindings,
    workloads,
    falco,
    exceptions: [...byRule].flatMap(([name, of]) => {
      const rule = rules.get(name);
      const source = of[0]?.source;
      return rule === undefined || source === undefined ? [] : [{ source, rule: name, item: itemOf(rule, of) }];
    }),
  };
}
