import { closeSync, openSync } from 'node:fs';
import type { RuleInfo } from '../../core/rules/engine.ts';
import { UsageError } from '../context.ts';
import { type Output, outputTo } from '../output.ts';
import { type ReportInput, writeReport } from '../report/page.ts';
import { ReportBook } from '../report/report-book.ts';
import type { Printer } from './printer.ts';

type Rules = readonly Pick<RuleInfo, 'name' | 'desc'>[];

/** `--format html`: the report on standard output. */
export function htmlPrinter(out: Output, nowMs: () => number, rules: Rules): Printer {
  return reportPrinter(nowMs, rules, (report) => {
    writeReport(report, (text) => out.write(text));
    out.flush();
  });
}

/** `--report FILE`: the report beside the result. */
export function reportFilePrinter(file: string, nowMs: () => number, rules: Rules, onWritten: () => void): Printer {
  return reportPrinter(nowMs, rules, (report) => {
    try {
      writeToFile(file, report);
    } catch (cause) {
      throw new UsageError(`--report: cannot write ${JSON.stringify(file)}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
    onWritten();
  });
}

function writeToFile(file: string, report: ReportInput): void {
  const fd = openSync(file, 'w');
  try {
    const out = outputTo(fd);
    writeReport(report, (text) => out.write(text));
    out.flush();
  } finally {
    closeSync(fd);
  }
}

function reportPrinter(nowMs: () => number, rules: Rules, deliver: (report: ReportInput) => void): Printer {
  const book = new ReportBook();
  return {
    event: (findings) => book.add(findings),
    finish: (summary, inputs) => deliver({ book, summary, inputs, rules, madeMs: nowMs() }),
  };
}
