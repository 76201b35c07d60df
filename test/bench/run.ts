/**
 * `npm run bench`: how fast `scan` reads, against inflating alone and against parsing everything. One run, interleaved rounds, user CPU; only the ratios
 * mean something on another machine. `--check` fails below the goals, `--write` writes docs/bench/scan.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import type { DropReason } from '../../lib/core/errors.ts';
import type { Receiver } from '../../lib/core/ports.ts';
import { DEFAULT_LIMITS } from '../../lib/sources/limits.ts';
import { readInput } from '../../lib/sources/read-input.ts';
import { auditLines, cloudTrailObject, logMessages, packed } from './generate.ts';
import { benchPrefilter } from './prefilter.ts';

const RAW_BYTES = 200_000_000;
const ROUNDS = 4;
const MAX_RSS_BYTES = 90_000_000;

type Kind = 'cloudtrail' | 'kubernetes' | 'cloudwatch';
interface Goal {
  readonly ofParsing: number;
  readonly ofInflating?: number;
}
const GOALS: Readonly<Record<Kind, Goal>> = {
  cloudtrail: { ofParsing: 2.2, ofInflating: 0.75 },
  kubernetes: { ofParsing: 2.8 },
  cloudwatch: { ofParsing: 1.7 },
};

const MAKERS: Readonly<Record<Kind, (seed: number) => Buffer>> = {
  // CloudTrail objects have 1 to 5 MB.
  cloudtrail: (seed) => cloudTrailObject(seed, 1_000_000 + (seed % 5) * 1_000_000),
  kubernetes: (seed) => Buffer.from(`${auditLines(seed, 4_000_000).join('\n')}\n`),
  cloudwatch: (seed) => logMessages(seed, 3_500_000),
};

interface Files {
  readonly names: readonly string[];
  readonly rawBytes: number;
  readonly packedBytes: number;
}

function generate(kind: Kind, folder: string): Files {
  const names: string[] = [];
  let rawBytes = 0;
  let packedBytes = 0;
  for (let seed = 0; rawBytes < RAW_BYTES; seed++) {
    const raw = MAKERS[kind](seed);
    const gz = packed(raw);
    const name = join(folder, `${kind}-${seed}.gz`);
    writeFileSync(name, gz);
    names.push(name);
    rawBytes += raw.length;
    packedBytes += gz.length;
  }
  return { names, rawBytes, packedBytes };
}

let checksum = 0;

/** The six fields that a decision needs. */
function readFields(record: { readonly [key: string]: unknown }): void {
  for (const key of [
    'eventName',
    'eventSource',
    'readOnly',
    'errorCode',
    'userIdentity',
    'eventTime',
    'verb',
    'stage',
    'user',
    'objectRef',
    'responseStatus',
    'requestURI',
  ])
    if (record[key] !== undefined) checksum++;
}

function parseAll(kind: Kind, text: string): void {
  if (kind === 'cloudtrail') for (const record of JSON.parse(text).Records) readFields(record);
  else
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const value = JSON.parse(line);
      if (kind === 'kubernetes') readFields(value);
      else for (const { message } of value.logEvents) readFields(JSON.parse(message));
    }
}

let kept = 0;
let skipped = 0;
const receiver: Receiver = {
  take: (item) => {
    if (item.kind !== 'record') throw new Error(`a generated record was not read: ${JSON.stringify(item).slice(0, 300)}`);
    kept++;
    readFields(JSON.parse(item.record.text));
  },
  skipped: (_: unknown, __: DropReason) => {
    skipped++;
  },
  prefilter: benchPrefilter(),
};

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

async function userSeconds(work: () => void | Promise<void>): Promise<number> {
  collectGarbage(); // what one way left behind must not be another's time
  const before = process.cpuUsage();
  await work();
  return process.cpuUsage(before).user / 1e6;
}

interface Result {
  readonly kind: Kind;
  readonly ratio: number;
  readonly keptShare: number;
  /** MB/s of inflated text: inflating, inflating and parsing, scanning. */
  readonly inflating: number;
  readonly parsing: number;
  readonly scanning: number;
}

