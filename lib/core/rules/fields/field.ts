import type { JsonNode } from '../../json/tree.ts';
import type { EventContext } from '../engine.ts';

/**
 * What a field gives; undefined: absent. An empty text is present. A field never gives a list without elements
 * (Falco takes that for absent); a transformer may.
 */
export type FieldValue = string | bigint | boolean | readonly string[] | undefined;

/** One event as fields see it: its context, and its record as a tree of spans that is built when first asked for. */
export interface FieldEvent {
  readonly context: EventContext;
  /** The record's text, verbatim. */
  readonly text: string;
  root(): JsonNode | undefined;
  /** What fields gave for this event so far, by `FieldSpec.name` and argument. */
  readonly memory: Map<string, FieldValue>;
}

/** Falco's type of a field, under the names its messages use; a list has the type of its elements. */
export type EngineType = 'CHARBUF' | 'UINT64' | 'ABSTIME' | 'RELTIME' | 'BOOL';

/** One field of the rule language; one row drives the evaluator, the documentation and `driftwire rules fields`. */
export interface FieldSpec {
  readonly name: string;
  /** What people call the type of the value, or of the elements of a list. */
  readonly type: 'string' | 'number' | 'boolean';
  readonly engineType: EngineType;
  readonly isList: boolean;
  /** none: takes no argument; index: a position may be given; key: a name is required. */
  readonly argument: 'none' | 'index' | 'key';
  readonly description: string;
  /** Where the value comes from, for people: a path in the record, or in words. */
  readonly from: string;
  /** engine: Falco's own; plugin: a Falco plugin's; driftwire: ours. The first two differ in what a wrong argument is told. */
  readonly origin: 'engine' | 'plugin' | 'driftwire';
  /** How a number is printed; padded: with nine digits. */
  readonly numbers: 'plain' | 'padded';
  /** What stands in `output_fields` in place of the value; Falco puts the event's time there for every form of it. */
  readonly output?: (event: FieldEvent) => FieldValue;
  /** The value; the argument is empty when there is none. */
  readonly read: (event: FieldEvent, argument: string) => FieldValue;
}

type Essential = Pick<FieldSpec, 'name' | 'description' | 'from' | 'read'> & Partial<FieldSpec>;

/** Fills in what most fields have in common: a plugin's text without argument. */
export function fieldSpec(essential: Essential): FieldSpec {
  return { type: 'string', engineType: 'CHARBUF', isList: false, argument: 'none', origin: 'plugin', numbers: 'plain', ...essential };
}
