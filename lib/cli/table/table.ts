import stringWidth from 'string-width';
import { localTime } from '../local-time.ts';
import type { Paint } from '../paint.ts';
import type { EventRow } from './event-row.ts';
import { cutMiddle, cutTo, pack, pad, shareWidths } from './fit.ts';
import type { Person } from './people.ts';

/** How the table is to look. */
export interface TableLook {
  readonly columns: number;
  readonly paint: Paint;
}

/** From this width on, each event is one line of aligned columns; below it, two or more lines. */
const WIDE_COLUMNS = 120;
const TIME_COLUMNS = 25;
const PRIORITY_COLUMNS = 9;
/** With less room than this the action goes to the next line. */
const MIN_WHAT_COLUMNS = 12;
const GAP = '  ';

/** The findings as lines for a terminal, grouped by person; no line is wider than the look says. */
export function tableLines(people: readonly Person[], look: TableLook): readonly string[] {
  const rowLines = look.columns >= WIDE_COLUMNS ? wideRows(people, look) : narrowRow(look);
  return people.flatMap((person) => [
    ...headLines(person, look),
    ...person.rows.flatMap((row) => rowLines(row)),
    ...hiddenLine(person, look),
    '',
  ]);
}

function headLines({ user, hands, events, worst }: Person, { columns, paint }: TableLook): readonly string[] {
  const facts = `${count(events, 'event')} · worst ${worst.toUpperCase()} · ${hands.join(', ')}`;
  const isOneLine = stringWidth(user) + stringWidth(facts) + 3 <= columns;
  if (isOneLine) return [`${paint.bold(user)} · ${paint.priority(worst, facts)}`];
  return [paint.bold(cutTo(user, columns)), GAP + paint.priority(worst, cutTo(facts, columns - GAP.length))];
}

function hiddenLine({ events, rows }: Person, { columns, paint }: TableLook): readonly string[] {
  const hidden = events - rows.length;
  if (hidden === 0) return [];
  const text = `${GAP}and ${count(hidden, 'more event')}: the worst and newest are shown, --format jsonl has all`;
  return [paint.dim(cutTo(text, columns))];
}

/** When, how bad and what on the first line of an event; on what, where, how and which rules on the next. */
function narrowRow({ columns, paint }: TableLook): (row: EventRow) => readonly string[] {
  const left = columns - GAP.length - TIME_COLUMNS - GAP.length - PRIORITY_COLUMNS - GAP.length;
  const isRoomForWhat = left >= MIN_WHAT_COLUMNS;
  return (row) => {
    const priority = paint.priority(row.priority, pad(shortPriority(row), PRIORITY_COLUMNS));
    const what = isRoomForWhat ? `${GAP}${paint.bold(cutTo(row.what, left))}` : '';
    const resource = cutMiddle(row.resource, columns - 2 * GAP.length);
    const pieces = [isRoomForWhat ? '' : row.what, resource, row.where, row.how, ...row.rules].filter((piece) => piece !== '');
    const rest = pack(pieces, columns - 2 * GAP.length).map((line) => GAP + GAP + paint.dim(line));
    return [`${GAP}${localTime(row.timeMs)}${GAP}${priority}${what}`, ...rest];
  };
}

/** One line an event, in columns that fit all rows. */
function wideRows(people: readonly Person[], { columns, paint }: TableLook): (row: EventRow) => readonly string[] {
  const cells = (row: EventRow): readonly string[] => [row.what, row.resource, row.where, row.how, row.rules.join(', ')];
  const wanted = [0, 0, 0, 0, 0];
  for (const row of people.flatMap(({ rows }) => rows)) {
    for (const [index, text] of cells(row).entries()) wanted[index] = Math.max(wanted[index] ?? 0, stringWidth(text));
  }
  const fixed = GAP.length + TIME_COLUMNS + GAP.length + PRIORITY_COLUMNS + GAP.length * wanted.length;
  const widths = shareWidths(wanted, columns - fixed);
  return (row) => {
    const head = GAP + localTime(row.timeMs) + GAP + paint.priority(row.priority, pad(shortPriority(row), PRIORITY_COLUMNS));
    const [whatWidth = 0, resourceWidth = 0, ...otherWidths] = widths;
    const what = pad(row.what, whatWidth);
    const resource = pad(cutMiddle(row.resource, resourceWidth), resourceWidth);
    const others = [row.where, row.how, rulesCell(row, otherWidths[2] ?? 0)];
    const rest = others.map((text, index) => pad(text, otherWidths[index] ?? 0));
    return [`${head}${GAP}${paint.bold(what)}${GAP}${resource}${GAP}${paint.dim(rest.join(GAP).trimEnd())}`];
  };
}

/** All rules if there is room, else the worst and how many more. */
function rulesCell({ rules }: EventRow, width: number): string {
  const all = rules.join(', ');
  const [worst = ''] = rules;
  if (rules.length < 2 || stringWidth(all) <= width) return all;
  const more = ` +${rules.length - 1}`;
  return cutTo(worst, width - more.length) + more;
}

function shortPriority({ priority }: EventRow): string {
  return priority === 'Informational' ? 'INFO' : priority.toUpperCase();
}

/** A count with its noun: `1 event`, `12,000 events`. */
export function count(value: number, noun: string): string {
  return `${value.toLocaleString('en-US')} ${noun}${value === 1 ? '' : 's'}`;
}
