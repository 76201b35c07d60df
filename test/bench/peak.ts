/** Reads one file as `scan` does and prints the peak resident memory of the process in bytes. */
import { createReadStream } from 'node:fs';
import { DEFAULT_LIMITS } from '../../lib/sources/limits.ts';
import { readInput } from '../../lib/sources/read-input.ts';
import { benchPrefilter } from './prefilter.ts';

const [, , name = ''] = process.argv;
let items = 0;
const count = (): void => {
  items++;
};
await readInput(name, createReadStream(name), { take: count, skipped: count, prefilter: benchPrefilter() }, DEFAULT_LIMITS);
if (items < 1_000) throw new Error(`only ${items} records were read`);
process.stdout.write(`${process.resourceUsage().maxRSS * 1024}\n`);
