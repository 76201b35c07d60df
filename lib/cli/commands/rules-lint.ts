import { type Command, Option } from 'commander';
import { didYouMean } from '../../config/did-you-mean.ts';
import { CHECKS } from '../../core/rules/lint/checks.ts';
import { lint } from '../../core/rules/lint/lint.ts';
import { openScan } from '../../wire.ts';
import { type CliContext, UsageError } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { makePaint } from '../paint.ts';
import { lintJson, lintReport } from '../rules/lint/lint-report.ts';
import { tellProblems } from '../tell-problems.ts';
import { COLOR_CHOICES, type ColorChoice, type Terminal, wantsColor } from '../terminal.ts';

interface LintFlags {
  readonly config?: string;
  readonly builtinRules: boolean;
  readonly format: 'text' | 'json';
  readonly strict: boolean;
  readonly skip: readonly string[];
  readonly color: ColorChoice;
}

/** Adds `driftwire rules lint`. */
export function addRulesLint(rules: Command, context: CliContext): void {
  rules
    .command('lint')
    .description('find what loads but cannot mean what was meant: values that never occur, names that are no list, rules that never fire')
    .argument('[FILE...]', 'rule files, loaded after the built-in ones and those of the configuration; default: all that is loaded')
    .option('--config <file>', 'configuration (default: driftwire.yaml in the current folder, if it is there)')
    .option('--no-builtin-rules', 'load only the rule files given')
    .option('--strict', 'exit with 1 for notes too', false)
    .option(
      '--skip <check>',
      'leave a check out, by its id (repeatable)',
      (id: string, before: readonly string[]) => [...before, known(id)],
      [],
    )
    .addOption(new Option('--format <form>', 'how to print the findings').choices(['text', 'json']).default('text'))
    .addOption(new Option('--color <when>', 'colour the text').choices(COLOR_CHOICES).default('auto'))
    .addHelpText(
      'after',
      '\nExit status: 0 nothing found; 1 a warning (with --strict: or a note); 2 a file does not load.\nAll checks: docs/rules/lint.md',
    )
    .action(async (files: readonly string[], flags: LintFlags) => {
      context.end(await lintFiles(files, flags, context.terminal));
    });
}

/** The id of a check, if it is one. */
function known(id: string): string {
  const ids = CHECKS.map((check) => check.id);
  if (ids.includes(id)) return id;
  const near = didYouMean(id, ids);
  throw new UsageError(
    `--skip: no check ${JSON.stringify(id)}${near === undefined ? '' : `, did you mean ${near}?`} (docs/rules/lint.md has all)`,
  );
}

async function lintFiles(files: readonly string[], flags: LintFlags, terminal: Terminal): Promise<ExitStatus> {
  const { config, builtinRules } = flags;
  const opened = await openScan({ ...(config === undefined ? {} : { configPath: config }), ruleFiles: files, builtinRules });
  if (!opened.ok) {
    tellProblems(opened.problems, terminal.err);
    return EXIT.usage;
  }
  const { model, ruleTexts } = opened;
  if (ruleTexts.length === 0) throw new UsageError('no rule file is loaded: name one, or leave --no-builtin-rules out');
  const wanted = new Set(files.length === 0 ? ruleTexts.map(({ name }) => name) : files);
  const found = lint(model, { files: ruleTexts, wanted, ruleMatching: opened.config.rules.rule_matching });
  const findings = found.filter(({ id }) => !flags.skip.includes(id));
  const looked = model.rules.filter(({ place }) => wanted.has(place.file)).length;
  const look = { columns: terminal.columns, paint: makePaint(wantsColor(flags.color, terminal)) };
  const lines = flags.format === 'json' ? [lintJson(findings)] : lintReport(findings, looked, look);
  for (const line of lines) terminal.out.write(`${line}\n`);
  return findings.some(({ level }) => flags.strict || level === 'warning') ? EXIT.failOn : EXIT.done;
}
