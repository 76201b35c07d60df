import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addCheck } from './commands/check.ts';
import { addExplain } from './commands/explain.ts';
import { addExport } from './commands/export.ts';
import { addRules } from './commands/rules.ts';
import { addScan } from './commands/scan.ts';
import { addServe } from './commands/serve.ts';
import { addSimulate } from './commands/simulate.ts';
import { addTune } from './commands/tune.ts';
import type { CliContext } from './context.ts';

/** The command line with all its commands. */
export function makeProgram(context: CliContext): Command {
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
  addScan(program, context);
  addServe(program, context);
  addExplain(program, context);
  addCheck(program, context);
  addRules(program, context);
  addTune(program, context);
  addExport(program, context);
  addSimulate(program);
  return program;
}
