import { type Command, Option } from 'commander';
import { validateFiles } from '../../core/rules/loader/load-files.ts';
import { problemsOf } from '../../core/rules/loader/problems.ts';
import { DRIFTWIRE_SETTINGS } from '../../core/rules/loader/settings.ts';
import { readRuleFiles } from '../../wire.ts';
import type { CliContext } from '../context.ts';
import { visible } from '../escape.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { VALIDATION_FORMATS, type ValidationFormat, validationText } from '../rules/validation.ts';
import { tellProblems } from '../tell-problems.ts';
import type { Terminal } from '../terminal.ts';

interface ValidateFlags {
  readonly format: ValidationFormat;
}

/** Adds `driftwire rules validate`. */
export function addRulesValidate(rules: Command, context: CliContext): void {
  rules
    .command('validate')
    .description('check rule files and print the result as Falco does; what to change goes to standard error')
    .argument('<file...>', 'rule files (or folders of *.yaml and *.yml), loaded onto each other in this order')
    .addOption(new Option('--format <form>', 'how to print the result').choices(VALIDATION_FORMATS).default('text'))
    .addHelpText('after', '\nExit status: 0 all files are valid; 1 some file is not; 2 wrong usage, or a file cannot be read.')
    .action((paths: readonly string[], { format }: ValidateFlags) => {
      context.end(validate(paths, format, context.terminal));
    });
}

function validate(paths: readonly string[], format: ValidationFormat, { out, err }: Terminal): ExitStatus {
  const { files, unreadable } = readRuleFiles(paths);
  for (const { path, code } of unreadable) err.write(`error: ${visible(path)} cannot be read (${code}): check path and rights\n`);
  if (unreadable.length > 0) return EXIT.usage;
  if (files.length === 0) {
    err.write('error: no rule file there: a folder stands for its *.yaml and *.yml files\n');
    return EXIT.usage;
  }
  const validated = validateFiles(files, DRIFTWIRE_SETTINGS);
  const problems = problemsOf(validated.all).map((problem) => ({ path: '', ...problem }));
  tellProblems(problems, err);
  const { fatal, results } = validated.falco;
  if (fatal !== undefined) {
    err.write(`Error: ${visible(fatal.message)}\n`);
    return EXIT.invalid;
  }
  out.write(validationText(validated, format));
  return results.some(({ errors }) => errors.length > 0) ? EXIT.invalid : EXIT.done;
}
