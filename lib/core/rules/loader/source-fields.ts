import { attempt } from '../../attempt.ts';
import type { EventSource } from '../../model/raw-record.ts';
import { compile } from '../compile.ts';
import type { FieldSpec } from '../fields/field.ts';
import { ConditionError, parseCondition } from '../parser.ts';

const FIELD_TEXT = /^([a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+)(?:\[[^\]]*\])?$/;

/** The event sources that rules can be written for. */
export const EVENT_SOURCES: readonly EventSource[] = ['aws_cloudtrail', 'k8s_audit'];

/** Whether a text is a field of the source with or without an argument; the argument is not looked at. */
export function namesField(text: string, fields: ReadonlyMap<string, FieldSpec>): boolean {
  return fields.has(FIELD_TEXT.exec(text)?.[1] ?? '');
}

/** What is wrong with a text as the left side of a check (a field with its argument, or a transformer of one), in words. */
export function leftSideProblem(text: string, fields: ReadonlyMap<string, FieldSpec>): string | undefined {
  const scope = { field: (name: string): FieldSpec | undefined => fields.get(name), macro: (): undefined => undefined };
  const compiled = attempt(ConditionError, () => compile(parseCondition(`${text} exists`), scope));
  return compiled.ok ? undefined : compiled.error.message;
}
