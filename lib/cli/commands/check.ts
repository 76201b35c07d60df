import type { Command } from 'commander';
import type { Config } from '../../config/schema.ts';
import { openScan } from '../../wire.ts';
import type { CliContext } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { openOptions, type PolicyFlags, withPolicyOptions } from '../policy-options.ts';
import { count } from '../table/table.ts';
import { tellProblems } from '../tell-problems.ts';
import type { Terminal } from '../terminal.ts';

interface CheckFlags extends PolicyFlags {
  readonly offline: boolean;
}

/** Adds `driftwire check`. */
export function addCheck(program: Command, context: CliContext): void {
  withPolicyOptions(program.command('check'))
    .description('validate configuration and rules; all problems are listed, nothing is read or delivered')
    .option('--offline', 'test no connection', false)
    .action(async (flags: CheckFlags) => {
      context.end(await check(flags, context.terminal));
    });
}

async function check(flags: CheckFlags, { out, err }: Terminal): Promise<ExitStatus> {
  const opened = await openScan(openOptions(flags));
  if (!opened.ok) {
    tellProblems(opened.problems, out);
    return EXIT.usage;
  }
  tellProblems(opened.warnings, out);
  const enabled = opened.engine.rules.filter((rule) => rule.enabled).length;
  out.write(`no errors; ${count(enabled, 'rule')} enabled, ${count(opened.config.pipelines.length, 'pipeline')} declared\n`);
  const named = flags.offline ? [] : sinksOf(opened.config);
  if (named.length > 0)
    err.write(`not tested: this version has no connection to ${named.join(', ')} yet; --offline leaves this line out\n`);
  return EXIT.done;
}

function sinksOf(config: Config): readonly string[] {
  const single = (['loki', 'prometheus', 'slack'] as const).filter((name) => config[name] !== undefined);
  return [...single, ...config.receivers.map(({ type }) => type)];
}
