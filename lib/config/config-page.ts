/** Writes `docs/config.md` from the schema, so that the page cannot say anything else than what is checked. */
import { configJsonSchema, type SchemaNode } from './json-schema.ts';

const INTRO = `# Configuration

<!-- Generated from lib/config/schema.ts by \`npx node lib/config/write-docs.ts\`; a test compares. Do not edit. -->

Driftwire reads one file, \`driftwire.yaml\`, in YAML 1.2. Unknown keys are errors, all problems are reported at once with line and
path, and \`driftwire check --offline\` does nothing but that. A complete example is \`driftwire.example.yaml\`. With no file at all every
default below holds.

**Principals.** An entry of \`pipelines\`, \`workloads\` or \`break_glass\` has exactly one of \`role\`, \`user\`, \`service_account\`,
\`kubernetes_user\`. All other keys narrow it, and all that are given must hold. \`session\` and \`user_agent\` are chosen by the caller:
they keep honest use apart and prove nothing, so neither ever exempts anybody without the principal. Prefer a role of its own for each
pipeline, with \`identity_provider\` or \`accounts\` as narrowing. A user or role that a pipeline and a person share cannot be told apart.

**Patterns.** \`*\` stands for any number of characters, \`?\` for one. Patterns are anchored at both ends and case-sensitive.

**Account ids** stand in quotes: without them YAML reads a number and drops leading zeros.

**Secrets** are references: \`{env: NAME}\`, \`{file: PATH}\`, \`{ssm: NAME}\`, \`{secretsmanager: NAME}\`. A literal is refused. On AWS only
the last two are accepted.

Priorities, worst first: emergency, alert, critical, error, warning, notice, informational, debug.

In the tables, \`[]\` after a key stands for each item of a list, \`<key>\` for each key of a mapping.
`;

/** The whole page, as Markdown. */
export function configPage(): string {
  const root = configJsonSchema();
  const shapes = new Set<string>();
  const sections = Object.entries(root.properties ?? {}).map(([key, node]) => {
    const shape = JSON.stringify(node.items ?? node);
    const seen = shapes.has(shape);
    shapes.add(shape);
    return section(key, node, seen);
  });
  return `${INTRO}\n${sections.join('\n')}`;
}

interface Row {
  readonly path: string;
  readonly node: SchemaNode;
  readonly required: boolean;
}

/** One top-level key; a shape that was described before (its description says whose) is not described again. */
function section(key: string, node: SchemaNode, described: boolean): string {
  const rows = rowsBelow(key, node);
  const heading = `## \`${key}\`\n\n${node.description ?? ''}${defaultOf(node, ' Default: ', '.')}\n`;
  if (described) return heading;
  if (rows.length === 0) return `${heading}\n${capitalise(kindOf(node))}.\n`;
  const lines = rows.map(
    (row) =>
      `| \`${row.path}\` | ${cell(kindOf(row.node))} | ${row.required ? 'required' : cell(defaultOf(row.node, '', ''))} | ${cell(row.node.description ?? '')} |`,
  );
  return [heading, '| key | value | default | meaning |', '| --- | --- | --- | --- |', ...lines, ''].join('\n');
}

function rowsBelow(path: string, node: SchemaNode): readonly Row[] {
  if (isSecret(node)) return [];
  const variants = (node.oneOf ?? []).filter((variant) => variant.properties !== undefined);
  if (variants.length > 0) return variants.flatMap((variant) => variantRows(path, variant));
  if (node.items !== undefined) return rowsBelow(`${path}[]`, node.items);
  const below = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const childPath = `${path}.${key}`;
    return [{ path: childPath, node: child, required: node.required?.includes(key) ?? false }, ...rowsBelow(childPath, child)];
  });
  const values = typeof node.additionalProperties === 'object' ? rowsBelow(`${path}.<key>`, node.additionalProperties) : [];
  return [...below, ...values];
}

function variantRows(path: string, variant: SchemaNode): readonly Row[] {
  const type = variant.properties?.['type'];
  return rowsBelow(`${path}{type: ${String(type?.const)}}`, variant);
}

function isSecret(node: SchemaNode): boolean {
  return node.properties?.['secretsmanager'] !== undefined;
}

function kindOf(node: SchemaNode): string {
  if (isSecret(node)) return 'secret reference';
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.items !== undefined) return `list of ${kindOf(node.items)}`;
  if (node.type === 'object' || node.oneOf !== undefined) return 'mapping';
  return { integer: 'whole number', number: 'number', boolean: '`true` or `false`' }[node.type ?? ''] ?? 'text';
}

function defaultOf(node: SchemaNode, before: string, after: string): string {
  return node.default === undefined || typeof node.default === 'object' ? '' : `${before}\`${JSON.stringify(node.default)}\`${after}`;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
