/** Values of an item of a rule file, with Falco's words for what is wrong with them (`rule_loader_reader.cpp`). */
import type { Context, ItemType } from './context.ts';
import type { IssueSink } from './issues.ts';
import { didYouMean, nearest } from './nearest.ts';
import { parseUint32 } from './versions.ts';
import { valueAt, type YamlMap, type YamlNode, type YamlScalar } from './yaml-node.ts';

/** A text of a rule file that can be appended to, with the value it comes from. */
export interface TextPart {
  readonly text: string;
  readonly node: YamlScalar;
  readonly context: Context;
}

/** What a value may be. */
export interface Wanted {
  /** Undefined keys are no error. */
  readonly isOptional?: boolean;
  /** A key without a value, or with an empty one, is no error. */
  readonly mayBeEmpty?: boolean;
  /** What to do when the key is missing. */
  readonly hint?: string;
}

const TRUE_WORDS: readonly string[] = ['y', 'yes', 'true', 'on'];
const FALSE_WORDS: readonly string[] = ['n', 'no', 'false', 'off'];

/** A value that is one text; undefined when there is none, or when what is wrong with it has been said. */
export function readScalar(sink: IssueSink, item: YamlMap, key: string, context: Context, wanted: Wanted = {}): YamlScalar | undefined {
  const node = valueAt(item, key);
  if (node === undefined) {
    if (wanted.isOptional !== true)
      sink.error('LOAD_ERR_YAML_VALIDATE', `Item has no mapping for key '${key}'`, context, { hint: missing(item, key, wanted.hint) });
    return undefined;
  }
  if (node.kind === 'null') {
    if (wanted.mayBeEmpty !== true)
      sink.error('LOAD_ERR_YAML_VALIDATE', `Mapping for key '${key}' is empty`, context, {
        hint: `write a value behind '${key}:', or leave the key out where it is not required`,
        where: { source: context.source, at: node.at },
      });
    return undefined;
  }
  const valueContext = context.inside('value for', key, node);
  if (node.kind !== 'scalar') {
    sink.error('LOAD_ERR_YAML_VALIDATE', 'Value is not a scalar value', valueContext, {
      hint: `'${key}' takes one text, not a ${node.kind === 'seq' ? 'list' : 'mapping'}: put it in quotes if it has [ ] { } or a colon and a blank`,
    });
    return undefined;
  }
  if (node.value === '') {
    if (wanted.mayBeEmpty !== true)
      sink.error('LOAD_ERR_YAML_VALIDATE', 'Value must be non-empty', valueContext, { hint: `write a text behind '${key}:'` });
    return undefined;
  }
  return node;
}

/** A required or optional text. */
export function readText(sink: IssueSink, item: YamlMap, key: string, context: Context, wanted?: Wanted): string | undefined {
  return readScalar(sink, item, key, context, wanted)?.value;
}

/** A required text that later items may append to. */
export function readPart(
  sink: IssueSink,
  item: YamlMap,
  key: string,
  itemType: ItemType,
  context: Context,
  wanted?: Wanted,
): TextPart | undefined {
  const node = readScalar(sink, item, key, context, wanted);
  return node === undefined ? undefined : { text: node.value, node, context: context.inside(itemType, '', node) };
}

/** `true`, `yes`, `on`, `y` and their opposites, in lower case, capitalised or in capitals. */
export function readFlag(sink: IssueSink, item: YamlMap, key: string, context: Context, wanted?: Wanted): boolean | undefined {
  const node = readScalar(sink, item, key, context, wanted);
  if (node === undefined) return undefined;
  const word = /^(?:[a-z]+|[A-Z][a-z]*|[A-Z]+)$/.test(node.value) ? node.value.toLowerCase() : '';
  if (TRUE_WORDS.includes(word)) return true;
  if (FALSE_WORDS.includes(word)) return false;
  sink.error('LOAD_ERR_YAML_VALIDATE', "Can't decode YAML scalar value", context.inside('value for', key, node), {
    hint: `'${key}' is true or false`,
  });
  return undefined;
}

/** A whole number. */
export function readNumber(sink: IssueSink, item: YamlMap, key: string, context: Context, wanted?: Wanted): number | undefined {
  const node = readScalar(sink, item, key, context, wanted);
  if (node === undefined) return undefined;
  const value = parseUint32(node.value);
  if (value === undefined)
    sink.error('LOAD_ERR_YAML_VALIDATE', "Can't decode YAML scalar value", context.inside('value for', key, node), {
      hint: `'${key}' is a whole number`,
    });
  return value;
}

/** A list of texts. */
export function readTexts(
  sink: IssueSink,
  item: YamlMap,
  key: string,
  context: Context,
  wanted: Wanted = {},
): readonly string[] | undefined {
  const node = valueAt(item, key);
  if (node === undefined) {
    if (wanted.isOptional !== true)
      sink.error('LOAD_ERR_YAML_VALIDATE', `Item has no mapping for key '${key}'`, context, { hint: missing(item, key, wanted.hint) });
    return undefined;
  }
  const valueContext = context.inside('value for', key, node);
  if (node.kind !== 'seq') {
    sink.error('LOAD_ERR_YAML_VALIDATE', 'Value is not a sequence', valueContext, {
      hint: `'${key}' is a list: write [a, b], or [] for none`,
    });
    return undefined;
  }
  return node.items.flatMap((value: YamlNode) => {
    if (value.kind === 'scalar') return [value.value];
    sink.error('LOAD_ERR_YAML_VALIDATE', 'sequence value is not scalar', valueContext.inside('list item', '', value), {
      hint:
        value.kind === 'null'
          ? `each of '${key}' is a text: an empty one or the word null must be in quotes`
          : `each of '${key}' is one text: put it in quotes if it has [ ] { } or a colon and a blank`,
    });
    return [];
  });
}

/** Warns of keys that an item of its kind does not have, and of those that stand twice. */
export function warnOfUnknownKeys(sink: IssueSink, item: YamlMap, known: readonly string[], context: Context): void {
  const before = new Set<string>();
  for (const { key } of item.pairs) {
    const word = key.kind === 'scalar' ? key.value : 'null';
    if (before.has(word))
      sink.note(`Key '${word}' stands twice: only the first one counts`, context, 'leave one of them out', {
        source: context.source,
        at: key.at,
      });
    before.add(word);
    if (known.includes(word)) continue;
    sink.warning('LOAD_UNKNOWN_KEY', `Unknown key '${word}'. The key will be ignored.`, context, {
      hint: didYouMean(word, known) || `known keys: ${known.join(', ')}`,
      where: { source: context.source, at: key.at },
    });
  }
}

/** Tells of a definition that replaces another of the same file: of two files that is meant, of one hardly. */
export function noteOfReplacement(sink: IssueSink, before: { readonly context: Context } | undefined, context: Context): void {
  if (before?.context.source !== context.source) return;
  const { line } = context.source.place(before.context.at);
  sink.note(`replaces the one of the same name in line ${line}`, context, 'give one of them another name, or leave it out', {
    source: context.source,
    at: context.at,
  });
}

function missing(item: YamlMap, key: string, hint = `add '${key}:' with a value`): string {
  const written = item.pairs.flatMap(({ key: other }) => (other.kind === 'scalar' ? [other.value] : []));
  const near = nearest(key, written);
  return near === undefined ? hint : `is '${near}' a slip for '${key}'?`;
}
