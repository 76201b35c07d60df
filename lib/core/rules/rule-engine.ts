import type { EventSource } from '../model/raw-record.ts';
import type { Compiled } from './compile.ts';
import type { EventContext, Knowledge, RuleEngine, RuleFailure, RuleInfo, RuleMatch } from './engine.ts';
import { fieldEvent } from './field-event.ts';
import { FIELDS } from './field-table.ts';
import type { CompiledOutput } from './format-output.ts';
import type { Needs } from './needs.ts';
import { RuleIndex } from './rule-index.ts';
import { isSelected, type Selection } from './selection.ts';

export type { Selection } from './selection.ts';

/** A rule, ready to be asked. */
export interface CompiledRule {
  readonly info: RuleInfo;
  readonly condition: Compiled;
  readonly output: CompiledOutput;
}

/** Runs compiled rules over events. */
export class CompiledEngine implements RuleEngine {
  readonly rules: readonly RuleInfo[];
  readonly #running: Readonly<Record<EventSource, RuleIndex<CompiledRule>>>;
  readonly #onlyFirst: boolean;

  constructor(rules: readonly CompiledRule[], selection: Selection) {
    const runs = ({ info }: CompiledRule): boolean => isSelected(info, selection);
    this.rules = rules.map((rule) => ({ ...rule.info, enabled: runs(rule) }));
    const of = (source: EventSource): RuleIndex<CompiledRule> =>
      new RuleIndex(
        rules.filter((rule) => rule.info.source === source && runs(rule)),
        (name) => FIELDS[source].get(name),
      );
    this.#running = { aws_cloudtrail: of('aws_cloudtrail'), k8s_audit: of('k8s_audit') };
    this.#onlyFirst = selection.ruleMatching === 'first';
  }

  match(context: EventContext, onFailure: (failure: RuleFailure) => void): readonly RuleMatch[] {
    const event = fieldEvent(context);
    const matches: RuleMatch[] = [];
    for (const { info, condition, output } of this.#running[context.event.source].candidates(event)) {
      try {
        if (!condition.test(event)) continue;
        matches.push({ rule: info, message: output.message(event), outputFields: output.fields(event) });
        if (this.#onlyFirst) break;
      } catch (cause) {
        onFailure({ rule: info, error: cause instanceof Error ? cause.message : String(cause) });
      }
    }
    return matches;
  }

  mayMatch(source: EventSource, know: (field: string) => Knowledge): boolean {
    return this.#running[source].mayMatch(know);
  }

  needs(source: EventSource, know: (field: string) => Knowledge): readonly Needs[] {
    return this.#running[source].needs(know);
  }
}
