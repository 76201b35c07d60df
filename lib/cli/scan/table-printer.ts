import { localZone } from '../local-time.ts';
import type { Output } from '../output.ts';
import { eventRow } from '../table/event-row.ts';
import { wrap } from '../table/fit.ts';
import { People } from '../table/people.ts';
import { sum, summaryLines } from '../table/summary-lines.ts';
import { count, type TableLook, tableLines } from '../table/table.ts';
import type { Printer } from './printer.ts';

/** `--format table`: for people. What is held is bounded, however many findings there are. */
export function tablePrinter(out: Output, look: TableLook): Printer {
  const people = new People();
  return {
    event(findings) {
      people.add(eventRow(findings));
    },
    finish(summary, inputs) {
      const all = people.all();
      const head = all.length === 0 ? nothing(summary.records, inputs, sum(summary.failed)) : overview(all.length, summary.findings);
      const lines = [...wrap(head, look.columns), '', ...tableLines(all, look), ...summaryLines(summary, inputs, look)];
      out.write(`${lines.join('\n')}\n`);
      out.flush();
    },
  };
}

function overview(people: number, findings: number): string {
  const who = people === 1 ? '1 person' : `${people.toLocaleString('en-US')} people`;
  return `${count(findings, 'finding')} by ${who}; times are local (${localZone()})`;
}

function nothing(records: number, inputs: number, failed: number): string {
  const looked = `${count(records, 'record')} in ${count(inputs, 'input')}`;
  if (records === 0) return `no findings: there was no record in ${count(inputs, 'input')}`;
  const unread = failed === 0 ? '' : `, ${failed.toLocaleString('en-US')} of them could not be read`;
  return `no findings: looked at ${looked}${unread}; the summary says what they were`;
}
