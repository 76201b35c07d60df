import { CommanderError } from 'commander';
import type { CliContext } from './context.ts';
import { UsageError } from './context.ts';
import { visible } from './escape.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { OutputFailed, ReaderGone } from './output.ts';
import { makeProgram } from './program.ts';
import { spreadRuleFiles } from './scan/scan-options.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/**
 * Runs the command line and says how it ended. It never throws: what goes wrong is told on standard error.
 *
 * @param argv - Arguments after the program's name.
 */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.done;
  const context: CliContext = {
    terminal,
    end: (ending) => {
      status = ending;
    },
  };
  try {
    const program = await makeProgram(argv, context);
    await program.parseAsync(spreadRuleFiles(argv), { from: 'user' });
  } catch (error) {
    status = statusOf(error, terminal);
  }
  // help is on its way out too when its "error" arrives
  for (const output of [terminal.out, terminal.err]) {
    try {
      output.flush();
    } catch (error) {
      status = statusOf(error, terminal);
    }
  }
  return status;
}

function statusOf(error: unknown, { err }: Terminal): ExitStatus {
  if (error instanceof ReaderGone) return EXIT.done; // `| head` has seen enough, or nobody is left to tell
  // commander has written its message already; help and version come this way too
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof UsageError) {
    err.write(`error: ${visible(error.message)}\n`);
    return EXIT.usage;
  }
  if (error instanceof OutputFailed) {
    err.write(`error: ${visible(error.message)}\n`);
    return EXIT.output;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  err.write(`internal error, please report it:\n${text.split('\n').map(visible).join('\n')}\n`);
  return EXIT.internal;
}
