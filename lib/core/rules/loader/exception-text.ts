/** Exceptions as the text that is put behind a rule's condition (Falco's `build_rule_exception_infos`, its blanks included). */
import { quoted, TooLarge } from '../lists.ts';
import { takesList } from './collect-exceptions.ts';
import type { ExceptionEntry, ExceptionInfo } from './collection.ts';
import { MAX_CONDITION_CHARS, type Suffix } from './condition-text.ts';
import type { IssueSink } from './issues.ts';

/** The texts of a rule's exceptions; undefined when it has none, so that its condition gets no parentheses. @throws TooLarge */
export function exceptionTexts(sink: IssueSink, exceptions: readonly ExceptionInfo[]): readonly Suffix[] | undefined {
  if (exceptions.length === 0) return undefined;
  return exceptions.map((exception) => {
    const writer = new ExceptionWriter();
    const isGood = exception.fields.isList ? writeRows(sink, writer, exception) : writeSingle(sink, writer, exception);
    return { text: isGood && writer.text !== '' ? ` and not ${writer.text}` : '', where: exception.context };
  });
}

/** Anchored values can make a long text out of a short file, so its length is watched while it is written. */
class ExceptionWriter {
  text = '';

  add(words: string): void {
    this.text += words;
    if (this.text.length > MAX_CONDITION_CHARS) throw new TooLarge();
  }
}

function writeSingle(sink: IssueSink, writer: ExceptionWriter, { fields, comps, values, context }: ExceptionInfo): boolean {
  if (values.some(({ isList }) => isList)) {
    sink.error('LOAD_ERR_VALIDATE', 'Expected values array to contain a list of strings', context, {
      hint: `fields is a single value, so values is a flat list: values: [a, b]; for rows write fields: [${fields.item}]`,
    });
    return false;
  }
  for (const { item } of values) writer.add(`${writer.text === '' ? `(${fields.item} ${comps.item} (` : ', '}${quoted(item)}`);
  if (writer.text !== '') writer.add('))');
  return true;
}

function writeRows(sink: IssueSink, writer: ExceptionWriter, { fields, comps, values, context }: ExceptionInfo): boolean {
  if (values.some(({ items }) => items.length !== fields.items.length)) {
    sink.error('LOAD_ERR_VALIDATE', 'Fields and values lists must have equal length', context, {
      hint: `each row of values is a list with ${fields.items.length === 1 ? 'one value' : `${fields.items.length} values`}, one for each field: values: [[${fields.items.map((_, index) => 'abcdefgh'[index % 8]).join(', ')}]]`,
    });
    return false;
  }
  if (values.length === 0) return true;
  writer.add('(');
  values.forEach((row, index) => {
    writer.add(`${index === 0 ? '' : ' or '}(`);
    fields.items.forEach(({ item: field }, column) => {
      const comp = (comps.items[column] as ExceptionEntry).item;
      writer.add(`${column === 0 ? '' : ' and '} ${field} ${comp} `);
      writeValue(writer, row.items[column] as ExceptionEntry, comp);
    });
    writer.add(')');
  });
  writer.add(')');
  return true;
}

function writeValue(writer: ExceptionWriter, value: ExceptionEntry, comp: string): void {
  if (value.isList) {
    writer.add('(');
    const begin = writer.text.length;
    // upstream looks at what it has so far, so that nothing before a value needs no comma
    for (const { item } of value.items) writer.add(`${writer.text.length === begin ? '' : ', '}${quoted(item)}`);
    writer.add(')');
  } else if (takesList(comp)) writer.add(value.item.startsWith('(') ? value.item : `(${value.item})`);
  else writer.add(quoted(value.item));
}
