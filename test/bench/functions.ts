/**
 * `npm run bench:functions`: what the functions on AWS load and how long that takes, beside an empty handler in the same stack; one run, in turns, each start in a process
 * of its own. `--check` fails above the goals, `--write` writes docs/bench/functions.md.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleAll, emptyHandler, FED_WITH_RECORDS, folderBytes, readyPart, type StartTimes, startInTurns } from '../support/bundles.ts';

const ROUNDS = 21;
const HOT = ['cloudtrail', 'eks-audit'];
const GOALS = { hotBytes: 200_000, anyBytes: 1_000_000, importRatio: 1.3 };

/** A configuration with every place, so that nothing is left out of what is measured. */
const CONFIG = `
loki: {url: "https://loki.example.com"}
prometheus: {remote_write: {url: "https://prometheus.example.com/api/v1/write"}}
slack: {token: {ssm: /driftwire/slack}, channel: "#drift"}
`;

interface Row {
  readonly name: string;
  readonly readyBytes: number;
  readonly folderBytes: number;
  readonly importMs: number;
  readonly readyMs: number;
}

async function measure(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-bench-'));
  try {
    const bundles = await bundleAll(folder, CONFIG);
    const empty = await emptyHandler(folder);
    const entries = [
      { name: 'an empty handler', file: empty, readyBytes: 0, folderBytes: 0 },
      ...bundles.map((bundle) => ({
        name: bundle.name,
        file: join(bundle.folder, 'handler.mjs'),
        readyBytes: readyPart(bundle).bytes,
        folderBytes: folderBytes(bundle.folder),
      })),
    ];
    const times = await startInTurns(
      entries.map(({ file }) => file),
      ROUNDS,
    );
    return entries.map(({ file, ...sizes }) => {
      const ofFile = times.get(file) ?? [];
      const importMs = median(ofFile, 'importMs');
      return { ...sizes, importMs, readyMs: FED_WITH_RECORDS.has(basename(dirname(file))) ? median(ofFile, 'readyMs') : importMs };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function median(times: readonly StartTimes[], what: keyof StartTimes): number {
  const sorted = times.map((time) => time[what]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function table(rows: readonly Row[]): string {
  const empty = rows[0]?.importMs ?? Number.NaN;
  const kb = (bytes: number): string => (bytes === 0 ? '' : `${Math.round(bytes / 1_000)}`);
  return [
    '| | to be ready, kB | with everything, kB | import, ms | x of empty | first event, ms |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(
      ({ name, readyBytes, folderBytes: all, importMs, readyMs }) =>
        `| ${name} | ${kb(readyBytes)} | ${kb(all)} | ${importMs.toFixed(1)} | ${(importMs / empty).toFixed(2)} | ${readyMs === importMs ? '' : readyMs.toFixed(0)} |`,
    ),
  ].join('\n');
}

function page(rows: readonly Row[]): string {
  return `# What the functions load

${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.split(' ').slice(0, 2).join(' ')}, Node ${process.version}. Made by \`npm run bench:functions -- --write\`: wall time from the beginning of the import in a
process of its own (Node's own start not included), median of ${ROUNDS} rounds in turns. Compare the ratios, not the milliseconds.

${table(rows)}

- *To be ready*: the handler, the work behind it, and what these import at once. *With everything*: the whole folder, with the parts of the SDK and of RE2 that are loaded when
  they are needed, and the settings.
- The handler itself is one file of 4 kB, whose import is what Lambda waits for. It begins to load the work as soon as it has been imported, while Lambda hands over the first event;
  *first event* is when one without records was answered, so it is the sum of both.
- The reading functions (cloudtrail, eks-audit) load no SDK until they have something to send: rules and configuration come as JSON that was checked at synth, without the parser of
  YAML (115 kB), the loader of rules (70 kB), the schema (125 kB) and RE2 (150 kB, loaded when a pattern first meets a value).
- Goals, held by \`test/architecture/function-bundles.test.ts\`: reading functions at most ${GOALS.hotBytes / 1_000} kB to be ready, no function above ${GOALS.anyBytes / 1_000_000} MB with everything, import of the reading
  functions at most ${GOALS.importRatio} times that of an empty handler.

## Requests and writes for a thousand events

Computed from the code, for events that passed the pattern of the rule. *n* is the number of events in a batch, between 1 (a quiet account) and 100.

| | a finding each | no finding |
| --- | ---: | ---: |
| SQS: receive and delete of the events' queue | 2,000 / n | 2,000 / n |
| SQS: send to the findings queue, at most 10 a call | 1,000 / min(n, 10) | |
| SQS: counts of what was dropped, one message a batch once the client is loaded, at most one a minute before | at most 1,000 / n | at most 1,000 / n |
| SQS: receive and delete of the findings queue | 2,000 / min(n, 10) | |
| DynamoDB: one transaction an event (mark, about 5 totals; totals are shared by the events of a batch) | 1,000 transactions of 6 writes, twice the price of plain ones | |
| DynamoDB: counts and results of the sinks, one write a series and batch | about 10,000 / n | about 4,000 / n |
| Loki: pushes, one for each stream and about 1 MB | 1,000 / n | |
| Lambda: invocations | 2,000 / n | 1,000 / n |
`;
}

const rows = await measure();
process.stdout.write(`${table(rows)}\n`);
if (process.argv.includes('--write')) writeFileSync(fileURLToPath(new URL('../../docs/bench/functions.md', import.meta.url)), page(rows));
if (process.argv.includes('--check')) {
  const empty = rows[0]?.importMs ?? 0;
  const failed = rows
    .slice(1)
    .flatMap(({ name, readyBytes, folderBytes: all, importMs }) => [
      ...(all > GOALS.anyBytes ? [`${name}: ${all} bytes`] : []),
      ...(HOT.includes(name) && readyBytes > GOALS.hotBytes ? [`${name}: ${readyBytes} bytes to be ready`] : []),
      ...(HOT.includes(name) && importMs > GOALS.importRatio * empty
        ? [`${name}: import takes ${(importMs / empty).toFixed(2)} times that of an empty handler`]
        : []),
    ]);
  for (const line of failed) process.stderr.write(`${line}\n`);
  if (failed.length > 0) process.exitCode = 1;
}
