/** The `exceptions` of a rule item: their shape; what they mean is looked at when they are collected. */
import type { ExceptionEntry, ExceptionInfo } from './collection.ts';
import type { Context } from './context.ts';
import { readText } from './decode.ts';
import type { IssueSink } from './issues.ts';
import { didYouMean } from './nearest.ts';
import { valueAt, type YamlMap, type YamlNode } from './yaml-node.ts';

const KEYS: readonly string[] = ['name', 'fields', 'comps', 'values'];
const NOTHING: ExceptionEntry = { isList: false, item: '', items: [] };

/**
 * Reads the exceptions of an item.
 *
 * @param appends - Whether they are added to exceptions that may be there already, which then need no fields.
 */
export function readExceptions(sink: IssueSink, item: YamlMap, rule: Context, appends: boolean): readonly ExceptionInfo[] {
  const node = valueAt(item, 'exceptions');
  if (node === undefined || node.kind === 'null') return [];
  const all = rule.inside('exceptions', '', node);
  if (node.kind !== 'seq') {
    sink.error('LOAD_ERR_YAML_VALIDATE', 'Rule exceptions must be a sequence', all, { hint: "begin each exception with '- name: ...'" });
    return [];
  }
  const made: ExceptionInfo[] = [];
  for (const each of node.items) {
    const exception = readException(sink, each, rule, all, made, appends);
    if (exception !== undefined) made.push(exception);
  }
  return made;
}

function readException(
  sink: IssueSink,
  node: YamlNode,
  rule: Context,
  all: Context,
  before: readonly ExceptionInfo[],
  appends: boolean,
): ExceptionInfo | undefined {
  const nameless = all.inside('exception', '', node);
  if (node.kind !== 'map') {
    sink.error('LOAD_ERR_YAML_VALIDATE', 'Rule exception must be a mapping', nameless, {
      hint: "an exception is '- name: ...' with fields, comps and values",
    });
    return undefined;
  }
  const name = readText(sink, node, 'name', nameless);
  if (name === undefined) return undefined;
  const context = rule.inside('exception', name, node);
  for (const other of before)
    if (other.name === name)
      sink.warning('LOAD_EXCEPTION_NAME_NOT_UNIQUE', `Multiple definitions of exception '${name}' in the same rule`, context, {
        hint: 'give each exception a name of its own: values are appended to the first only',
      });
  noteUnknownKeys(sink, node, context);
  const entries = new EntryReader(sink);
  const fields = readMember(sink, entries, node, 'fields', context, appends);
  const comps = readMember(sink, entries, node, 'comps', context, true);
  return { name, context, fields, comps, values: readValues(sink, entries, node, context, appends) };
}

/** Falco passes over what it does not know here: a slip leaves the exception without its values. */
function noteUnknownKeys(sink: IssueSink, item: YamlMap, context: Context): void {
  for (const { key } of item.pairs) {
    if (key.kind !== 'scalar' || KEYS.includes(key.value)) continue;
    const hint = didYouMean(key.value, KEYS) || `keys of an exception: ${KEYS.join(', ')}`;
    sink.note(`Unknown key '${key.value}' is passed over`, context, hint, { source: context.source, at: key.at });
  }
}

function readMember(
  sink: IssueSink,
  entries: EntryReader,
  item: YamlMap,
  key: string,
  context: Context,
  isOptional: boolean,
): ExceptionEntry {
  const node = valueAt(item, key);
  if (node !== undefined) return entries.read(node, context, key);
  if (!isOptional)
    sink.error('LOAD_ERR_YAML_VALIDATE', `Item has no mapping for key '${key}'`, context, {
      hint: "an exception names its fields: 'fields: [ka.user.name]'",
    });
  return NOTHING;
}

function readValues(sink: IssueSink, entries: EntryReader, item: YamlMap, context: Context, appends: boolean): readonly ExceptionEntry[] {
  const node = valueAt(item, 'values');
  if (node === undefined) {
    if (appends)
      sink.warning('LOAD_APPEND_NO_VALUES', 'Overriding/appending exception with no values', context, {
        hint: "add 'values:', or leave the exception out",
      });
    return [];
  }
  const all = context.inside('exception values', '', node);
  if (node.kind !== 'seq') {
    sink.error('LOAD_ERR_YAML_VALIDATE', 'Rule exception values must be a sequence', all, {
      hint: "write a list of rows: 'values: [[a, b], [c, d]]', with one value a row for each of the fields",
    });
    return [];
  }
  return node.items.map((value) => entries.read(value, all.inside('exception value', '', value), ''));
}

/** Reads texts and nested lists of texts; a value that stands in many places by an alias is read once. */
class EntryReader {
  readonly #sink: IssueSink;
  readonly #seen = new Map<YamlNode, ExceptionEntry>();

  constructor(sink: IssueSink) {
    this.#sink = sink;
  }

  read(node: YamlNode, context: Context, key: string): ExceptionEntry {
    const seen = this.#seen.get(node);
    if (seen !== undefined) return seen;
    const made = this.#read(node, context.inside('value for', key, node));
    this.#seen.set(node, made);
    return made;
  }

  #read(node: YamlNode, context: Context): ExceptionEntry {
    switch (node.kind) {
      case 'scalar':
        if (node.value === '')
          this.#sink.error('LOAD_ERR_YAML_VALIDATE', 'Value must be non-empty', context, { hint: 'an exception has no empty text' });
        return { isList: false, item: node.value, items: [] };
      case 'seq':
        return { isList: true, item: '', items: node.items.map((item) => this.read(item, context.inside('exception', '', item), '')) };
      default:
        return NOTHING;
    }
  }
}