async function measure(kind: Kind, { names, rawBytes, packedBytes }: Files): Promise<Result> {
  const seconds = { inflating: 0, parsing: 0, scanning: 0 };
  kept = 0;
  skipped = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    // The first round warms up.
    if (round === 1) seconds.inflating = seconds.parsing = seconds.scanning = 0;
    seconds.inflating += await userSeconds(() => {
      for (const name of names) checksum += gunzipSync(readFileSync(name)).length;
    });
    seconds.parsing += await userSeconds(() => {
      for (const name of names) parseAll(kind, gunzipSync(readFileSync(name)).toString());
    });
    seconds.scanning += await userSeconds(async () => {
      for (const name of names) await readInput(name, [readFileSync(name)], receiver, DEFAULT_LIMITS);
    });
  }
  // Also keeps the engine from leaving out the field reads.
  if (checksum === 0) throw new Error('no field was read');
  const throughput = (total: number): number => (rawBytes * ROUNDS) / 1e6 / total;
  return {
    kind,
    ratio: rawBytes / packedBytes,
    keptShare: kept / (kept + skipped),
    inflating: throughput(seconds.inflating),
    parsing: throughput(seconds.parsing),
    scanning: throughput(seconds.scanning),
  };
}

/** Peak resident memory of reading one file of about so many bytes in a process of its own; bundled as it is shipped, because type stripping alone takes 28 MB. */
function peakOf(megabytes: number, folder: string): number {
  const name = join(folder, `one-${megabytes}.json.gz`);
  const part = cloudTrailObject(1, 10_000_000).toString().slice('{"Records":['.length, -']}'.length);
  writeFileSync(name, packed(Buffer.from(`{"Records":[${Array.from({ length: megabytes / 10 }, () => part).join(',')}]}`)));
  const program = join(folder, 'peak.mjs');
  buildSync({
    entryPoints: [fileURLToPath(new URL('./peak.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  });
  const child = spawnSync(process.execPath, [program, name], { encoding: 'utf8' });
  const peak = Number(child.stdout.trim());
  if (child.status !== 0 || !(peak > 0)) throw new Error(`the memory of a child was not measured: ${child.stderr}`);
  return peak;
}

function judge({ kind, inflating, parsing, scanning }: Result): string[] {
  const { ofParsing, ofInflating } = GOALS[kind];
  const misses: string[] = [];
  if (scanning / parsing < ofParsing) misses.push(`${kind}: ${(scanning / parsing).toFixed(2)} x of parsing, the goal is ${ofParsing}`);
  if (ofInflating !== undefined && scanning / inflating < ofInflating)
    misses.push(`${kind}: ${((scanning / inflating) * 100).toFixed(0)} % of inflating, the goal is ${ofInflating * 100} %`);
  return misses;
}

function report(results: readonly Result[], peaks: readonly (readonly [number, number])[]): string {
  const row = (r: Result): string =>
    `| ${r.kind} | ${r.ratio.toFixed(1)} | ${(r.keptShare * 100).toFixed(1)} % | ${r.inflating.toFixed(0)} | ${r.parsing.toFixed(0)} | ${r.scanning.toFixed(0)} | ${(r.scanning / r.parsing).toFixed(2)} | ${((r.scanning / r.inflating) * 100).toFixed(0)} % |`;
  return [
    '# How fast `scan` reads',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}. Made by \`npm run bench -- --write\`; user CPU, MB = 10^6 bytes of inflated text,`,
    `${RAW_BYTES / 1e6} MB of generated files each, ${ROUNDS} interleaved rounds. Compare the ratios, not the MB/s. The records that are left are handed over and parsed;`,
    'what the rules do with them is not in (c).',
    '',
    '| input | gzip ratio | kept | (a) gunzip | (b) gunzip, parse all | (c) scan | c / b | c / a |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...results.map(row),
    '',
    '| one CloudTrail object | peak memory |',
    '| --- | ---: |',
    ...peaks.map(([megabytes, bytes]) => `| ${megabytes} MB | ${(bytes / 1e6).toFixed(0)} MB |`),
    '',
  ].join('\n');
}

const folder = mkdtempSync(join(tmpdir(), 'driftwire-bench-'));
try {
  const results: Result[] = [];
  for (const kind of ['cloudtrail', 'kubernetes', 'cloudwatch'] as const) {
    results.push(await measure(kind, generate(kind, folder)));
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
  }
  const peaks = [50, 400].map((megabytes) => [megabytes, peakOf(megabytes, folder)] as const);
  const text = report(results, peaks);
  process.stdout.write(text);
  const target = new URL('../../docs/bench/', import.meta.url);
  mkdirSync(target, { recursive: true });
  if (process.argv.includes('--write')) writeFileSync(new URL('scan.md', target), text);
  const misses = results.flatMap(judge);
  for (const [megabytes, bytes] of peaks)
    if (bytes > MAX_RSS_BYTES)
      misses.push(`${megabytes} MB in one object: ${(bytes / 1e6).toFixed(0)} MB of memory, the goal is ${MAX_RSS_BYTES / 1e6}`);
  for (const miss of misses) process.stderr.write(`below the goal: ${miss}\n`);
  if (process.argv.includes('--check') && misses.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
