import { createHash } from 'node:crypto';
import { PRIORITIES } from '../../core/model/finding.ts';
import type { RuleInfo } from '../../core/rules/engine.ts';
import type { Summary } from '../../core/summary.ts';
import { reportAsset } from '../assets.ts';
import { visible } from '../escape.ts';
import { localOffset, localTime, localZone } from '../local-time.ts';
import { sum } from '../table/summary-lines.ts';
import { DROP_WORDS, FAILURE_WORDS } from '../words.ts';
import { topList, trendChart } from './chart.ts';
import { html, Markup, scriptJson } from './html.ts';
import { type KeptEvent, keptJson, keptRow } from './kept-event.ts';
import type { ReportBook } from './report-book.ts';

/** What a report is made of. */
export interface ReportInput {
  readonly book: ReportBook;
  readonly summary: Summary;
  readonly inputs: number;
  readonly rules: readonly Pick<RuleInfo, 'name' | 'desc'>[];
  /** ms since 1970. */
  readonly madeMs: number;
}

/** Rows that stand in the page itself, for readers without script. */
const STATIC_ROWS = 200;

/**
 * Writes the report, piece by piece so that it is never in memory as a whole: one page that needs nothing from anywhere. Its content security policy
 * allows only the script and the style whose hashes stand in it, so that nothing from a log could run even if it slipped through the escaping.
 */
