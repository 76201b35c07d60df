/**
 * How Falco's k8saudit plugin 0.18 reads an audit event (`plugins/k8saudit/pkg/k8saudit/extract.go`): what is no string is its
 * JSON text, a list field on something that is no array is absent, and without `auditID` every field is.
 */
import type { JsonNode } from '../../json/tree.ts';
import { type FieldEvent, type FieldSpec, type FieldValue, fieldSpec } from './field.ts';
import { nodeAt, nodeOf, textOf } from './read.ts';

/** A field of the plugin; absent for a record without `auditID`, and as an empty list. */
export function kaSpec(essential: Parameters<typeof fieldSpec>[0]): FieldSpec {
  const read = (event: FieldEvent, argument: string): FieldValue => {
    if (nodeOf(event, 'auditID') === undefined) return undefined;
    const value = essential.read(event, argument);
    return Array.isArray(value) && value.length === 0 ? undefined : value;
  };
  return fieldSpec({ ...essential, read });
}

/** A member as text. */
export function kaText(name: string, path: string | readonly string[], description: string): FieldSpec {
  const keys = typeof path === 'string' ? path.split('.') : path;
  const from = typeof path === 'string' ? path : path.map((key) => (key.includes('.') ? `["${key}"]` : key)).join('');
  return kaSpec({ name, description, from, read: (event) => textAt(event, ...keys) });
}

/** An array's elements as texts. */
export function kaTexts(name: string, path: string, description: string): FieldSpec {
  const keys = path.split('.');
  return kaSpec({
    name,
    description,
    from: `${path}[]`,
    isList: true,
    read: (event) => {
      const node = nodeOf(event, ...keys);
      return node?.kind === 'array' ? node.items.map((item) => textOf(event.text, item)) : undefined;
    },
  });
}

/** A list that takes an index. */
export function kaIndexed(
  name: string,
  from: string,
  description: string,
  read: (event: FieldEvent, index: string) => readonly string[] | undefined,
): FieldSpec {
  return kaSpec({ name, description, from, isList: true, argument: 'index', read });
}

/** The text of a member; undefined when it is not there. */
export function textAt(event: FieldEvent, ...path: readonly string[]): string | undefined {
  const node = nodeOf(event, ...path);
  return node && textOf(event.text, node);
}

/**
 * What stands at a path that may lead through arrays: through the element of that index, or through all of them
 * (then undefined stands for an element without the value). Undefined as a whole: not available.
 */
export function valuesAt(
  node: JsonNode | undefined,
  index: string,
  path: readonly string[],
): readonly (JsonNode | undefined)[] | undefined {
  let here = node;
  for (const [position, key] of path.entries()) {
    if (here?.kind === 'array') {
      if (index === '') return here.items.flatMap((item) => valuesAt(item, index, path.slice(position)) ?? [undefined]);
      here = here.items[Number(index)];
    }
    if (here === undefined) return undefined;
    here = key === '' ? here : nodeAt(here, [key]);
  }
  return here === undefined ? undefined : [here];
}

/** Texts of the values that are there. */
export function textsOf(event: FieldEvent, nodes: readonly (JsonNode | undefined)[] | undefined): readonly string[] | undefined {
  return nodes?.filter((node) => node !== undefined).map((node) => textOf(event.text, node));
}
