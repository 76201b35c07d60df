import type { Command } from 'commander';
import manifest from '../../../package.json' with { type: 'json' };
import { DEFAULT_CONFIG_FILE, loadConfigFile } from '../../config/load-file.ts';
import type { Config } from '../../config/schema.ts';
import { openScan } from '../../wire.ts';
import type { CliContext } from '../context.ts';
import { visible } from '../escape.ts';
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

async function check(flags: CheckFlags, terminal: Terminal): Promise<ExitStatus> {
  const { out } = terminal;
  const loaded = loadConfigFile(flags.config);
  const opened = await openScan({ ...openOptions(flags), config: loaded });
  if (!opened.ok) {
    tellProblems(opened.problems, out);
    return EXIT.usage;
  }
  tellProblems(opened.warnings, out);
  const enabled = opened.engine.rules.filter((rule) => rule.enabled).length;
  out.write(`no errors; ${count(enabled, 'rule')} enabled, ${count(opened.config.pipelines.length, 'pipeline')} declared\n`);
  if (flags.offline || !hasSinks(opened.config)) return EXIT.done;
  // loaded here, because the sinks' libraries take longer to load than a check without them
  const { checkSinks } = await import('../../serve/check-sinks.ts');
  const checked = await checkSinks(opened.config, {
    file: flags.config ?? DEFAULT_CONFIG_FILE,
    placeOf: loaded.placeOf,
    version: manifest.version,
  });
  if (!checked.ok) {
    tellProblems(checked.problems, out);
    return EXIT.usage;
  }
  for (const { sink, check: result } of checked.sinks) {
    out.write(
      `${visible(result.ok ? `${sink}: ok${result.note === undefined ? '' : ` (${result.note})`}` : `${sink}: ${result.reason}: ${result.message}`)}\n`,
    );
  }
  return checked.sinks.every(({ check: { ok } }) => ok) ? EXIT.done : EXIT.sink;
}

function hasSinks({ loki, prometheus, slack, receivers }: Config): boolean {
  return loki !== undefined || prometheus !== undefined || slack !== undefined || receivers.length > 0;
}
