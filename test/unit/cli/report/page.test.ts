import { describe, expect, test } from 'vitest';
import { writeReport } from '../../../../lib/cli/report/page.ts';
import { ReportBook } from '../../../../lib/cli/report/report-book.ts';
import { foundWith } from '../../../support/findings.ts';

const summary = { records: 9, findings: 9, eventsWithFindings: 9, dropped: {}, failed: {}, duplicates: 0 };

interface ShownEvent {
  readonly timeMs: number;
  readonly priority: string;
  readonly user: string;
  readonly raw?: string;
  readonly rawIsCut: boolean;
}

interface Written {
  readonly pieces: readonly string[];
  readonly page: string;
  readonly data: { readonly events: readonly ShownEvent[]; readonly rules: Readonly<Record<string, string>> };
}

function written(book: ReportBook): Written {
  const pieces: string[] = [];
  const rules = [
    { name: 'a rule', desc: 'fired' },
    { name: 'another', desc: 'did not' },
  ];
  writeReport({ book, summary, inputs: 1, rules, madeMs: Date.UTC(2026, 2, 15) }, (text) => pieces.push(text));
  const page = pieces.join('');
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? [];
  return { pieces, page, data: JSON.parse(json) as Written['data'] };
}

const at = (hour: number): string => `2026-03-14T${String(hour).padStart(2, '0')}:00:00.000000000Z`;

describe('the page', () => {
  test('has its events newest first, each with its record, and the rules that fired', () => {
    const book = new ReportBook();
    for (const hour of [3, 9, 6])
      book.add([foundWith({ rule: 'a rule', time: at(hour), actor: { user: `u${hour}` } }, `{"hour":${hour},"x":"</script>é\u2028"}`)]);
    const { data, page } = written(book);
    expect(data.events.map(({ user }) => user)).toEqual(['u9', 'u6', 'u3']);
    expect(JSON.parse(data.events[0]?.raw ?? '')).toMatchObject({ hour: 9 });
    expect(data.events[0]).toMatchObject({ rawIsCut: false });
    expect(data.rules).toEqual({ 'a rule': 'fired' });
    expect(page.match(/<\/script>/g)).toHaveLength(2);
  });

  test('keeps the worst and newest events, and the records of as many as fit', () => {
    const book = new ReportBook({ events: 3, rawChars: 150 });
    const record = JSON.stringify({ text: 'x'.repeat(50) });
    for (let hour = 0; hour < 10; hour++) {
      book.add([foundWith({ time: at(hour), priority: hour === 0 ? 'Critical' : 'Notice', actor: { user: `u${hour}` } }, record)]);
    }
    const { data, page } = written(book);
    expect(data.events.map(({ user }) => user)).toEqual(['u9', 'u8', 'u0']);
    expect(data.events.map(({ raw }) => raw !== undefined)).toEqual([true, false, true]);
    expect(page).toContain('7 more are in the counts only');
  });

  test('is written in pieces that do not grow with the number of events', () => {
    const sizes = [300, 3000].map((count) => {
      const book = new ReportBook();
      for (let index = 0; index < count; index++) book.add([foundWith({ time: at(index % 24), id: `${index}` })]);
      const { pieces, data } = written(book);
      expect(data.events).toHaveLength(count);
      return pieces.reduce((longest, { length }) => Math.max(longest, length), 0);
    });
    expect((sizes[1] as number) - (sizes[0] as number)).toBeLessThan(2000);
  });

  test('has no table when nothing was found', () => {
    const { data, page } = written(new ReportBook());
    expect(data).toEqual({ events: [], rules: {} });
    expect(page).not.toContain('id="events"');
  });
});
