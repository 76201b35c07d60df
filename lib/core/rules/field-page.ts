import type { EventSource } from '../model/raw-record.ts';
import { FIELDS } from './field-table.ts';
import type { FieldSpec } from './fields/field.ts';

/** One field with the sources whose rules may use it. */
export interface ListedField {
  readonly name: string;
  /** As people write it: `string`, `list of strings`, `number`, `boolean`. */
  readonly type: string;
  readonly argument: FieldSpec['argument'];
  readonly description: string;
  readonly from: string;
  readonly sources: readonly EventSource[];
}

const SOURCES: readonly EventSource[] = ['aws_cloudtrail', 'k8s_audit'];

/** Every field of the rule language in the order of the tables, each once. */
export function listedFields(): readonly ListedField[] {
  const all = new Map<string, FieldSpec>(SOURCES.flatMap((source) => [...FIELDS[source]]));
  return [...all.values()].map(({ name, type, isList, argument, description, from }) => ({
    name,
    type: isList ? `list of ${type}s` : type,
    argument,
    description,
    from,
    sources: SOURCES.filter((source) => FIELDS[source].has(name)),
  }));
}

/** A field's name with the argument it takes: `ka.uri.param[key]`. */
export function fieldUsage({ name, argument }: Pick<ListedField, 'name' | 'argument'>): string {
  return argument === 'none' ? name : `${name}[${argument}]`;
}

/** Rows of a Markdown table of fields. */
export function fieldTable(fields: readonly ListedField[]): readonly string[] {
  const cell = (text: string): string => text.replace(/[|]/g, '\\|').replace(/[<>]/g, (sign) => (sign === '<' ? '&lt;' : '&gt;'));
  return [
    '| Field | Type | Argument | What it is | From |',
    '| --- | --- | --- | --- | --- |',
    ...fields.map(
      (field) =>
        `| \`${field.name}\` | ${field.type} | ${field.argument === 'none' ? '' : field.argument} | ${cell(field.description)} | ${cell(field.from)} |`,
    ),
  ];
}

/** The documentation page about fields, made from the tables that evaluate them (`docs/rules/fields.md`). */
export function fieldPage(): string {
  const fields = listedFields();
  const only = (source: EventSource): readonly ListedField[] =>
    fields.filter(({ sources }) => sources.length === 1 && sources[0] === source);
  const shared = fields.filter(({ sources }) => sources.length > 1);
  const section = (title: string, text: string, rows: readonly ListedField[]): string =>
    `## ${title}\n\n${text}\n\n${fieldTable(rows).join('\n')}\n`;
  return `# Fields of the rule language

Made from the tables in \`lib/core/rules/fields/\`; do not edit by hand. \`driftwire rules fields\` prints the same.

A rule for the source \`aws_cloudtrail\` may use the fields of CloudTrail and those of both sources, a rule for \`k8s_audit\` those of Kubernetes and those of
both. Argument: \`key\` must be given in brackets, as in \`ka.uri.param[command]\`; \`index\` may be given, counted from 0. A field that is absent makes every check
false. The names are Falco's; \`drift.*\` are Driftwire's own.

${section('Both sources', "Driftwire's verdict, any member of the record, and the event itself.", shared)}
${section('CloudTrail', 'Rules with `source: aws_cloudtrail`.', only('aws_cloudtrail'))}
${section('Kubernetes audit', 'Rules with `source: k8s_audit`.', only('k8s_audit'))}`;
}
