import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildCommand } from '../../lib/cli/build.ts';
import manifest from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'driftwire-package-'));

beforeAll(async () => {
  await buildCommand(join(folder, 'dist'));
  for (const name of ['rules', 'samples', 'package.json']) symlinkSync(join(root, name), join(folder, name));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, args: readonly string[]): string {
  return execFileSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64_000_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('the bundled command finds in the sample what the sources find', { timeout: 60_000 }, () => {
  const bundled = run(join(folder, manifest.bin.driftwire), ['scan', '--format', 'jsonl', '--report', join(folder, 'report.html')]);
  expect(bundled.split('\n').length).toBeGreaterThan(50);
  expect(bundled).toBe(run(join(root, 'bin/driftwire.ts'), ['scan', '--format', 'jsonl']));
});
