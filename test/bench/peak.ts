/** Reads one file as `scan` does and prints the peak resident memory of the process in bytes. */
import { createReadStream, readFileSync } from 'node:fs';
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
// resourceUsage().maxRSS would be at least that of the process that started this one: Linux keeps it across exec.
const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
process.stdout.write(`${Number(peak) * 1024}\n`);
