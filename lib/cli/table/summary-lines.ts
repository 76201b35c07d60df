import type { Summary } from '../../core/summary.ts';
import type { Paint } from '../paint.ts';
import { DROP_WORDS, FAILURE_WORDS } from '../words.ts';
import { cutTo, wrap } from './fit.ts';
import type { TableLook } from './table.ts';

const INDENT = '  ';
const number = (value: number): string => value.toLocaleString('en-US');

interface Line {
  readonly depth: 1 | 2;
  readonly name: string;
  readonly value: number;
  readonly words: string;
}

/** The account of a run, aligned: what was read, what became of it, and that the sum is right. */
export function summaryLines(summary: Summary, inputs: number, look: TableLook): readonly string[] {
  const lines: readonly Line[] = [
    { depth: 1, name: 'inputs', value: inputs, words: '' },
    { depth: 1, name: 'records', value: summary.records, words: '' },
    { depth: 1, name: 'findings', value: summary.findings, words: `on ${number(summary.eventsWithFindings)} events` },
    ...countedBy('dropped', summary.dropped, DROP_WORDS),
    ...countedBy('failed', summary.failed, FAILURE_WORDS),
    { depth: 1, name: 'duplicates', value: summary.duplicates, words: '' },
  ];
  return [look.paint.bold('Summary'), ...aligned(lines, look), ...conservation(summary, look)];
}

function countedBy<K extends string>(
  name: string,
  counts: Readonly<Partial<Record<K, number>>>,
  words: Readonly<Record<K, string>>,
): readonly Line[] {
  const keys = Object.keys(counts) as K[];
  return [
    { depth: 1, name, value: sum(counts), words: '' },
    ...keys.map((key): Line => ({ depth: 2, name: key, value: counts[key] ?? 0, words: words[key] })),
  ];
}

function aligned(lines: readonly Line[], { columns, paint }: TableLook): readonly string[] {
  const label = ({ depth, name }: Line): string => INDENT.repeat(depth) + name;
  const labels = Math.max(...lines.map((line) => label(line).length));
  const numbers = Math.max(...lines.map((line) => number(line.value).length));
  return lines.map((line) => {
    const left = `${label(line).padEnd(labels)}${INDENT}${number(line.value).padStart(numbers)}`;
    const words = line.words === '' ? '' : cutTo(`${INDENT}${line.words}`, columns - left.length);
    return cutTo(left, columns) + paint.dim(words);
  });
}

/** The conservation law in numbers; a sum that is wrong would be a defect and is shown as one. */
function conservation(summary: Summary, { columns, paint }: TableLook): readonly string[] {
  const { records, eventsWithFindings, duplicates } = summary;
  const [dropped, failed] = [sum(summary.dropped), sum(summary.failed)];
  const holds = records === eventsWithFindings + dropped + failed + duplicates;
  const text =
    `${number(records)} records ${holds ? '=' : '≠'} ${number(eventsWithFindings)} with findings + ${number(dropped)} dropped` +
    ` + ${number(failed)} failed + ${number(duplicates)} duplicates`;
  return ['', ...wrap(text, columns - INDENT.length).map((line) => INDENT + painted(line, holds, paint))];
}

function painted(line: string, holds: boolean, paint: Paint): string {
  return holds ? paint.good(line) : paint.bad(line);
}

/** Adds up counts. */
export function sum(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce<number>((total, value) => total + (value ?? 0), 0);
}
