import { describe, expect, it } from 'vitest';
import type { Output } from '../../../../lib/cli/output.ts';
import { jsonlPrinter, jsonPrinter } from '../../../../lib/cli/scan/json-printers.ts';
import type { Printer } from '../../../../lib/cli/scan/printer.ts';
import type { Summary } from '../../../../lib/core/summary.ts';
import { findingWith, foundWith } from '../../../support/findings.ts';

const SUMMARY: Summary = { records: 5, findings: 3, eventsWithFindings: 2, dropped: { read: 2 }, failed: {}, duplicates: 1 };

function printed(make: (out: Output) => Printer, events: readonly string[][]): string {
  let text = '';
  const printer = make({
    write: (more) => {
      text += more;
    },
    flush: () => {},
  });
  for (const [first, ...rest] of events) {
    if (first !== undefined) printer.event([foundWith({ rule: first }), ...rest.map((rule) => foundWith({ rule }))]);
  }
  printer.finish(SUMMARY, 1);
  return text;
}

describe('findings for machines', () => {
  it('are one a line and in order as JSON lines, and nothing else', () => {
    const lines = printed(jsonlPrinter, [['a', 'b'], ['c']]).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toEqual(['a', 'b', 'c'].map((rule) => findingWith({ rule })));
    expect(printed(jsonlPrinter, [])).toBe('');
  });

  it('are one object with the summary as JSON', () => {
    const summary = { records: 5, findings: 3, dropped: { read: 2 }, failed: {}, duplicates: 1, inputs: 1 };
    expect(JSON.parse(printed(jsonPrinter, [['a', 'b'], ['c']]))).toEqual({
      findings: ['a', 'b', 'c'].map((rule) => findingWith({ rule })),
      summary,
    });
    expect(JSON.parse(printed(jsonPrinter, []))).toEqual({ findings: [], summary });
  });
});
