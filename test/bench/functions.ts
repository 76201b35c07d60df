/**
 * `npm run bench:functions`: what the functions on AWS load and how long that takes, beside an empty handler in the same stack; one run, in turns, each start in a process
 * of its own. `--check` fails above the goals, `--write` writes docs/bench/functions.md and functions.json, `--counts` of these only what is counted.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleAll, emptyHandler, FED_WITH_RECORDS, folderBytes, readyPart, type StartTimes, startInTurns } from '../support/bundles.ts';
import { MOTO_SERVER } from '../support/moto.ts';
import { countDocuments, type DocumentUnits } from './function-documents.ts';
import { countRequests, type FunctionRequests } from './function-requests.ts';

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
      const importMs = best(ofFile, 'importMs');
      return { ...sizes, importMs, readyMs: FED_WITH_RECORDS.has(basename(dirname(file))) ? best(ofFile, 'readyMs') : importMs };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a start takes when nothing else is in its way. */
function best(times: readonly StartTimes[], what: keyof StartTimes): number {
  return Math.min(...times.map((time) => time[what]));
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

function requestTable(requests: readonly FunctionRequests[]): string {
  return [
    '| events in a batch | invocations | SQS sends | DynamoDB transactions | items written | write units | read units | processor, ms an invocation: cloudtrail | deliver |',
    '| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...requests.map(
      ({ batch, invocations, sends, transactions, items, writeUnits, readUnits, cpuMs }) =>
        `| ${batch} | ${invocations} | ${sends} | ${transactions} | ${items} | ${writeUnits} | ${readUnits} | ${cpuMs.reading.toFixed(1)} | ${cpuMs.delivering.toFixed(1)} |`,
    ),
  ].join('\n');
}

/** What `docs/deploy/cost.md` is computed with. */
function measured(requests: readonly FunctionRequests[], documents: DocumentUnits): string {
  return `${JSON.stringify({ measured: new Date().toISOString().slice(0, 10), requests, ...documents }, undefined, 2)}\n`;
}

function page(rows: readonly Row[]): string {
  return `# What the functions load

${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.split(' ').slice(0, 2).join(' ')}, Node ${process.version}. Made by \`npm run bench:functions -- --write\`: wall time from the beginning of the import in a
process of its own (Node's own start not included), the best of ${ROUNDS} rounds in turns. Compare the ratios, not the milliseconds.

${table(rows)}

- *To be ready*: the handler, the work behind it, and what these import at once. *With everything*: the whole folder, with the parts of the SDK and of RE2 that are loaded when
  they are needed, and the settings.
- The handler itself is one file of 4 kB, whose import is what Lambda waits for. It begins to load the work as soon as it has been imported, while Lambda hands over the first event;
  *first event* is when one without records was answered, so it is the sum of both.
- The reading functions (cloudtrail, eks-audit) load no SDK until they have something to send: rules and configuration come as JSON that was checked at synth, without the parser of
  YAML (115 kB), the loader of rules (70 kB), the schema (125 kB) and RE2 (150 kB, loaded when a pattern first meets a value).
- Goals, held by \`test/architecture/function-bundles.test.ts\`: reading functions at most ${GOALS.hotBytes / 1_000} kB to be ready, no function above ${GOALS.anyBytes / 1_000_000} MB with everything, import of the reading
  functions at most ${GOALS.importRatio} times that of an empty handler.

`;
}

const COUNTS = '## Requests and writes for a thousand events';

function countsPage(requests: readonly FunctionRequests[], { flush, told }: DocumentUnits): string {
  return `${COUNTS}

Counted (\`test/bench/function-requests.ts\`): two hundred changes by ten people, each in a message of its own, in batches of one (a quiet account), ten and a hundred, through the functions
\`cloudtrail\` and \`deliver\` to Loki, the ledger (over the emulator) and the alerts queue; told for a thousand. Receiving and deleting, which Lambda does, is two requests a batch and queue beside that.

${requestTable(requests)}

An event that is no finding costs its share of the batch that it comes in, and at most one message of counts a batch: what was dropped is told at once when the SDK is loaded anyway, and
once a minute when it is not. A write in a transaction is billed twice; units are counted as DynamoDB bills them (\`test/bench/counting-dynamo.ts\`).

A finding that is told in Slack takes ${told[1].writeUnits.toFixed(1)} write units and ${told[1].readUnits.toFixed(1)} read units when it comes alone, ${told[10].writeUnits.toFixed(1)} and ${told[10].readUnits.toFixed(1)} when ten come at once. A flush of the totals of a
hundred changes by ten people takes ${flush.writeUnits.toFixed(1)} write units and ${flush.readUnits.toFixed(1)} read units (\`test/bench/function-documents.ts\`). [What it costs](../deploy/cost.md) is computed with these numbers, from \`functions.json\`.
`;
}

/** Counts alone, without the time that starts take: what the bill is computed with. */
async function count(): Promise<{ readonly requests: readonly FunctionRequests[]; readonly documents: DocumentUnits }> {
  if (MOTO_SERVER === undefined) throw new Error('counting needs the emulator of AWS: install moto_server');
  const requests = await countRequests(MOTO_SERVER, [1, 10, 100]);
  return { requests, documents: await countDocuments(MOTO_SERVER) };
}

const write = (name: string, text: string) => writeFileSync(fileURLToPath(new URL(`../../docs/bench/${name}`, import.meta.url)), text);

const FILE = new URL('../../docs/bench/functions.md', import.meta.url);
const [isWritten, isCounted] = ['--write', '--counts'].map((option) => process.argv.includes(option));
const rows = isCounted ? [] : await measure();
if (!isCounted) process.stdout.write(`${table(rows)}\n`);
if (isWritten || isCounted) {
  const { requests, documents } = await count();
  const times = isCounted ? readFileSync(FILE, 'utf8').split(COUNTS)[0] : page(rows);
  write('functions.json', measured(requests, documents));
  write('functions.md', `${times}${countsPage(requests, documents)}`);
}
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
