import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { localTime } from '../../../../lib/cli/local-time.ts';
import { makePaint } from '../../../../lib/cli/paint.ts';
import { tablePrinter } from '../../../../lib/cli/scan/table-printer.ts';
import type { FindingWithOrigin } from '../../../../lib/core/model/finding.ts';
import type { Summary } from '../../../../lib/core/summary.ts';
import { foundWith } from '../../../support/findings.ts';

const SUMMARY: Summary = {
  records: 48_253,
  findings: 3,
  eventsWithFindings: 3,
  dropped: { read: 40_000, pipeline: 8_190, text_line: 41 },
  failed: { bad_json: 2 },
  duplicates: 17,
};

const USERS = ['alice@example.com', '日本語ユーザー', 'x'.repeat(300), 'evil\x1b[2J\u202e'];

function day(): readonly FindingWithOrigin[] {
  return USERS.flatMap((user, index) =>
    [0, 1, 2].map((hour) =>
      foundWith({
        time: new Date(Date.UTC(2026, 2, 14, hour, index)).toISOString().replace('Z', '000000Z'),
        priority: hour === 2 ? 'Critical' : 'Informational',
        actor: { user },
        target: { name: `名前-${'long-'.repeat(hour * 20)}end` },
        action: { verb: hour === 1 ? 'deletecollection-of-everything-there-is' : 'patch', error: hour === 1 ? 'AccessDenied' : null },
      }),
    ),
  );
}

function printed(
  columns: number,
  findings: readonly FindingWithOrigin[],
  options: { color?: boolean; summary?: Summary } = {},
): { text: string; lines: readonly string[] } {
  let text = '';
  const out = {
    write: (more: string) => {
      text += more;
    },
    flush: () => {},
  };
  const printer = tablePrinter(out, { columns, paint: makePaint(options.color ?? false) });
  for (const finding of findings) printer.event([finding]);
  printer.finish(options.summary ?? SUMMARY, 12);
  return { text, lines: text.split('\n') };
}

describe('the table', () => {
  it.each([40, 80, 119, 120, 200])('is never wider than %i columns', (columns) => {
    const { lines } = printed(columns, day());
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
  });

  it.each([80, 200])('names each person once, with count and worst priority, at %i columns', (columns) => {
    const heads = printed(columns, day()).lines.filter((line) => /events? · worst /.test(line));
    expect(heads).toHaveLength(USERS.length);
    expect(heads[0]).toContain('3 events · worst CRITICAL · human');
    expect(heads.filter((line) => line.startsWith('alice@example.com ·'))).toHaveLength(1);
  });

  it.each([80, 200])('says what, when, who, where, from where and by which rule at %i columns', (columns) => {
    const { text } = printed(columns, [foundWith()]);
    const fact = [localTime(Date.parse('2026-03-14T09:26:53Z')), 'WARNING', 'patch', 'Deployment shop/checkout', 'demo', 'kubectl'];
    for (const expected of [...fact, 'alice@example.com', 'Manual Kubernetes change']) expect(text).toContain(expected);
  });

  it('sends nothing raw of a log to the terminal', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    expect(printed(80, day()).text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(printed(200, day()).text).toContain('evil\\x1b[2J\\u{202e}');
  });

  it('says the same with colour and without', () => {
    const coloured = printed(80, day(), { color: true }).text;
    expect(coloured).toContain('\x1b[');
    expect(stripVTControlCharacters(coloured)).toBe(printed(80, day()).text);
  });

  it('says how many events it does not show', () => {
    const many = Array.from({ length: 100 }, (_, minute) =>
      foundWith({ time: new Date(Date.UTC(2026, 2, 14, 0, minute)).toISOString().replace('Z', '000000Z') }),
    );
    expect(printed(80, many).text).toContain('and 70 more events');
  });
});

describe('the summary under the table', () => {
  it('accounts for every record, aligned and in words', () => {
    const { lines } = printed(80, day());
    expect(lines).toContain('    read       40,000  only read something');
    expect(lines).toContain('  failed            2');
    expect(lines).toContain('  48,253 records = 3 with findings + 48,231 dropped + 2 failed + 17 duplicates');
  });

  it('shows a sum that is wrong as what it is', () => {
    expect(printed(200, day(), { summary: { ...SUMMARY, records: 1 } }).text).toContain('1 records ≠');
  });

  it('says plainly that nothing was found, and what was looked at', () => {
    const clean = { ...SUMMARY, findings: 0, eventsWithFindings: 0 };
    expect(printed(200, [], { summary: clean }).lines[0]).toBe(
      'no findings: looked at 48,253 records in 12 inputs, 2 of them could not be read; the summary says what they were',
    );
    const empty = { ...clean, records: 0, dropped: {}, failed: {}, duplicates: 0 };
    expect(printed(80, [], { summary: empty }).lines[0]).toBe('no findings: there was no record in 12 inputs');
  });
});