export function writeReport(input: ReportInput, write: (text: string) => void): void {
  const [style, script] = [reportAsset('report.css'), reportAsset('report.client.js')];
  const policy = `default-src 'none'; img-src data:; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  const events = input.book.events();
  const before = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>Drift report</title>
<style>${new Markup(style)}</style>
</head>
<body>
${header(input)}
<main>
${cards(input)}
${trend(input)}
<div class="pair">${topList('Top 5 people', input.book.people.top(5), input.book.people.size)}
${topList('Top 5 kinds of resource', input.book.kinds.top(5), input.book.kinds.size)}</div>
${table(events, input.book.count)}
${account(input)}
</main>
<dialog id="detail" aria-labelledby="detail-title"></dialog>
<script type="application/json" id="data">`;
  write(before.text);
  write('{"events":[');
  for (const [index, event] of events.entries()) write(index === 0 ? keptJson(event) : `,${keptJson(event)}`);
  write(`],"rules":${scriptJson(descriptions(input.rules, events)).text}}`);
  write(
    html`</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text,
  );
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Only of rules that stand in the report. */
function descriptions(rules: ReportInput['rules'], events: readonly KeptEvent[]): Readonly<Record<string, string>> {
  const used = new Set(events.flatMap((event) => event.rules));
  const shown = rules.map(({ name, desc }) => [visible(name), visible(desc.trim())] as const);
  return Object.fromEntries(shown.filter(([name]) => used.has(name)));
}

function header({ madeMs, summary, inputs }: ReportInput): Markup {
  return html`<header><h1>Drift report</h1>
<p>Changes and sessions that did not come from a pipeline. ${summary.records} records from ${inputs} ${inputs === 1 ? 'input' : 'inputs'},
made ${localTime(madeMs)}; times are in ${localZone()}.</p></header>`;
}

function cards({ book, summary }: ReportInput): Markup {
  const card = (value: number, name: string, kind: string): Markup =>
    html`<div class="card ${kind}"><strong>${value}</strong><span>${name}</span></div>`;
  return html`<section class="cards" aria-label="Counts">
${card(book.count, book.count === 1 ? 'event' : 'events', '')}
${card(summary.findings, summary.findings === 1 ? 'finding' : 'findings', '')}
${card(book.people.size, book.people.size === 1 ? 'person' : 'people', '')}
${book.byPriority().map(([priority, count]) => card(count, priority, `level-${priority}`))}
</section>`;
}

function trend({ book, madeMs }: ReportInput): Markup {
  const found = book.times.trend(offsetMs(madeMs));
  if (found === undefined)
    return html`<section class="card"><p>No findings: nothing in these records was changed by hand. The account below says what they were.</p></section>`;
  const missing =
    book.times.missing === 0
      ? html``
      : html`<p class="muted">${book.times.missing} events are not in this picture: they lie in too many different hours.</p>`;
  return html`<section class="card">${trendChart(found)}${missing}</section>`;
}

function offsetMs(atMs: number): number {
  const [hours = '0', minutes = '0'] = localOffset(atMs).slice(1).split(':');
  const size = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return localOffset(atMs).startsWith('-') ? -size : size;
}

function table(events: readonly KeptEvent[], all: number): Markup {
  if (events.length === 0) return html``;
  const people = [...new Set(events.map((event) => event.user))].sort();
  const sources = [...new Set(events.map((event) => event.source))].sort();
  const priorities = PRIORITIES.filter((priority) => events.some((event) => event.priority === priority));
  const options = (values: readonly string[]): readonly Markup[] => values.map((value) => html`<option>${value}</option>`);
  const hidden = all - events.length;
  const more =
    hidden === 0
      ? html``
      : html`<p class="note">${events.length} events have a row: the worst and newest. ${hidden} more are in the counts only; <code>--format jsonl</code> prints all.</p>`;
  const unscripted = events.length <= STATIC_ROWS ? '' : ` The newest ${STATIC_ROWS} of ${events.length} events are shown.`;
  return html`<section class="card" id="events"><h2>Events</h2>${more}
<noscript><p class="note">Searching and details need script.${unscripted}</p></noscript>
<form id="filters" hidden>
<label class="wide">Search <input type="search" name="query" autocomplete="off" placeholder="person, resource, rule, address, …"></label>
<label>Priority <select name="priority"><option value="">all</option>${options(priorities)}</select></label>
<label>Person <select name="person"><option value="">all</option>${options(people)}</select></label>
<label>Source <select name="source"><option value="">all</option>${options(sources)}</select></label>
<label>Order <select name="order"><option value="newest">newest first</option><option value="oldest">oldest first</option><option value="worst">worst first</option></select></label>
</form>
<p id="shown" role="status" class="muted"></p>
<table class="events"><thead><tr><th>Time</th><th>Priority</th><th>Person</th><th>What</th><th>Resource</th><th>Where</th><th>How</th><th>Rules</th></tr></thead>
<tbody id="rows">${events.slice(0, STATIC_ROWS).map(staticRow)}</tbody></table>
<nav id="pages" aria-label="Pages" hidden><button type="button" id="previous">Previous</button> <span id="page"></span> <button type="button" id="next">Next</button></nav>
</section>`;
}

function staticRow(kept: KeptEvent): Markup {
  const event = keptRow(kept);
  return html`<tr><td data-name="Time">${event.at}</td><td data-name="Priority"><span class="level level-${event.priority}">${event.priority}</span></td><td data-name="Person">${event.user}</td><td data-name="What">${event.what}</td><td data-name="Resource">${event.resource}</td><td data-name="Where">${event.where}</td><td data-name="How">${event.how}</td><td data-name="Rules">${event.rules.map(({ name }) => name).join(', ')}</td></tr>
`;
}

function account({ summary, inputs }: ReportInput): Markup {
  const row = (depth: string, name: string, value: number, words: string): Markup =>
    html`<tr class="${depth}"><th scope="row">${name}</th><td class="number">${value}</td><td class="muted">${words}</td></tr>`;
  const rows = <K extends string>(counts: Readonly<Partial<Record<K, number>>>, words: Readonly<Record<K, string>>): readonly Markup[] =>
    (Object.keys(counts) as K[]).map((key) => row('part', key, counts[key] ?? 0, words[key]));
  const [dropped, failed] = [sum(summary.dropped), sum(summary.failed)];
  return html`<section class="card"><h2>What became of every record</h2>
<div class="scroll"><table class="account"><tbody>
${row('whole', 'inputs', inputs, 'files and streams read')}
${row('whole', 'records', summary.records, '')}
${row('whole', 'with findings', summary.eventsWithFindings, '')}
${row('whole', 'dropped', dropped, 'no finding, and why')}${rows(summary.dropped, DROP_WORDS)}
${row('whole', 'failed', failed, 'could not be read')}${rows(summary.failed, FAILURE_WORDS)}
${row('whole', 'duplicates', summary.duplicates, 'the same event once more')}
</tbody></table></div>
<p class="muted">${summary.records} records = ${summary.eventsWithFindings} with findings + ${dropped} dropped + ${failed} failed + ${summary.duplicates} duplicates</p></section>`;
}
