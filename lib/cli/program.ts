import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { CliContext } from './context.ts';

type AddCommand = (program: Command, context: CliContext) => void;

/** The commands in the order of the help. */
const COMMANDS: ReadonlyMap<string, () => Promise<AddCommand>> = new Map([
  ['scan', async (): Promise<AddCommand> => (await import('./commands/scan.ts')).addScan],
  ['serve', async () => (await import('./commands/serve.ts')).addServe],
  ['explain', async () => (await import('./commands/explain.ts')).addExplain],
  ['check', async () => (await import('./commands/check.ts')).addCheck],
  ['rules', async () => (await import('./commands/rules.ts')).addRules],
  ['tune', async () => (await import('./commands/tune.ts')).addTune],
  ['export', async () => (await import('./commands/export.ts')).addExport],
  ['simulate', async () => (await import('./commands/simulate.ts')).addSimulate],
]);

/**
 * The command line with the command that is asked for, or with all of them when it is none of them: what the others load would only
 * take memory.
 *
 * @param argv - Arguments after the program's name.
 */
export async function makeProgram(argv: readonly string[], context: CliContext): Promise<Command> {
  const named = COMMANDS.get(argv[0] ?? '');
  const commands = await Promise.all((named === undefined ? [...COMMANDS.values()] : [named]).map((load) => load()));
  const { terminal } = context;
  const program = new Command('driftwire')
    .description('Tells who changed AWS and Kubernetes by hand, from their audit logs.')
    .version(manifest.version)
    .showHelpAfterError('(--help shows what there is)')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
      getOutHasColors: () => terminal.outIsTty && !terminal.noColor,
      getErrHasColors: () => terminal.errIsTty && !terminal.noColor,
    })
    .addHelpText(
      'after',
      `
Exit status: 0 done; 1 --fail-on was reached; 2 wrong usage, configuration or rule file;
3 some input could not be read (all else was still reported);
4 a sink could not be reached or did not take everything.`,
    );
  for (const add of commands) add(program, context);
  return program;
}
