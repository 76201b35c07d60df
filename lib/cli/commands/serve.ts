import { type Command, Option } from 'commander';
import manifest from '../../../package.json' with { type: 'json' };
import { DriftwireError } from '../../core/errors.ts';
import type { Serving } from '../../serve/serve.ts';
import { type CliContext, UsageError } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { openOptions, type PolicyFlags, withPolicyOptions } from '../policy-options.ts';
import { tellProblems } from '../tell-problems.ts';
import type { Terminal } from '../terminal.ts';

interface ServeFlags extends PolicyFlags {
  readonly logFormat: 'auto' | 'json' | 'text';
}

/** Adds `driftwire serve`. */
export function addServe(program: Command, context: CliContext): void {
  withPolicyOptions(program.command('serve'))
    .description('run the whole system on this machine: follow logs, take posts, deliver findings, show metrics')
    .addOption(new Option('--log-format <form>', 'auto: text on a terminal, else JSON').choices(['auto', 'json', 'text']).default('auto'))
    .action(async (flags: ServeFlags) => {
      context.end(await run(flags, context.terminal));
    });
}

async function run(flags: ServeFlags, { err, errIsTty }: Terminal): Promise<ExitStatus> {
  const logFormat = flags.logFormat === 'auto' ? (errIsTty ? 'text' : 'json') : flags.logFormat;
  const writeLog = (line: string): void => {
    err.write(`${line}\n`);
    err.flush();
  };
  // loaded here, because the sinks' libraries take longer to load than a small scan lasts
  const { openServe } = await import('../../serve/open-serve.ts');
  try {
    const opened = await openServe(openOptions(flags), { version: manifest.version, logFormat, writeLog });
    if (!opened.ok) {
      tellProblems(opened.problems, err);
      return EXIT.usage;
    }
    tellProblems(opened.warnings, err);
    opened.log('info', 'listening', { address: opened.serving.address });
    await untilSignal(opened.serving);
    opened.log('info', 'ended');
    return EXIT.done;
  } catch (cause) {
    if (cause instanceof DriftwireError && cause.code !== 'DW_INTERNAL') throw new UsageError(cause.message, { cause });
    throw cause;
  }
}

/** Ends in order on the first SIGTERM or Ctrl-C, and at once on the second. */
function untilSignal(serving: Serving): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      process.once('SIGINT', () => process.exit(EXIT.interrupted));
      serving.stop().then(resolve, reject);
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
}
