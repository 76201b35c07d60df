import type { JsonNode } from '../../json/tree.ts';
import type { EventContext } from '../engine.ts';

/** What a field gives: a text or a list of texts; undefined: absent. An empty text is present, a list without elements is absent. */
export type FieldValue = string | readonly string[] | undefined;

/** One event as fields see it: its context, and its record as a tree of spans that is built when first asked for. */
export interface FieldEvent {
  readonly context: EventContext;
  /** The record's text, verbatim. */
  readonly text: string;
  root(): JsonNode | undefined;
}

/** One field of the rule language; one row drives the evaluator and the documentation. */
export interface FieldSpec {
  readonly name: string;
  readonly isList: boolean;
  /** none: takes no argument; key: a name is required. */
  readonly argument: 'none' | 'key';
  readonly description: string;
  readonly read: (event: FieldEvent, argument: string) => FieldValue;
}
