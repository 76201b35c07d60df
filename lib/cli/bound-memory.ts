import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 trade some speed for memory, because a log is read by anybody anywhere; what the two settings save and cost is measured by
 * `npm run bench` (docs/bench/scan.md). V8 looks at both flags again and again, so they may be set while the program runs, before most of it is loaded;
 * `--max-semi-space-size` may not.
 *
 * The part of the heap in which V8 puts new objects keeps the 1 MiB it begins with. What a command reads lives for one record; left alone, V8
 * grows that part to 128 MB because so much goes through it.
 *
 * The compiler in the middle, Maglev, is left out: it works in threads of its own, which keep what they have taken from the system.
 *
 * @see https://github.com/v8/v8/blob/main/src/flags/flag-definitions.h (`semi_space_growth_factor`, `maglev`)
 */
export function boundMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-maglev');
}
