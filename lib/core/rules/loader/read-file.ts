/** One rule file into a collection, item by item (Falco's reader). */
import { attempt } from '../../attempt.ts';
import { RuleCollector } from './collect-rule.ts';
import type { Collection, ListEntry, MacroEntry } from './collection.ts';
import { Context } from './context.ts';
import { noteOfReplacement, readFlag, readPart, readText, readTexts, warnOfUnknownKeys } from './decode.ts';
import { validateSchema } from './file-schema.ts';
import { INDENT_HINT, yamlHint } from './hints.ts';
import { FirstError, type IssueSink } from './issues.ts';
import { didYouMean } from './nearest.ts';
import { APPEND_DEPRECATED, APPEND_WITH_OVERRIDE, readOverrides } from './read-overrides.ts';
import { readEngineVersion, readPluginVersions } from './read-requirements.ts';
import { readRule } from './read-rule.ts';
import type { LoadSettings } from './settings.ts';
import type { SourceText } from './source-text.ts';
import { readYaml, valueAt, type YamlMap, type YamlNode } from './yaml-node.ts';

/** A file larger than this is no rule file (the largest published one has 170 kB). */
const MAX_FILE_CHARS = 4_000_000;
const LIST_NAME = /^[^()"' \t\n\v\f\r=,]+$/;
const MACRO_NAME = /^[a-zA-Z]+[a-zA-Z0-9_]*$/;
const KINDS: readonly string[] = ['required_engine_version', 'required_plugin_versions', 'list', 'macro', 'rule'];

/**
 * Reads a file into a collection.
 *
 * @returns what the schema of rule files has against it, one text each; undefined when it was not asked (no document, no YAML).
 */
export function readRuleFile(source: SourceText, into: Collection, sink: IssueSink, settings: LoadSettings): readonly string[] | undefined {
  const file = Context.ofFile(source);
  const read = source.text.length > MAX_FILE_CHARS ? tooLarge(source.text.length) : readYaml(source.text, sink.stopsAtFirst);
  let schema: readonly string[] | undefined;
  attempt(FirstError, () => {
    if ('problems' in read) {
      for (const { at, message } of read.problems)
        sink.error('LOAD_ERR_YAML_PARSE', message, file.inside('value for', '', { at }), { hint: yamlHint(message, source.text, at) });
      return;
    }
    for (const at of read.breaks)
      sink.note('another document begins here, although no line with --- says so', file, INDENT_HINT, { source, at });
    schema = read.documents.length === 0 ? undefined : read.documents.flatMap(validateSchema);
    for (const document of read.documents) readDocument(document, file, new ItemReader(into, sink, settings), sink);
  });
  return schema;
}

function tooLarge(length: number): { readonly problems: readonly { readonly at: number; readonly message: string }[] } {
  return { problems: [{ at: 0, message: `too large: ${length} characters, at most ${MAX_FILE_CHARS} are read` }] };
}

function readDocument(document: YamlNode, file: Context, reader: ItemReader, sink: IssueSink): void {
  if (document.kind === 'null') return;
  const hint = "a rule file is a list: begin each item with '- rule:', '- macro:' or '- list:'";
  if (document.kind !== 'seq') {
    sink.error(
      'LOAD_ERR_YAML_VALIDATE',
      document.kind === 'map' ? 'Rules content is not yaml array of objects' : 'Rules content is not yaml',
      file,
      {
        hint,
        where: { source: file.source, at: document.at },
      },
    );
    return;
  }
  for (const item of document.items) {
    if (item.kind === 'map') reader.read(item, file);
    else if (item.kind !== 'null')
      sink.error(
        'LOAD_ERR_YAML_VALIDATE',
        'Unexpected element type. Each element should be a yaml associative array.',
        file.inside('rules content item', '', item),
        { hint },
      );
  }
}

/** Reads the items of a file. */
class ItemReader {
  readonly #into: Collection;
  readonly #sink: IssueSink;
  readonly #settings: LoadSettings;
  readonly #rules: RuleCollector;

  constructor(into: Collection, sink: IssueSink, settings: LoadSettings) {
    this.#into = into;
    this.#sink = sink;
    this.#settings = settings;
    this.#rules = new RuleCollector(sink, into, settings.sources);
  }

  read(item: YamlMap, file: Context): void {
    switch (KINDS.find((kind) => valueAt(item, kind) !== undefined)) {
      case 'required_engine_version':
        readEngineVersion(this.#sink, item, file, this.#settings);
        return;
      case 'required_plugin_versions':
        readPluginVersions(this.#sink, item, file, this.#into);
        return;
      case 'list':
        this.#list(item, file);
        return;
      case 'macro':
        this.#macro(item, file);
        return;
      case 'rule':
        readRule(this.#sink, item, file, this.#rules);
        return;
      default:
        this.#sink.warning('LOAD_UNKNOWN_ITEM', 'Unknown top level item', file.inside('rules content item', '', item), {
          hint: kindOf(item),
        });
    }
  }

  #list(item: YamlMap, file: Context): void {
    const { name, context } = this.#named(item, 'list', file);
    if (name !== undefined && !LIST_NAME.test(name))
      this.#sink.warning(
        'LOAD_INVALID_LIST_NAME',
        `List has an invalid name. List names should match a regular expression: ([^()"'[:space:]=,]+)`,
        context,
        { hint: 'no condition can refer to it' },
      );
    const items = readTexts(this.#sink, item, 'items', context, { hint: "add 'items: [a, b]', or 'items: []' for none" }) ?? [];
    const appends = this.#appends(item, 'items', context);
    if (name !== undefined) {
      const before = this.#into.lists.get(name);
      if (!appends) noteOfReplacement(this.#sink, before, context);
      if (!appends) this.#into.define<ListEntry>(this.#into.lists, { name, context, items });
      else if (before !== undefined) this.#into.change(this.#into.lists, { ...before, items: [...before.items, ...items] });
      else
        this.#sink.error(
          'LOAD_ERR_VALIDATE',
          "List uses 'append' or 'override.items: append' but no list by that name already exists",
          context,
          { hint: didYouMean(name, this.#into.lists.keys()) || 'the file that defines the list must be loaded before this one' },
        );
    }
    warnOfUnknownKeys(this.#sink, item, ['list', 'items', 'append', 'override'], context);
  }

  #macro(item: YamlMap, file: Context): void {
    const { name, context } = this.#named(item, 'macro', file);
    if (name !== undefined && !MACRO_NAME.test(name))
      this.#sink.warning(
        'LOAD_INVALID_MACRO_NAME',
        'Macro has an invalid name. Macro names should match a regular expression: ([a-zA-Z]+[a-zA-Z0-9_]*)',
        context,
        { hint: 'no condition can refer to it: use letters, digits and _ only' },
      );
    const part = readPart(this.#sink, item, 'condition', 'macro condition', context);
    const parts = part === undefined ? [] : [part];
    const appends = this.#appends(item, 'condition', context);
    if (name !== undefined) {
      const before = this.#into.macros.get(name);
      if (!appends) noteOfReplacement(this.#sink, before, context);
      if (!appends) this.#into.define<MacroEntry>(this.#into.macros, { name, context, conditionContext: part?.context ?? context, parts });
      else if (before !== undefined) this.#into.change(this.#into.macros, { ...before, parts: [...before.parts, ...parts] });
      else
        this.#sink.error(
          'LOAD_ERR_VALIDATE',
          "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists",
          context,
          { hint: didYouMean(name, this.#into.macros.keys()) || 'the file that defines the macro must be loaded before this one' },
        );
    }
    warnOfUnknownKeys(this.#sink, item, ['macro', 'condition', 'append', 'override'], context);
  }

  #named(item: YamlMap, kind: 'list' | 'macro', file: Context): { readonly name: string | undefined; readonly context: Context } {
    const name = readText(this.#sink, item, kind, file.inside(kind, '', item));
    return { name, context: file.inside(kind, name ?? '', item) };
  }

  /** Whether an item adds to one of its name, by `append: true` or by `override`. */
  #appends(item: YamlMap, key: string, context: Context): boolean {
    const append = readFlag(this.#sink, item, 'append', context, { isOptional: true }) === true;
    if (append)
      this.#sink.warning('LOAD_DEPRECATED_ITEM', APPEND_DEPRECATED, context, {
        hint: `write 'override: {${key}: append}' in place of 'append: true'`,
      });
    const overrides = readOverrides(this.#sink, item, { append: [key], replace: [key] }, context);
    if (append && overrides.append.size + overrides.replace.size > 0)
      this.#sink.error('LOAD_ERR_YAML_VALIDATE', APPEND_WITH_OVERRIDE, context);
    return append || overrides.append.has(key);
  }
}

function kindOf(item: YamlMap): string {
  const words = item.pairs.flatMap(({ key }) => (key.kind === 'scalar' ? [key.value] : []));
  for (const word of words) {
    const near = didYouMean(word, KINDS);
    if (near !== '') return near;
  }
  return `it is ignored: an item begins with ${KINDS.join(', ')}`;
}
