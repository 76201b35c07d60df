/**
 * What rule files define together: each list, macro and rule under its name, in the order of first definition, later ones
 * replaced or added to in their place (Falco's collector). Nothing of conditions is looked at here.
 */
import type { Priority } from '../../model/finding.ts';
import type { EventSource } from '../../model/raw-record.ts';
import type { Context } from './context.ts';
import type { TextPart } from './decode.ts';

/** Order of definition: what a macro or list may refer to depends on it. */
export interface Ordered {
  readonly name: string;
  /** When it was first defined. */
  index: number;
  /** When it was last defined or changed. */
  visibility: number;
}
/** A list. */
export interface ListEntry extends Ordered {
  readonly context: Context;
  readonly items: readonly string[];
}
/** A macro; without parts, its condition could not be read. */
export interface MacroEntry extends Ordered {
  readonly context: Context;
  readonly conditionContext: Context;
  readonly parts: readonly TextPart[];
}

/** A value of an exception: one text or a list; a text without characters where neither is written. */
export interface ExceptionEntry {
  readonly isList: boolean;
  readonly item: string;
  readonly items: readonly ExceptionEntry[];
}
/** One exception of a rule. */
export interface ExceptionInfo {
  readonly name: string;
  readonly context: Context;
  readonly fields: ExceptionEntry;
  readonly comps: ExceptionEntry;
  readonly values: readonly ExceptionEntry[];
}

/** A rule's parts that overrides can change. */
export interface RuleParts {
  readonly condition: readonly TextPart[];
  readonly output: string;
  readonly desc: string;
  readonly priority: Priority;
  readonly tags: ReadonlySet<string>;
  readonly exceptions: readonly ExceptionInfo[];
  readonly enabled: boolean;
  readonly skipsUnknownFields: boolean;
}
/** A rule. */
export interface RuleEntry extends Ordered {
  readonly context: Context;
  readonly conditionContext: Context;
  readonly outputContext: Context;
  readonly source: string;
  /** Undefined: rules of this source are not run here. */
  readonly knownSource: EventSource | undefined;
  /** Whether condition and output could be read; what could not be read has been reported and is not compiled. */
  readonly isWhole: boolean;
  readonly parts: RuleParts;
}
/** Plugins of which one must be there. */
export interface PluginRequirement {
  readonly context: Context;
  readonly alternatives: readonly { readonly name: string; readonly version: string }[];
}

/** Everything collected so far. */
export class Collection {
  readonly lists: Map<string, ListEntry> = new Map();
  readonly macros: Map<string, MacroEntry> = new Map();
  readonly rules: Map<string, RuleEntry> = new Map();
  readonly plugins: PluginRequirement[] = [];
  #next = 0;

  /** Puts an entry in, in the place of one of the same name. */
  define<T extends Ordered>(into: Map<string, T>, entry: Omit<T, 'index' | 'visibility'> & { readonly name: string }): void {
    const visibility = this.#next++;
    const index = into.get(entry.name)?.index ?? visibility;
    into.set(entry.name, { ...entry, index, visibility } as T);
  }

  /** Changes an entry that is there. */
  change<T extends Ordered>(into: Map<string, T>, entry: T): void {
    into.set(entry.name, { ...entry, visibility: this.#next++ });
  }
}

/** Whether anything is written. */
export function isWritten({ isList, item, items }: ExceptionEntry): boolean {
  return isList ? items.length > 0 : item !== '';
}
