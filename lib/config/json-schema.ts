import * as z from 'zod';
import { configSchema } from './schema.ts';

/** A node of the generated JSON Schema, as far as this project reads it. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly oneOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
}

/** The JSON Schema of `driftwire.yaml`, for editors; it describes what users write, defaults left out. */
export function configJsonSchema(): SchemaNode {
  return z.toJSONSchema(configSchema, { io: 'input' }) as SchemaNode;
}

/** The nodes that may stand at a path; several where the schema has alternatives. */
export function schemaNodesAt(root: SchemaNode, path: readonly PropertyKey[]): readonly SchemaNode[] {
  let nodes = alternatives(root);
  for (const part of path) nodes = nodes.flatMap((node) => alternatives(childOf(node, part)));
  return nodes;
}

function childOf(node: SchemaNode, part: PropertyKey): SchemaNode | undefined {
  if (typeof part === 'number') return node.items;
  const key = String(part);
  if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key];
  return typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

function alternatives(node: SchemaNode | undefined): readonly SchemaNode[] {
  if (node === undefined) return [];
  const branches = (node.oneOf ?? node.anyOf ?? []).filter((branch) => branch.properties !== undefined || branch.type !== undefined);
  return branches.length === 0 ? [node] : branches;
}
