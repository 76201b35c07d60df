/** The `override` of an item: which of its keys are added to an earlier item of its name, and which replace there. */
import type { Context } from './context.ts';
import type { IssueSink } from './issues.ts';
import { didYouMean } from './nearest.ts';
import { valueAt, type YamlMap, type YamlNode } from './yaml-node.ts';

/** What is to be added and what is to be replaced. */
export interface Overrides {
  readonly append: ReadonlySet<string>;
  readonly replace: ReadonlySet<string>;
}

/** Which keys an item of a kind can override in which way. */
export interface Overridable {
  readonly append: readonly string[];
  readonly replace: readonly string[];
}

/** Reads `override`; a text or nothing there counts as none. */
export function readOverrides(sink: IssueSink, item: YamlMap, overridable: Overridable, context: Context): Overrides {
  const append = new Set<string>();
  const replace = new Set<string>();
  const node = valueAt(item, 'override');
  const all = context.inside('overrides', '', item);
  if (node?.kind === 'scalar')
    sink.note("'override' is passed over", context, "it is a mapping: 'override: {condition: append}'", {
      source: context.source,
      at: node.at,
    });
  const pairs = node?.kind === 'map' ? node.pairs : [];
  if (node?.kind === 'seq' && node.items.length > 0)
    sink.error(
      'LOAD_ERR_VALIDATE',
      'invalid node; this may result from using a map iterator as a sequence iterator, or vice-versa',
      context.file(),
      { hint: "'override' is a mapping: 'override: {condition: append}'", where: { source: context.source, at: node.at } },
    );
  for (const pair of pairs) {
    const key = textOf(sink, pair.key, context);
    const operation = textOf(sink, pair.value, context);
    if (key === undefined || operation === undefined) continue;
    if (operation === 'append' || operation === 'replace') {
      if (overridable[operation].includes(key)) (operation === 'append' ? append : replace).add(key);
      else refuse(sink, operation, key, overridable, all.inside('overrides', key, pair.key));
      continue;
    }
    const allowed = [...(overridable.append.includes(key) ? ['append '] : []), ...(overridable.replace.includes(key) ? ['replace '] : [])];
    sink.error(
      'LOAD_ERR_YAML_VALIDATE',
      `Invalid override operation for key '${key}': '${operation}'. Allowed values are: ${allowed.join('')}`,
      all.inside('value for', key, pair.value),
      { hint: didYouMean(operation, ['append', 'replace']) },
    );
  }
  return { append, replace };
}

function refuse(sink: IssueSink, operation: 'append' | 'replace', key: string, overridable: Overridable, context: Context): void {
  const message = operation === 'append' ? `Key '${key}' cannot be appended to, use 'replace' instead` : `Key '${key}' cannot be replaced`;
  const known = overridable[operation];
  const hint = overridable.replace.includes(key) ? '' : didYouMean(key, known) || `keys to ${operation}: ${known.join(', ')}`;
  sink.error('LOAD_ERR_YAML_VALIDATE', message, context, { hint });
}

/** Falco reads a null as the word; anything else that is no text makes its YAML library fail. */
function textOf(sink: IssueSink, node: YamlNode, context: Context): string | undefined {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'null') return 'null';
  const { line, column } = context.source.mark(node.at);
  sink.error('LOAD_ERR_VALIDATE', `yaml-cpp: error at line ${line + 1}, column ${column + 1}: bad conversion`, context.file(), {
    hint: "write 'append' or 'replace' for each key of 'override'",
    where: { source: context.source, at: node.at },
  });
  return undefined;
}

/** What Falco says of `append: true`. */
export const APPEND_DEPRECATED = "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.";
/** What Falco says of both ways of appending at once. */
export const APPEND_WITH_OVERRIDE =
  "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.";
