/** A `rule` item: a definition, an addition to or a replacement in a rule that is there, or its switch. */
import { PRIORITIES, type Priority } from '../../model/finding.ts';
import type { RuleChange, RuleCollector } from './collect-rule.ts';
import type { RuleParts } from './collection.ts';
import type { Context } from './context.ts';
import { readFlag, readNumber, readPart, readText, readTexts, type TextPart, type Wanted, warnOfUnknownKeys } from './decode.ts';
import type { IssueSink } from './issues.ts';
import { didYouMean } from './nearest.ts';
import { readExceptions } from './read-exceptions.ts';
import { APPEND_DEPRECATED, APPEND_WITH_OVERRIDE, type Overrides, readOverrides } from './read-overrides.ts';
import { valueAt, type YamlMap } from './yaml-node.ts';

const APPENDABLE: readonly string[] = ['condition', 'output', 'desc', 'tags', 'exceptions'];
const REPLACEABLE: readonly string[] = [
  'condition',
  'output',
  'desc',
  'priority',
  'capture',
  'capture_duration',
  'tags',
  'exceptions',
  'enabled',
  'warn_evttypes',
  'skip-if-unknown-filter',
];
const KEYS: readonly string[] = ['rule', 'source', 'override', 'append', ...REPLACEABLE];
/** What C++ takes for white space: of other blanks nothing is cut. */
const SPACE_ROUND = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;
const IGNORED_BY_APPEND: readonly string[] = REPLACEABLE.filter((key) => key !== 'condition' && key !== 'exceptions');
const REQUIRED: readonly string[] = ['condition', 'output', 'desc', 'priority'];
const REQUIRED_HINT: Wanted = { hint: 'a rule needs condition, output, desc and priority' };
const OPTIONAL: Wanted = { isOptional: true };
/** The source of rules that name none: system calls, which this program does not read. */
const DEFAULT_SOURCE = 'syscall';

/** Reads a rule item into a collection. */
export function readRule(sink: IssueSink, item: YamlMap, file: Context, collector: RuleCollector): void {
  const name = readText(sink, item, 'rule', file.inside('rule', '', item));
  const context = file.inside('rule', name ?? '', item);
  new RuleReader(sink, item, context, name, collector).read();
  warnOfUnknownKeys(sink, item, KEYS, context);
}

class RuleReader {
  readonly #sink: IssueSink;
  readonly #item: YamlMap;
  readonly #context: Context;
  readonly #name: string | undefined;
  readonly #collector: RuleCollector;

  constructor(sink: IssueSink, item: YamlMap, context: Context, name: string | undefined, collector: RuleCollector) {
    this.#sink = sink;
    this.#item = item;
    this.#context = context;
    this.#name = name;
    this.#collector = collector;
  }

