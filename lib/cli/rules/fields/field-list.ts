import { fieldTable, fieldUsage, type ListedField } from '../../../core/rules/field-page.ts';
import { wrap } from '../../table/fit.ts';
import { count, type TableLook } from '../../table/table.ts';

/** Forms in which fields can be listed. */
export const FIELD_LIST_FORMATS = ['text', 'markdown', 'json', 'names'] as const;
export type FieldListFormat = (typeof FIELD_LIST_FORMATS)[number];

/** The fields as lines, in the order of the tables. */
export function fieldList(fields: readonly ListedField[], format: FieldListFormat, look: TableLook): readonly string[] {
  switch (format) {
    case 'text':
      return [...fields.flatMap((field) => textOf(field, look)), '', count(fields.length, 'field')];
    case 'markdown':
      return fieldTable(fields);
    case 'json':
      return [JSON.stringify(fields, undefined, 2)];
    case 'names':
      return fields.map(({ name }) => name);
  }
}

function textOf(field: ListedField, { columns, paint }: TableLook): readonly string[] {
  const paragraph = (text: string): readonly string[] => wrap(text.replaceAll('`', ''), columns - 4).map((line) => `    ${line}`);
  const facts = `${field.type} · ${field.sources.join(', ')}`;
  return [paint.bold(fieldUsage(field)), ...paragraph(`${facts} · from ${field.from}`).map(paint.dim), ...paragraph(field.description)];
}
