/** Rule items put into a collection: defined, appended to, replaced in part, switched (Falco's collector). */
import type { EventSource } from '../../model/raw-record.ts';
import { checkedException } from './collect-exceptions.ts';
import { type Collection, type ExceptionInfo, isWritten, type RuleEntry, type RuleParts } from './collection.ts';
import type { Context } from './context.ts';
import { noteOfReplacement } from './decode.ts';
import type { IssueSink } from './issues.ts';
import { didYouMean } from './nearest.ts';

/** A change of a rule that is there; a part that is undefined stays. */
export interface RuleChange extends Partial<RuleParts> {
  readonly name: string;
  readonly context: Context;
  /** Empty: none given. */
  readonly source: string;
}

/** Puts rules into a collection. */
export class RuleCollector {
  readonly #sink: IssueSink;
  readonly #into: Collection;
  readonly #sources: readonly EventSource[];

  constructor(sink: IssueSink, into: Collection, sources: readonly EventSource[]) {
    this.#sink = sink;
    this.#into = into;
    this.#sources = sources;
  }

  define(rule: Omit<RuleEntry, 'index' | 'visibility' | 'knownSource'>): void {
    const knownSource = this.#sources.find((source) => source === rule.source);
    if (!this.#hasSameSource(rule)) return;
    if (knownSource === undefined)
      this.#sink.warning('LOAD_UNKNOWN_SOURCE', `Unknown source ${rule.source}, skipping`, rule.context, {
        hint: this.#otherSource(rule.source),
      });
    const exceptions = rule.parts.exceptions.flatMap((exception) => this.#whole(exception, knownSource));
    noteOfReplacement(this.#sink, this.#into.rules.get(rule.name), rule.context);
    this.#into.define<RuleEntry>(this.#into.rules, { ...rule, knownSource, parts: { ...rule.parts, exceptions } });
  }

  append(change: RuleChange): void {
    const before = this.#before(change, "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists");
    if (before === undefined) return;
    const { condition = [], output, desc, tags = new Set(), exceptions } = change;
    if (condition.length === 0 && [output, desc, change.tags, exceptions].every((part) => part === undefined)) {
      this.#sink.error('LOAD_ERR_VALIDATE', 'Appended rule must have exceptions or condition property', change.context, {
        hint: "say what to add: 'condition: and ...' or 'exceptions: ...'",
      });
      return;
    }
    const { parts } = before;
    this.#into.change(this.#into.rules, {
      ...before,
      parts: {
        ...parts,
        condition: [...parts.condition, ...condition],
        output: output === undefined ? parts.output : `${parts.output} ${output}`,
        desc: desc === undefined ? parts.desc : `${parts.desc} ${desc}`,
        tags: new Set([...parts.tags, ...tags]),
        exceptions: this.#appended(before, exceptions ?? []),
      },
    });
  }

  replace({ name, context, source, ...parts }: RuleChange): void {
    const before = this.#before(
      { name, context, source },
      "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists",
    );
    if (before === undefined) return;
    const exceptions = parts.exceptions?.flatMap((exception) => this.#whole(exception, before.knownSource));
    const changed = Object.fromEntries(Object.entries({ ...parts, exceptions }).filter(([, value]) => value !== undefined));
    this.#into.change(this.#into.rules, { ...before, parts: { ...before.parts, ...changed } });
  }

  /** Switches a rule that is there, without changing when it was defined. */
  enable(name: string, context: Context, enabled: boolean): void {
    const before = this.#into.rules.get(name);
    if (before === undefined)
      this.#sink.error('LOAD_ERR_VALIDATE', "Rule has 'enabled' key but no rule by that name already exists", context, {
        hint: this.#otherName(name),
      });
    else this.#into.rules.set(name, { ...before, parts: { ...before.parts, enabled } });
  }

  #before(rule: Pick<RuleChange, 'name' | 'context' | 'source'>, missing: string): RuleEntry | undefined {
    if (!this.#hasSameSource(rule)) return undefined;
    const before = this.#into.rules.get(rule.name);
    if (before === undefined) this.#sink.error('LOAD_ERR_VALIDATE', missing, rule.context, { hint: this.#otherName(rule.name) });
    return before;
  }

  #otherSource(source: string): string {
    const near = didYouMean(source, this.#sources);
    return `the rule does not run; ${near || `sources here: ${this.#sources.join(', ')} (a rule without 'source' is for syscall)`}`;
  }

  #otherName(name: string): string {
    return didYouMean(name, this.#into.rules.keys()) || 'the file that defines the rule must be loaded before this one';
  }

  #hasSameSource({ name, source, context }: Pick<RuleChange, 'name' | 'context' | 'source'>): boolean {
    const before = this.#into.rules.get(name);
    if (before === undefined || source === '' || before.source === source) return true;
    this.#sink.error('LOAD_ERR_VALIDATE', 'Rule has been re-defined with a different source', context, {
      hint: `the rule of this name is for ${before.source}, this one for ${source}: give it another name, or write 'source: ${before.source}'`,
    });
    return false;
  }

  /** An exception that stands alone needs fields. */
  #whole(exception: ExceptionInfo, source: EventSource | undefined): readonly ExceptionInfo[] {
    if (isWritten(exception.fields)) return checkedException(this.#sink, exception, source);
    this.#sink.error('LOAD_ERR_VALIDATE', 'Rule exception item must have fields property with a list of fields', exception.context, {
      hint: "add 'fields: [ka.user.name]', with a field or more",
    });
    return [];
  }

  /** Values are added to an exception of the same name; a new one needs fields and values. */
  #appended(rule: RuleEntry, added: readonly ExceptionInfo[]): readonly ExceptionInfo[] {
    const all = [...rule.parts.exceptions];
    for (const exception of added) {
      const index = all.findIndex(({ name }) => name === exception.name);
      const before = all[index];
      if (before !== undefined) {
        if (this.#hasValuesOnly(exception)) all[index] = { ...before, values: [...before.values, ...exception.values] };
      } else if (this.#canStand(exception, all)) {
        all.push(...checkedException(this.#sink, exception, rule.knownSource));
      }
    }
    return all;
  }

  #canStand({ name, fields, values, context }: ExceptionInfo, all: readonly ExceptionInfo[]): boolean {
    const known = all.map((each) => each.name);
    if (!isWritten(fields))
      this.#sink.error('LOAD_ERR_VALIDATE', 'Rule exception must have fields property with a list of fields', context, {
        hint: `the rule has no exception '${name}' to append values to${known.length === 0 ? '' : `, but: ${known.join(', ')}`}`,
      });
    else if (values.length === 0)
      this.#sink.error('LOAD_ERR_VALIDATE', 'Rule exception must have values property with a list of values', context, {
        hint: "add 'values:' with at least one row",
      });
    return isWritten(fields) && values.length > 0;
  }

  #hasValuesOnly({ fields, comps, context }: ExceptionInfo): boolean {
    const hint = 'give name and values alone';
    if (isWritten(fields))
      this.#sink.error('LOAD_ERR_VALIDATE', 'Can not append exception fields to existing exception, only values', context, { hint });
    else if (isWritten(comps))
      this.#sink.error('LOAD_ERR_VALIDATE', 'Can not append exception comps to existing exception, only values', context, { hint });
    return !isWritten(fields) && !isWritten(comps);
  }
}