  read(): void {
    const source = readText(this.#sink, this.#item, 'source', this.#context, { isOptional: true, mayBeEmpty: true }) ?? '';
    const appends = readFlag(this.#sink, this.#item, 'append', this.#context, OPTIONAL) === true;
    if (appends)
      this.#sink.warning('LOAD_DEPRECATED_ITEM', APPEND_DEPRECATED, this.#context, {
        hint: "write 'override: {condition: append}' in place of 'append: true'",
      });
    const overrides = readOverrides(this.#sink, this.#item, { append: APPENDABLE, replace: REPLACEABLE }, this.#context);
    const hasOverrides = overrides.append.size > 0 || overrides.replace.size > 0;
    if (appends && hasOverrides) this.#sink.error('LOAD_ERR_YAML_VALIDATE', APPEND_WITH_OVERRIDE, this.#context);
    if (hasOverrides) this.#override(overrides, source);
    else if (appends) this.#append(source);
    else if (REQUIRED.some((key) => this.#has(key))) this.#define();
    else this.#switch();
  }

  #override(overrides: Overrides, source: string): void {
    const expected = new Set(REPLACEABLE.filter((key) => this.#has(key)));
    if (overrides.append.size > 0) this.#change(overrides.append, 'append', expected, source);
    if (overrides.replace.size > 0) this.#change(overrides.replace, 'replace', expected, source);
    // in the order of their names, as Falco keeps them
    for (const key of [...expected].sort()) {
      const node = valueAt(this.#item, key) as YamlMap;
      this.#sink.error(
        'LOAD_ERR_YAML_VALIDATE',
        `Unexpected key '${key}': no corresponding entry under 'override' is defined.`,
        this.#context.inside('overrides', key, node),
        { hint: `add '${key}: replace'${APPENDABLE.includes(key) ? ` or '${key}: append'` : ''} under 'override', or leave '${key}' out` },
      );
    }
  }

  /** Reads the keys that one way of overriding names, in Falco's order. */
  #change(keys: ReadonlySet<string>, way: 'append' | 'replace', expected: Set<string>, source: string): void {
    const parts: { -readonly [K in keyof RuleParts]?: RuleParts[K] } = {};
    let usedSource = '';
    for (const key of [
      'condition',
      'exceptions',
      'output',
      'desc',
      'tags',
      'priority',
      'capture',
      'capture_duration',
      'enabled',
      'warn_evttypes',
      'skip-if-unknown-filter',
    ]) {
      if (!keys.has(key)) continue;
      if (!this.#has(key)) {
        this.#sink.error(
          'LOAD_ERR_YAML_VALIDATE',
          `An ${way} override for '${key}' was specified but '${key}' is not defined`,
          this.#context,
          {
            hint: `add '${key}:' with what to ${way}, or leave it out under 'override'`,
          },
        );
        continue;
      }
      expected.delete(key);
      if (key === 'condition') usedSource = source;
      Object.assign(parts, this.#partsOf(key, way === 'append'));
    }
    if (this.#name === undefined) return;
    const change: RuleChange = { ...parts, name: this.#name, context: this.#context, source: usedSource };
    if (way === 'append') this.#collector.append(change);
    else this.#collector.replace(change);
  }

  #partsOf(key: string, appends: boolean): Partial<RuleParts> {
    switch (key) {
      case 'condition':
        return present({ condition: listOf(this.#part('condition')) });
      case 'exceptions':
        return { exceptions: readExceptions(this.#sink, this.#item, this.#context, appends) };
      case 'output':
        return present({ output: this.#text('output') });
      case 'desc':
        return present({ desc: this.#text('desc') });
      case 'tags':
        return { tags: this.#tags() };
      case 'priority':
        return present({ priority: this.#priority() });
      case 'enabled':
        return present({ enabled: this.#flag('enabled') });
      case 'skip-if-unknown-filter':
        return present({ skipsUnknownFields: this.#flag(key) });
      case 'capture_duration':
        readNumber(this.#sink, this.#item, key, this.#context);
        return {};
      default:
        this.#flag(key);
        return {};
    }
  }

  /** `append: true`: condition and exceptions are added, other keys of the item do nothing. */
  #append(source: string): void {
    const condition = this.#has('condition') ? listOf(this.#part('condition')) : undefined;
    const exceptions = this.#has('exceptions') ? readExceptions(this.#sink, this.#item, this.#context, true) : undefined;
    for (const key of IGNORED_BY_APPEND) {
      const node = valueAt(this.#item, key);
      if (node !== undefined)
        this.#sink.note(
          `'${key}' is passed over: 'append: true' adds condition and exceptions only`,
          this.#context,
          `write 'override: {${key}: ${APPENDABLE.includes(key) ? 'append' : 'replace'}}'`,
          {
            source: this.#context.source,
            at: node.at,
          },
        );
    }
    if (this.#name === undefined) return;
    this.#collector.append({ ...present({ condition, exceptions }), name: this.#name, context: this.#context, source });
  }

  #switch(): void {
    const enabled = readFlag(this.#sink, this.#item, 'enabled', this.#context, {
      hint: `a rule needs condition, output, desc and priority; to change one that is there, add 'override' with what to append or replace`,
    });
    if (enabled === undefined) return;
    this.#sink.warning(
      'LOAD_DEPRECATED_ITEM',
      "The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' entry under the 'override' key (i.e. 'enabled: replace').",
      this.#context,
      { hint: "add 'override: {enabled: replace}'" },
    );
    if (this.#name !== undefined) this.#collector.enable(this.#name, this.#context, enabled);
  }

  #define(): void {
    const condition = this.#part('condition', REQUIRED_HINT);
    const output = readPart(this.#sink, this.#item, 'output', 'rule output', this.#context, REQUIRED_HINT);
    const desc = this.#text('desc', REQUIRED_HINT);
    const priority = this.#priority(REQUIRED_HINT);
    const source = this.#text('source', OPTIONAL);
    const enabled = this.#flag('enabled', OPTIONAL);
    this.#flag('capture', OPTIONAL);
    readNumber(this.#sink, this.#item, 'capture_duration', this.#context, OPTIONAL);
    this.#flag('warn_evttypes', OPTIONAL);
    const skipsUnknownFields = this.#flag('skip-if-unknown-filter', OPTIONAL) === true;
    const tags = this.#tags();
    const exceptions = readExceptions(this.#sink, this.#item, this.#context, false);
    if (this.#name === undefined) return;
    this.#collector.define({
      name: this.#name,
      context: this.#context,
      conditionContext: condition?.context ?? this.#context,
      outputContext: output?.context ?? this.#context,
      source: source ?? DEFAULT_SOURCE,
      isWhole: condition !== undefined && output !== undefined,
      parts: {
        condition: listOf(condition),
        output: output?.text.replace(SPACE_ROUND, '') ?? '',
        desc: desc ?? '',
        priority: priority ?? 'Debug',
        tags,
        exceptions,
        enabled: enabled !== false,
        skipsUnknownFields,
      },
    });
  }

  #priority(wanted?: Wanted): Priority | undefined {
    const part = readPart(this.#sink, this.#item, 'priority', 'rule priority', this.#context, wanted);
    if (part === undefined) return undefined;
    const word = part.text.toLowerCase() === 'info' ? 'informational' : part.text.toLowerCase();
    const priority = PRIORITIES.find((each) => each.toLowerCase() === word);
    if (priority === undefined)
      this.#sink.error('LOAD_ERR_YAML_VALIDATE', 'Invalid priority', part.context, {
        hint: `'${part.text}' is none: use one of ${PRIORITIES.join(', ')} (or Info), in any case; ${didYouMean(part.text, PRIORITIES)}`.replace(
          /; $/,
          '',
        ),
      });
    return priority;
  }

  #tags(): ReadonlySet<string> {
    return new Set(readTexts(this.#sink, this.#item, 'tags', this.#context, OPTIONAL) ?? []);
  }
  #text(key: string, wanted?: Wanted): string | undefined {
    return readText(this.#sink, this.#item, key, this.#context, wanted);
  }
  #flag(key: string, wanted?: Wanted): boolean | undefined {
    return readFlag(this.#sink, this.#item, key, this.#context, wanted);
  }
  #part(key: 'condition', wanted?: Wanted): TextPart | undefined {
    return readPart(this.#sink, this.#item, key, 'rule condition', this.#context, wanted);
  }
  #has(key: string): boolean {
    return valueAt(this.#item, key) !== undefined;
  }
}

function listOf(part: TextPart | undefined): readonly TextPart[] {
  return part === undefined ? [] : [part];
}

/** Without the keys that are undefined: an absent key leaves the rule's own part as it is. */
function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}
