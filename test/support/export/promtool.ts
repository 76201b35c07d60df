import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { GeneratedFile } from '../../../lib/export/generated-file.ts';

/** Where Debian's package `prometheus` puts promtool. */
export const PROMTOOL = '/usr/bin/promtool';

/** Writes generated files below a folder. */
export function writeFiles(folder: string, files: readonly GeneratedFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const execute = promisify(execFile);

/** Runs a checker; its exit status and all that it prints. */
export async function run(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly status: number; readonly output: string }> {
  try {
    const { stdout, stderr } = await execute(program, args, { cwd, maxBuffer: 64 << 20 });
    return { status: 0, output: `${stdout}${stderr}` };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number | string; stdout: string; stderr: string };
    return { status: typeof code === 'number' ? code : -1, output: `${stdout}${stderr}` };
  }
}
