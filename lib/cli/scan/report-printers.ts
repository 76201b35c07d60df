import { writeFileSync } from 'node:fs';
import type { RuleInfo } from '../../core/rules/engine.ts';
import { UsageError } from '../context.ts';
import type { Output } from '../output.ts';
import { reportPage } from '../report/page.ts';
import { ReportBook } from '../report/report-book.ts';
import type { Printer } from './printer.ts';

type Rules = readonly Pick<RuleInfo, 'name' | 'desc'>[];

/** `--format html`: the report on standard output. */
export function htmlPrinter(out: Output, nowMs: () => number, rules: Rules): Printer {
  return reportPrinter(nowMs, rules, (page) => {
    out.write(page);
    out.flush();
  });
}

/** `--report FILE`: the report beside the result. */
export function reportFilePrinter(file: string, nowMs: () => number, rules: Rules, onWritten: () => void): Printer {
  return reportPrinter(nowMs, rules, (page) => {
    try {
      writeFileSync(file, page);
    } catch (cause) {
      throw new UsageError(`--report: cannot write ${JSON.stringify(file)}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
    onWritten();
  });
}

function reportPrinter(nowMs: () => number, rules: Rules, deliver: (page: string) => void): Printer {
  const book = new ReportBook();
  return {
    event: (findings) => book.add(findings),
    finish: (summary, inputs) => deliver(reportPage({ book, summary, inputs, rules, madeMs: nowMs() })),
  };
}
