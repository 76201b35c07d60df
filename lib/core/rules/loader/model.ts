/** What rule files define, after all of them have been read: for the commands that list, lint, test, tune and explain rules. */
import type { Priority } from '../../model/finding.ts';
import type { Ast } from '../ast.ts';

/** Where something stands in a rule file; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An exception's values as written: one text, or texts and lists of texts side by side, as its `fields` ask. */
export type ExceptionValue = string | readonly ExceptionValue[];

/** One exception of a rule, with what was left out filled in and all appended values. */
export interface LoadedException {
  readonly name: string;
  /** A text, or a list with one field (or transformer of a field) for each part of a row. */
  readonly fields: ExceptionValue;
  /** As `fields`; operators. */
  readonly comps: ExceptionValue;
  readonly values: readonly ExceptionValue[];
  readonly place: Place;
}

/** A condition as written and as it is parsed. */
export interface LoadedCondition {
  /** As written, with everything appended; lists and macros stand in it by their names. */
  readonly text: string;
  /** As it is parsed: exceptions put behind it, the items of lists in the place of their names. */
  readonly expanded: string;
  /** The tree of `expanded`, macros still by their names; its offsets are those of `expanded`. */
  readonly ast: Ast;
  /** Where the text begins. */
  readonly place: Place;
  /** Where in a rule file a character of `expanded` comes from. */
  readonly placeOf: (offset: number) => Place;
  /** Names of the macros in it, each once, in the order of appearance; not those inside macros. */
  readonly macros: readonly string[];
  /** Names of the lists whose items were put in, each once. */
  readonly lists: readonly string[];
}

/** A rule as all files together define it. */
export interface LoadedRule {
  readonly name: string;
  readonly desc: string;
  /** Any word: a rule of a source that this program does not read is loaded, but its condition is not looked at. */
  readonly source: string;
  readonly priority: Priority;
  /** Sorted set. */
  readonly tags: readonly string[];
  /** As the files say, before configuration and options select. */
  readonly enabled: boolean;
  /** After selection: whether events of its source are asked of it. */
  readonly runs: boolean;
  /** Of the (last) full definition. */
  readonly place: Place;
  readonly output: string;
  readonly exceptions: readonly LoadedException[];
  /** Undefined when the rule was skipped: its source is unknown, or it has an unknown field and `skip-if-unknown-filter`. */
  readonly condition: LoadedCondition | undefined;
}

/** A macro as all files together define it. */
export interface LoadedMacro {
  readonly name: string;
  readonly place: Place;
  readonly condition: LoadedCondition;
  /** Whether a rule or another macro refers to it. */
  readonly isUsed: boolean;
}

/** A list as all files together define it. */
export interface LoadedList {
  readonly name: string;
  readonly place: Place;
  /** As written, with everything appended. */
  readonly items: readonly string[];
  /** Items that name another list replaced by that list's items, as they are put into conditions. */
  readonly expanded: readonly string[];
  /** Whether a condition or another list refers to it. */
  readonly isUsed: boolean;
}

/** Everything that is loaded, each kind in the order of first definition. */
export interface RuleModel {
  readonly rules: readonly LoadedRule[];
  readonly macros: readonly LoadedMacro[];
  readonly lists: readonly LoadedList[];
}
