import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Prints the most memory that the process had, in kB, when it ends. resourceUsage().maxRSS would be at least that of the process that started this one:
 * Linux keeps it across exec.
 */
const PRINT_PEAK = `import { readFileSync } from 'node:fs';
process.on('exit', () => process.stderr.write('peak ' + /^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1] + '\\n'));`;

/** Peak resident memory, in bytes, of a Node process with these arguments; its output is thrown away. */
export function peakBytes(args: readonly string[]): number {
  const preload = `data:text/javascript,${encodeURIComponent(PRINT_PEAK)}`;
  const child = spawnSync(process.execPath, ['--import', preload, ...args], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  const peak = Number(/^peak (\d+)$/m.exec(child.stderr)?.[1]);
  if (child.status !== 0 || !(peak > 0)) throw new Error(`the memory of ${join(...args.slice(0, 1))} was not measured: ${child.stderr}`);
  return peak * 1024;
}
