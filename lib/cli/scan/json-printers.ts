import type { Summary } from '../../core/summary.ts';
import { findingJson } from '../finding-json.ts';
import type { Output } from '../output.ts';
import type { Printer } from './printer.ts';

/** `--format jsonl`: one finding a line, as soon as it is there. */
export function jsonlPrinter(out: Output): Printer {
  return {
    event(findings) {
      for (const { finding } of findings) out.write(`${findingJson(finding)}\n`);
    },
    finish() {
      out.flush();
    },
  };
}

/** `--format json`: one object with all findings and the summary; the findings are written as they come and never held. */
export function jsonPrinter(out: Output): Printer {
  let isFirst = true;
  return {
    event(findings) {
      for (const { finding } of findings) {
        out.write(`${isFirst ? '{"findings": [' : ','}\n${findingJson(finding)}`);
        isFirst = false;
      }
    },
    finish(summary, inputs) {
      out.write(`${isFirst ? '{"findings": [' : '\n'}], "summary": ${summaryJson(summary, inputs)}}\n`);
      out.flush();
    },
  };
}

/** The summary as the public contract has it. */
export function summaryJson({ records, findings, dropped, failed, duplicates }: Summary, inputs: number): string {
  return JSON.stringify({ records, findings, dropped, failed, duplicates, inputs });
}
