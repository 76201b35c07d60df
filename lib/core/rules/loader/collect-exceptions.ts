/** What the exceptions of a rule must be, with the parts that may be left out filled in (Falco's `validate_exception_info`). */
import type { EventSource } from '../../model/raw-record.ts';
import { FIELDS } from '../field-table.ts';
import { OPERATORS } from '../parser.ts';
import { type ExceptionEntry, type ExceptionInfo, isWritten } from './collection.ts';
import type { IssueSink } from './issues.ts';
import { didYouMean } from './nearest.ts';
import { fieldIn, isTransformer } from './source-fields.ts';

/** Operators that take a list, or one of several values. */
const SINGLE_COMPS: readonly string[] = ['in', 'pmatch', 'intersects'];
const MODIFIED = /^(?:=|==|!=|b?contains|icontains|b?startswith|endswith|i?glob|regex) (?:oneof|anyof|allof)$/;
const BLANKS = /^[ \t\r\n]+|[ \t\r\n]+$/g;

/** Whether an operator takes a list in parentheses. */
export function takesList(operator: string): boolean {
  return SINGLE_COMPS.includes(operator) || MODIFIED.test(operator);
}

/**
 * Checks one exception and fills in its operators.
 *
 * @param source - Undefined: fields are not looked at, the rule's source is unknown.
 * @returns the exception, or nothing when something is wrong with it.
 */
export function checkedException(sink: IssueSink, exception: ExceptionInfo, source: EventSource | undefined): readonly ExceptionInfo[] {
  const before = sink.errors.length;
  const checked = exception.fields.isList ? checkedRows(sink, exception, source) : checkedSingle(sink, exception, source);
  return sink.errors.length === before ? [checked] : [];
}

function checkedRows(sink: IssueSink, exception: ExceptionInfo, source: EventSource | undefined): ExceptionInfo {
  const { fields, context } = exception;
  const written = isWritten(exception.comps) ? exception.comps : list(fields.items.map(() => '='));
  if (fields.items.length !== written.items.length)
    sink.error('LOAD_ERR_VALIDATE', 'Fields and comps lists must have equal length', context, {
      hint: `${fields.items.length} fields and ${written.items.length} comps: give one operator for each field, or leave comps out for =`,
    });
  const comps: ExceptionEntry = { ...written, items: written.items.map((comp) => ({ ...comp, item: trimmed(comp.item) })) };
  for (const { item } of comps.items) {
    if (!OPERATORS.includes(item) && !MODIFIED.test(item))
      sink.error('LOAD_ERR_VALIDATE', `'${item}' is not a supported comparison operator`, context, {
        hint: didYouMean(item, OPERATORS) || `operators: ${OPERATORS.join(' ')}`,
      });
  }
  for (const { item } of fields.items) checkField(sink, item, exception, source);
  return { ...exception, comps };
}

function checkedSingle(sink: IssueSink, exception: ExceptionInfo, source: EventSource | undefined): ExceptionInfo {
  const { fields, context } = exception;
  const written = isWritten(exception.comps) ? exception.comps : { isList: false, item: 'in', items: [] };
  if (written.isList)
    sink.error('LOAD_ERR_VALIDATE', 'Fields and comps must both be strings', context, {
      hint: 'write both as lists (fields: [a], comps: [=]) or both as one text (fields: a, comps: in)',
    });
  const comps: ExceptionEntry = { ...written, item: trimmed(written.item) };
  if (!written.isList && !takesList(comps.item))
    sink.error(
      'LOAD_ERR_VALIDATE',
      'When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier operator (e.g. startswith oneof)',
      context,
      { hint: `for '${comps.item}' write fields and comps as lists: fields: [${fields.item}], comps: [${comps.item}]` },
    );
  checkField(sink, fields.item, exception, source);
  return { ...exception, comps };
}

function checkField(sink: IssueSink, text: string, { context }: ExceptionInfo, source: EventSource | undefined): void {
  if (source === undefined) return;
  const fields = FIELDS[source];
  const found = text.includes('(') ? isTransformer(text, fields) : fieldIn(text, fields);
  if (found === true) return;
  // a field whose argument is wrong ends upstream's check itself, outside any item
  if (typeof found === 'string') {
    sink.error('LOAD_ERR_VALIDATE', found, context.file(), { where: context });
    return;
  }
  sink.error('LOAD_ERR_VALIDATE', `'${text}' is not a supported filter field`, context, {
    hint: didYouMean(text, fields.keys()) || `driftwire rules fields --source ${source} shows the fields there are`,
  });
}

function list(items: readonly string[]): ExceptionEntry {
  return { isList: true, item: '', items: items.map((item) => ({ isList: false, item, items: [] })) };
}

function trimmed(text: string): string {
  return text.replace(BLANKS, '');
}
