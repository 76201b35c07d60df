/** Everything collected so far, compiled: lists, macros, then rules, each in the order of first definition (Falco's compiler). */
import { attempt } from '../../attempt.ts';
import type { EventSource } from '../../model/raw-record.ts';
import type { Ast } from '../ast.ts';
import { type Compiled, compile, compileCheck, type Scope } from '../compile.ts';
import { FIELDS } from '../field-table.ts';
import type { FieldSpec } from '../fields/field.ts';
import { type CompiledOutput, compileOutput } from '../format-output.ts';
import { TooLarge } from '../lists.ts';
import { ConditionError, parseCondition } from '../parser.ts';
import { DEPRECATED_FIELDS } from './codes.ts';
import type { Collection, RuleEntry } from './collection.ts';
import { ConditionText, MAX_CONDITION_CHARS, type ReadyList, type Suffix } from './condition-text.ts';
import { checksOf, comparesWithAbsent, deprecatedFields, type PlacedCheck, valueRemarks } from './condition-warnings.ts';
import type { Context } from './context.ts';
import type { TextPart } from './decode.ts';
import { exceptionTexts } from './exception-text.ts';
import { badNameHint, fieldHint, outputHint, parseHint } from './hints.ts';
import type { IssueSink } from './issues.ts';
import { type Macro, resolveMacros } from './macros.ts';

/** A rule that can be asked. */
export interface ReadyRule {
  readonly entry: RuleEntry;
  readonly source: EventSource;
  readonly text: ConditionText;
  readonly ast: Ast;
  readonly condition: Compiled;
  readonly output: CompiledOutput;
}

/** A list as it is put into conditions, and whether anything refers to it. */
export interface ReadyListUse extends ReadyList {
  readonly isUsed: boolean;
}

/** What came of compiling. */
export interface CompiledCollection {
  readonly lists: ReadonlyMap<string, ReadyListUse>;
  readonly macros: ReadonlyMap<string, Macro>;
  /** Those without errors, of sources that are known. */
  readonly rules: ReadonlyMap<string, ReadyRule>;
}

type Fields = ReadonlyMap<string, FieldSpec>;

interface Parsed {
  readonly text: ConditionText;
  readonly ast: Ast;
}

/** All conditions together, with everything put in: 500 rules of ordinary size have 1 % of it. */
const MAX_ALL_CHARS = 32_000_000;
/** Words of errors that `skip-if-unknown-filter` lets pass. */
const UNKNOWN_FIELD = /nonexistent field|invalid formatting token|unknown event type|unknown filter:/;
/**
 * Compiles a collection; what is wrong goes to the sink.
 *
 * @throws FirstError as the sink does.
 */
export function compileCollection(collection: Collection, sink: IssueSink): CompiledCollection {
  return new Compiler(collection, sink).run();
}

class Compiler {
  readonly #collection: Collection;
  readonly #sink: IssueSink;
  readonly #lists: ReadonlyMap<string, ReadyList>;
  readonly #usedLists: Set<string>;
  readonly #macros = new Map<string, Macro>();
  readonly #rules = new Map<string, ReadyRule>();
  #charsLeft = MAX_ALL_CHARS;
  /** Macros compiled for a source. */
  readonly #compiled = new Map<string, Map<string, Compiled>>();

  constructor(collection: Collection, sink: IssueSink) {
    this.#collection = collection;
    this.#sink = sink;
    this.#usedLists = new Set();
    this.#lists = this.#readyLists();
  }

