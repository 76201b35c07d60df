/**
 * `npm run bench`: how fast `scan` reads, against inflating alone and against parsing everything. One run, interleaved rounds, user CPU; only the ratios
 * mean something on another machine. `--check` fails below the goals of speed and above a bound of memory, `--write` writes docs/bench/scan.md.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { boundMemory } from '../../lib/cli/bound-memory.ts';
import { buildCommand } from '../../lib/cli/build.ts';
import { type Files, KINDS, type Kind, writeFiles, writeObject } from './files.ts';
import { peakBytes } from './peak.ts';
import { type Peak, type Result, report, shortfalls } from './report.ts';
import { benchDetector, counted, deciding, inflating, parsing, scanning, type Way } from './ways.ts';

const RAW_BYTES = 200_000_000;
const ROUNDS = 5;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

async function userSeconds(work: () => void | Promise<void>): Promise<number> {
  collectGarbage(); // what one way left behind must not be another's time
  const before = process.cpuUsage();
  await work();
  return process.cpuUsage(before).user / 1e6;
}

/** Median MB/s of each way, in interleaved rounds. */
async function measure(kind: Kind, { names, rawBytes, packedBytes }: Files): Promise<Result> {
  const detector = await benchDetector();
  const ways: Readonly<Record<keyof Result['speed'], Way>> = {
    inflating,
    parsing: parsing(kind),
    scanning: scanning(detector),
    deciding: deciding(detector),
  };
  const seconds: Record<keyof typeof ways, number[]> = { inflating: [], parsing: [], scanning: [], deciding: [] };
  counted.kept = counted.skipped = 0;
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const way of ['inflating', 'parsing', 'scanning', 'deciding'] as const) {
      const time = await userSeconds(() => ways[way](names));
      if (round > 0) seconds[way].push(time);
    }
  }
  if (counted.fields === 0 || counted.findings === 0) throw new Error('nothing was read');
  const speed = (times: number[]): number => rawBytes / 1e6 / (times.sort((a, b) => a - b)[times.length >> 1] ?? 0);
  return {
    kind,
    ratio: rawBytes / packedBytes,
    // Of the records of (d) only those that were skipped are counted.
    keptShare: counted.kept / (counted.kept + counted.skipped / 2),
    speed: {
      inflating: speed(seconds.inflating),
      parsing: speed(seconds.parsing),
      scanning: speed(seconds.scanning),
      deciding: speed(seconds.deciding),
    },
  };
}

/** Peak memory of the command, as it is shipped and as it runs from its sources, reading one object. */
async function peaks(folder: string): Promise<Peak[]> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  await buildCommand(join(folder, 'dist'));
  for (const name of ['rules', 'package.json']) symlinkSync(join(root, name), join(folder, name));
  const config = fileURLToPath(new URL('./driftwire.yaml', import.meta.url));
  const found: Peak[] = [{ what: 'Node alone', bytes: peakBytes(['--eval', '0']), isShipped: false }];
  for (const [what, program, isShipped] of [
    ['as it is shipped', join(folder, 'dist/driftwire.mjs'), true],
    ['from its sources', join(root, 'bin/driftwire.ts'), false],
  ] as const) {
    for (const megabytes of [0, 50, 400]) {
      const name = writeObject(megabytes, folder);
      const bytes = peakBytes([program, 'scan', '--config', config, '--format', 'jsonl', name]);
      const read = megabytes === 0 ? 'an empty file' : `an object of ${megabytes} MB`;
      found.push({ what: `the command ${what}, ${read}`, bytes, megabytes, isShipped });
    }
  }
  return found;
}

// all is measured as the command runs
boundMemory();
const folder = mkdtempSync(join(tmpdir(), 'driftwire-bench-'));
try {
  const results: Result[] = [];
  for (const kind of KINDS) {
    const files = writeFiles(kind, folder, RAW_BYTES);
    results.push(await measure(kind, files));
    for (const name of files.names) rmSync(name);
  }
  const memory = await peaks(folder);
  const text = report(results, memory, `${RAW_BYTES / 1e6} MB of generated files each, median of ${ROUNDS} interleaved rounds`);
  process.stdout.write(text);
  const target = new URL('../../docs/bench/', import.meta.url);
  mkdirSync(target, { recursive: true });
  if (process.argv.includes('--write')) writeFileSync(new URL('scan.md', target), text);
  const missed = shortfalls(results, memory);
  for (const { message } of missed) process.stderr.write(`below the goal: ${message}\n`);
  if (process.argv.includes('--check') && missed.some(({ fails }) => fails)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
