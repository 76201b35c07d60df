import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lokiGroups } from '../../../lib/export/loki/loki-rules.ts';
import { DEFAULT_EXPORT, runbookLink } from '../../../lib/export/options.ts';
import { prometheusGroups } from '../../../lib/export/prometheus/rule-files.ts';
import { isAlert } from '../../../lib/export/rule-file.ts';
import { BOARDS } from '../../support/export/boards.ts';

// What comes after this heading belongs to the alarms of CloudWatch (test/infrastructure/alarms.test.ts).
const [page = ''] = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8').split(/^## On AWS$/m);
const sections = page.split(/^### /m).slice(1);
const headings = sections.map((section) => section.split('\n', 1)[0] ?? '');
const alerts = [...prometheusGroups(DEFAULT_EXPORT), ...lokiGroups(DEFAULT_EXPORT)].flatMap(({ rules }) => rules).filter(isAlert);

test('the page on observability lists every alert with its severity, topic and patience', () => {
  const observability = readFileSync(new URL('../../../docs/observability.md', import.meta.url), 'utf8');
  const rows = prometheusGroups(DEFAULT_EXPORT)
    .flatMap(({ rules }) => rules)
    .filter(isAlert)
    .map((rule) => {
      const { severity, topic } = rule.labels;
      return `| [${rule.alert}](runbook.md#${rule.alert.toLowerCase()}) | ${severity} | ${topic} | ${rule.for ?? 'at once'} |`;
    });
  expect(observability.split('\n').filter((line) => line.includes('](runbook.md#'))).toEqual(rows);
});

describe('the runbook', () => {
  test('has one heading for each alert, and no other', () => {
    expect(headings.toSorted()).toEqual([...new Set(alerts.map(({ alert }) => alert))].toSorted());
    expect(headings.length).toBeGreaterThan(20);
  });

  test.each(headings.map((heading, index) => [heading, sections[index] ?? '']))(
    '%s says what it means, where to look, what to do and how it turns green',
    (_, section) => {
      const parts = [...section.matchAll(/^\*\*(Meaning\.|Where to look\.|What to do\.|Turns green)\*\*/gm)].map(([, part]) => part);
      expect(parts).toEqual(['Meaning.', 'Where to look.', 'What to do.', 'Turns green']);
    },
  );

  test('every link to it, from alerts, boards and within, leads to a heading', () => {
    const anchors = headings.map((heading) => heading.toLowerCase());
    for (const { annotations } of alerts) expect(anchors).toContain(annotations.runbook_url.split('#')[1]);
    const prefix = runbookLink(DEFAULT_EXPORT, '');
    const linked = [...JSON.stringify(BOARDS).matchAll(/"url":"([^"]*)"/g)]
      .map(([, url]) => url ?? '')
      .filter((url) => url.startsWith(prefix));
    expect(linked.length).toBeGreaterThan(10);
    for (const url of linked) expect(anchors).toContain(url.slice(prefix.length));
    for (const [, anchor] of page.matchAll(/\]\(#([^)]*)\)/g)) expect(anchors).toContain(anchor);
  });

  test('names only panels and boards that there are', () => {
    const titles = BOARDS.flatMap(({ panels }) => panels.map(({ title }) => title));
    const named = [...page.matchAll(/(?<!\*)\*([A-Z][^*\n]*(?:\n[^*\n]*)?)\*(?!\*)/g)].map(([, name]) =>
      (name ?? '').replaceAll('\n', ' '),
    );
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !titles.some((title) => title === name || title.startsWith(name)))).toEqual([]);
  });
});
