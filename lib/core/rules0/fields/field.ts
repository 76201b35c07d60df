import type { EventContext } from '../../rules/engine.ts';
import type { JsonNode } from '../json/tree.ts';

/** What a field gives: text, a number, a list of texts; undefined: absent. An empty text is present. */
export type FieldValue = string | bigint | readonly string[] | undefined;

/** One event as fields see it: its context, and its record as a tree of spans that is built when first asked for. */
export interface FieldEvent {
  readonly context: EventContext;
  readonly text: string;
  root(): JsonNode | undefined;
}

/** One field of the rule language; one row drives the evaluator, the documentation and `rules fields`. */
export interface FieldSpec {
  readonly name: string;
  readonly type: 'string' | 'number';
  readonly isList: boolean;
  /** none: takes no argument; index: an optional position; key: a required name. */
  readonly argument: 'none' | 'index' | 'key';
  readonly description: string;
  readonly read: (event: FieldEvent, argument: string) => FieldValue;
}
