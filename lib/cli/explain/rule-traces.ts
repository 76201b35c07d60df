import type { EventContext } from '../../core/rules/engine.ts';
import { fieldEvent } from '../../core/rules/field-event.ts';
import { FIELDS } from '../../core/rules/field-table.ts';
import type { FieldEvent } from '../../core/rules/fields/field.ts';
import type { RuleModel } from '../../core/rules/loader/model.ts';
import { type Trace, type TracedCondition, tracer } from '../../core/rules/trace.ts';

/** Says of loaded rules why they match an event or not; each rule's condition is made ready once, when it is first asked. */
export class RuleTraces {
  readonly #model: RuleModel;
  readonly #macros: ReadonlyMap<string, TracedCondition>;
  readonly #ready = new Map<string, ((event: FieldEvent) => Trace) | undefined>();

  constructor(model: RuleModel) {
    this.#model = model;
    this.#macros = new Map(model.macros.map(({ name, condition }) => [name, { ast: condition.ast, text: condition.expanded }]));
  }

  /** Why a rule matches an event or not; undefined when no such rule has a condition, or when it fails on the event. */
  of(rule: string, context: EventContext): Trace | undefined {
    if (!this.#ready.has(rule)) this.#ready.set(rule, this.#make(rule));
    try {
      return this.#ready.get(rule)?.(fieldEvent(context));
    } catch {
      // a rule that fails on an event is told by the run itself
      return undefined;
    }
  }

  #make(name: string): ((event: FieldEvent) => Trace) | undefined {
    const rule = this.#model.rules.find((each) => each.name === name);
    const source = rule?.source;
    if (rule?.condition === undefined || (source !== 'aws_cloudtrail' && source !== 'k8s_audit')) return undefined;
    const { ast, expanded } = rule.condition;
    return tracer({ ast, text: expanded }, { field: (field) => FIELDS[source].get(field), macro: (macro) => this.#macros.get(macro) });
  }
}
