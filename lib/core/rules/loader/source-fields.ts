import { attempt } from '../../attempt.ts';
import type { EventSource } from '../../model/raw-record.ts';
import { compile } from '../compile.ts';
import type { FieldSpec } from '../fields/field.ts';
import { ConditionError, parseCondition } from '../parser.ts';
import { OperatorError, resolveText } from '../resolve-field.ts';

/** The event sources that rules can be written for. */
export const EVENT_SOURCES: readonly EventSource[] = ['aws_cloudtrail', 'k8s_audit'];

/** Whether a text as a whole is a field with its argument; words: it begins as one, but its argument is wrong. */
export function fieldIn(text: string, fields: ReadonlyMap<string, FieldSpec>): boolean | string {
  const resolved = attempt(OperatorError, () => resolveText(text, (name) => fields.get(name)));
  if (resolved.ok) return true;
  return resolved.error.message.startsWith('filter_check called with nonexistent field') ? false : resolved.error.message;
}

/** Whether a text is a transformer of a field, as the left side of a check has it. */
export function isTransformer(text: string, fields: ReadonlyMap<string, FieldSpec>): boolean {
  const scope = { field: (name: string): FieldSpec | undefined => fields.get(name), macro: (): undefined => undefined };
  return attempt(ConditionError, () => compile(parseCondition(`${text} exists`), scope)).ok;
}
