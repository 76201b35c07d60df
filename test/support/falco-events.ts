import type { JsonObject } from '../../lib/core/model/audit-event.ts';
import type { EventSource } from '../../lib/core/model/raw-record.ts';
import { Detector } from '../../lib/core/pipeline.ts';
import { EMPTY_POLICY } from '../../lib/core/policy/policy.ts';
import { type Compiled, compile } from '../../lib/core/rules/compile.ts';
import type { EventContext, RuleEngine } from '../../lib/core/rules/engine.ts';
import { fieldEvent } from '../../lib/core/rules/field-event.ts';
import { FIELDS } from '../../lib/core/rules/field-table.ts';
import type { FieldEvent, FieldValue } from '../../lib/core/rules/fields/field.ts';
import { parseCondition } from '../../lib/core/rules/parser.ts';
import { resolveText } from '../../lib/core/rules/resolve-field.ts';
import { cloudtrailRecord, eventOf, kubernetesEvent } from './records.ts';

/** An engine without rules. */
export const NO_RULES: RuleEngine = { rules: [], match: () => [], mayMatch: () => false, needs: () => [] };

const detector = new Detector({ policy: EMPTY_POLICY, engine: NO_RULES, ignores: [], hostname: 'falco-host' });

/** An event whose record is exactly this text (or value); all else about it is that of an ordinary event of the source. */
export function fieldEventOf(source: EventSource, record: string | JsonObject, over: Partial<EventContext> = {}): FieldEvent {
  const { context } = detector.decide(eventOf(source, source === 'k8s_audit' ? kubernetesEvent() : cloudtrailRecord()), 1);
  const text = typeof record === 'string' ? record : JSON.stringify(record);
  const event = { ...context.event, record: { ...context.event.record, text } };
  return fieldEvent({ ...context, event, ...over });
}

/** What a field, with its argument, gives for a record. */
export function read(source: EventSource, field: string, record: string | JsonObject): FieldValue {
  const { spec, argument } = resolveText(field, (name) => FIELDS[source].get(name));
  return spec.read(fieldEventOf(source, record), argument);
}

/** A condition of one source, without macros. */
export function condition(source: EventSource, text: string): Compiled {
  return compile(parseCondition(text), { field: (name) => FIELDS[source].get(name), macro: () => undefined });
}