  run(): CompiledCollection {
    for (const entry of this.#collection.macros.values()) {
      const parsed = this.#parse(entry.parts, undefined, entry.conditionContext);
      this.#macros.set(entry.name, { entry, parsed, isUsed: false, size: undefined });
    }
    for (const macro of this.#macros.values()) this.#resolveMacro(macro);
    for (const rule of this.#collection.rules.values()) if (rule.knownSource !== undefined) this.#compileRule(rule, rule.knownSource);
    this.#warnOfUnused();
    const lists = [...this.#lists.values()].map((list): [string, ReadyListUse] => [
      list.name,
      { ...list, isUsed: this.#usedLists.has(list.name) },
    ]);
    return { lists: new Map(lists), macros: this.#macros, rules: this.#rules };
  }

  /** An item that names a list first defined before this one's last change stands for that list's own items. */
  #readyLists(): ReadonlyMap<string, ReadyList> {
    const { lists } = this.#collection;
    const ready = [...lists.values()].map(({ name, items, visibility }): [string, ReadyList] => {
      const expanded = items.flatMap((item) => {
        const other = lists.get(item);
        if (other === undefined || other.index >= visibility) return [item];
        this.#usedLists.add(item);
        return other.items;
      });
      return [name, { name, items: expanded }];
    });
    return new Map(ready);
  }

  #parse(parts: readonly TextPart[], suffixes: readonly Suffix[] | undefined, context: Context): Parsed | undefined {
    if (parts.length === 0) return undefined;
    const maxChars = Math.min(MAX_CONDITION_CHARS, this.#charsLeft);
    const made = attempt(TooLarge, () => new ConditionText(parts, suffixes, this.#lists.values(), maxChars));
    if (!made.ok) {
      this.#tooLarge(context, `more than ${MAX_CONDITION_CHARS} characters, or all conditions more than ${MAX_ALL_CHARS},`);
      return undefined;
    }
    const text = made.value;
    this.#charsLeft -= text.expanded.length;
    for (const name of text.lists) this.#usedLists.add(name);
    const parsed = attempt(ConditionError, () => parseCondition(text.expanded));
    if (parsed.ok) return { text, ast: parsed.value };
    const { message, offset } = parsed.error;
    this.#sink.error('LOAD_ERR_COMPILE_CONDITION', message, context.inCondition(text.expanded, text.expanded, offset), {
      hint: parseHint(message, text, offset),
      where: text.locate(offset),
    });
    return undefined;
  }

  #tooLarge(context: Context, what: string): void {
    this.#sink.error('LOAD_ERR_COMPILE_CONDITION', `the condition has ${what} with everything put in`, context, {
      hint: 'use smaller lists and exceptions, or split the rule',
    });
  }

  #resolveMacro(macro: Macro): void {
    const { entry, parsed } = macro;
    if (parsed === undefined) return;
    const visible = (name: string): Macro | undefined => {
      const other = this.#macros.get(name);
      return other !== undefined && other.entry.index < entry.visibility ? other : undefined;
    };
    const resolved = resolveMacros(parsed.ast, parsed.text, visible);
    for (const bad of resolved.bad)
      this.#sink.error('LOAD_ERR_VALIDATE', bad.message, entry.context.inCondition(parsed.text.wrapped, bad.text.expanded, bad.offset), {
        hint: badNameHint(bad, this.#macros, entry.name),
        where: bad.text.locate(bad.offset),
      });
    if (resolved.isTooLarge) this.#tooLarge(entry.context, 'too many checks or levels');
    if (resolved.bad.length > 0 || resolved.isTooLarge) this.#macros.set(entry.name, { ...macro, parsed: undefined });
    else macro.size = resolved.size;
  }

  #compileRule(entry: RuleEntry, source: EventSource): void {
    const { parts, context, conditionContext } = entry;
    const errorsBefore = this.#sink.errors.length;
    const suffixes = this.#suffixes(entry);
    const fields = FIELDS[source];
    const output = entry.isWhole || parts.output !== '' ? this.#output(entry, fields) : undefined;
    if (output === 'skipped') return;
    const parsed = this.#parse(parts.condition, suffixes, conditionContext);
    if (parsed === undefined) return;
    const { ast, text } = parsed;
    const resolved = resolveMacros(ast, text, (name) => this.#macros.get(name));
    for (const bad of resolved.bad)
      this.#sink.error('LOAD_ERR_VALIDATE', bad.message, context.inCondition(text.wrapped, bad.text.expanded, bad.offset), {
        hint: badNameHint(bad, this.#macros),
        where: bad.text.locate(bad.offset),
      });
    if (resolved.isTooLarge) this.#tooLarge(context, 'too many checks or levels');
    if (resolved.isTooLarge) return;
    const checks = checksOf(ast, text, (name) => this.#macros.get(name)?.parsed);
    if (resolved.bad.length > 0) {
      this.#failures(entry, text, failuresOf(checks, { field: (name) => fields.get(name) }), fields);
      return;
    }
    this.#warnOfChecks(checks, conditionContext.onCondition(text.wrapped));
    const condition = this.#condition(entry, parsed, checks, fields);
    if (condition === undefined || output === undefined || this.#sink.errors.length > errorsBefore) return;
    for (const { message, offset, text: owner } of valueRemarks(checks, fields))
      this.#sink.warning('LOAD_COMPILE_CONDITION', message, conditionContext.inCondition(text.wrapped, owner.expanded, offset), {
        where: owner.locate(offset),
      });
    this.#rules.set(entry.name, { entry, source, text, ast, condition, output });
  }

  #suffixes({ parts, context }: RuleEntry): readonly Suffix[] | undefined {
    const made = attempt(TooLarge, () => exceptionTexts(this.#sink, parts.exceptions));
    if (made.ok) return made.value;
    this.#tooLarge(context, `more than ${MAX_CONDITION_CHARS} characters`);
    return undefined;
  }

  #output({ source, parts, context, outputContext }: RuleEntry, fields: Fields): CompiledOutput | 'skipped' | undefined {
    const text = parts.output;
    if (text.includes('%container.info'))
      this.#sink.warning(
        'LOAD_DEPRECATED_ITEM',
        '%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. The container plugin will automatically add required fields to the output message.',
        context,
        { hint: 'leave it out' },
      );
    const compiled = compileOutput(text, (name) => fields.get(name));
    if (typeof compiled === 'string') {
      if (parts.skipsUnknownFields && UNKNOWN_FIELD.test(compiled)) {
        this.#sink.warning('LOAD_UNKNOWN_FILTER', compiled, outputContext, { hint: 'the rule is skipped, as skip-if-unknown-filter asks' });
        return 'skipped';
      }
      this.#sink.error('LOAD_ERR_COMPILE_OUTPUT', compiled, outputContext, { hint: outputHint(compiled, text, source, fields) });
      return undefined;
    }
    for (const field of DEPRECATED_FIELDS.keys())
      if (text.includes(field))
        this.#sink.warning(
          'LOAD_DEPRECATED_ITEM',
          `usage of deprecated field '${field}' has been detected in the rule output`,
          outputContext,
          {
            deprecatedField: field,
          },
        );
    return compiled;
  }

  #warnOfChecks(checks: readonly PlacedCheck[], context: Context): void {
    if (comparesWithAbsent(checks))
      this.#sink.warning('LOAD_UNSAFE_NA_CHECK', '', context, {
        hint: "an absent field makes every comparison false, so comparing with <NA> says nothing: write 'not FIELD exists'",
      });
    for (const field of deprecatedFields(checks))
      this.#sink.warning('LOAD_DEPRECATED_ITEM', DEPRECATED_FIELDS.get(field) as string, context, { deprecatedField: field });
  }

  /** The condition as closures; undefined when it is wrong, or skipped for an unknown field. */
  #condition(entry: RuleEntry, { ast, text }: Parsed, checks: readonly PlacedCheck[], fields: Fields): Compiled | undefined {
    const { source, parts, conditionContext } = entry;
    const scope: Scope = { field: (name) => fields.get(name), macro: (name) => this.#macro(name, source, scope) };
    const compiled = attempt(ConditionError, () => compile(ast, scope));
    if (compiled.ok) return compiled.value;
    const failures = failuresOf(checks, scope);
    const first = failures[0] as Failure;
    if (parts.skipsUnknownFields && UNKNOWN_FIELD.test(first.message)) {
      this.#sink.warning(
        'LOAD_UNKNOWN_FILTER',
        first.message,
        conditionContext.inCondition(text.wrapped, first.text.expanded, first.offset),
        {
          hint: 'the rule is skipped, as skip-if-unknown-filter asks',
          where: first.text.locate(first.offset),
        },
      );
    } else this.#failures(entry, text, failures, fields);
    return undefined;
  }

  #failures({ source, conditionContext }: RuleEntry, { wrapped }: ConditionText, failures: readonly Failure[], fields: Fields): void {
    for (const { message, text, offset } of failures)
      this.#sink.error('LOAD_ERR_COMPILE_CONDITION', message, conditionContext.inCondition(wrapped, text.expanded, offset), {
        hint: fieldHint(message, source, fields),
        where: text.locate(offset),
      });
  }

  /** A macro's condition for one source, compiled once. */
  #macro(name: string, source: string, scope: Scope): Compiled {
    const compiled = this.#compiled.get(source) ?? new Map<string, Compiled>();
    this.#compiled.set(source, compiled);
    const before = compiled.get(name);
    if (before !== undefined) return before;
    // a macro that is wrong has been told of, and is true, so that nothing follows from it
    const made = compile(this.#macros.get(name)?.parsed?.ast ?? { kind: 'and', parts: [] }, scope);
    compiled.set(name, made);
    return made;
  }

  #warnOfUnused(): void {
    for (const { entry, isUsed } of this.#macros.values())
      if (!isUsed)
        this.#sink.warning('LOAD_UNUSED_MACRO', 'Macro not referred to by any other rule/macro', entry.context, {
          hint: `'${entry.name}' does nothing: use it or leave it out`,
        });
    for (const { name, context } of this.#collection.lists.values())
      if (!this.#usedLists.has(name))
        this.#sink.warning('LOAD_UNUSED_LIST', 'List not referred to by any other rule/macro', context, {
          hint: `'${name}' does nothing: use it or leave it out`,
        });
  }
}

interface Failure {
  readonly message: string;
  readonly text: ConditionText;
  readonly offset: number;
}

/** What is wrong with each of the checks, once for each place. */
function failuresOf(checks: readonly PlacedCheck[], scope: Pick<Scope, 'field'>): readonly Failure[] {
  const failures: Failure[] = [];
  for (const { check, text } of checks) {
    if (failures.some((other) => other.offset === check.start && other.text === text)) continue;
    const compiled = attempt(ConditionError, () => compileCheck(check, scope));
    if (!compiled.ok) failures.push({ message: compiled.error.message, text, offset: compiled.error.offset });
  }
  return failures;
}
