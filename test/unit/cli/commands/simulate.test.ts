import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { addSimulate } from '../../../../lib/cli/commands/simulate.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftwire-simulate-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command; what it prints, or why it refused. */
function run(...args: readonly string[]): string {
  let printed = '';
  const output = {
    writeOut: (text: string) => {
      printed += text;
    },
    writeErr: () => undefined,
  };
  const program = new Command().exitOverride().configureOutput(output);
  addSimulate(program);
  program.commands[0]?.exitOverride().configureOutput({ writeErr: () => undefined });
  try {
    program.parse(['simulate', ...args], { from: 'user' });
  } catch (error) {
    return String(error);
  }
  return printed;
}

describe('driftwire simulate', () => {
  it('writes logs, truth and configuration, and says how much', () => {
    const out = join(folder, 'one');
    expect(run('--out', out, '--hours', '2', '--seed', 'x', '--start', '2026-11-20T09:00:00Z')).toMatch(
      /^\d+ events \(\d+\.\d MB\) in \d+ files below .*\/logs, \d+ of them expected to be found\n$/,
    );
    expect(readdirSync(out).sort()).toEqual(['driftwire.yaml', 'logs', 'truth.jsonl']);
  });

  it('writes one form alone', () => {
    const out = join(folder, 'two');
    run('--out', out, '--hours', '1', '--format', 'audit');
    expect(readdirSync(join(out, 'logs'))).toEqual(['kubernetes']);
  });

  it.each([
    [['--hours', '0'], 'write a number above 0'],
    [['--scale', 'much'], 'write a number above 0'],
    [['--start', 'yesterday'], 'write a UTC time such as 2026-11-20'],
    [['--start', '2026-13-01'], 'write a UTC time such as 2026-11-20'],
    [['--format', 'csv'], 'Allowed choices are mixed, s3, eventbridge, audit, subscription'],
  ])('refuses %s with what is allowed', (args, message) => {
    expect(run('--out', join(folder, 'three'), ...args)).toContain(message);
  });
});
