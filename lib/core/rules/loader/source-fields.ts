import type { EventSource } from '../../model/raw-record.ts';
import { compile } from '../compile.ts';
import { FIELDS } from '../field-table.ts';
import type { FieldSpec } from '../fields/field.ts';
import { ConditionError, parseCondition } from '../parser.ts';

const NO_FIELDS: ReadonlyMap<string, FieldSpec> = new Map();
const FIELD_TEXT = /^([a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+)(?:\[[^\]]*\])?$/;

/** The event sources that rules can be written for. */
export const EVENT_SOURCES: readonly EventSource[] = ['aws_cloudtrail', 'k8s_audit'];

/** The fields of a source by name; none of a source that this program does not read. */
export function fieldsOf(source: string): ReadonlyMap<string, FieldSpec> {
  const known = EVENT_SOURCES.find((each) => each === source);
  return known === undefined ? NO_FIELDS : FIELDS[known];
}

/** Whether a text is a field of the source with or without an argument; the argument is not looked at. */
export function namesField(text: string, fields: ReadonlyMap<string, FieldSpec>): boolean {
  return fields.has(FIELD_TEXT.exec(text)?.[1] ?? '');
}

/** What is wrong with a text as the left side of a check (a field with its argument, or a transformer of one), in words. */
export function leftSideProblem(text: string, fields: ReadonlyMap<string, FieldSpec>): string | undefined {
  try {
    compile(parseCondition(`${text} exists`), { field: (name) => fields.get(name), macro: () => undefined });
    return undefined;
  } catch (cause) {
    if (!(cause instanceof ConditionError)) throw cause;
    return cause.message;
  }
}
