import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { makePaint } from '../paint.ts';
import { findTests } from '../rules/testing/find-tests.ts';
import { type FileResult, runTestFile } from '../rules/testing/run-file.ts';
import { lacksOf, testReport, testReportJson } from '../rules/testing/test-report.ts';
import { tellProblems } from '../tell-problems.ts';
import { COLOR_CHOICES, type ColorChoice, type Terminal, wantsColor } from '../terminal.ts';

interface TestFlags {
  readonly format: 'text' | 'json';
  readonly complete: boolean;
  readonly verbose: boolean;
  readonly color: ColorChoice;
}

/** Adds `driftwire rules test`. */
export function addRulesTest(rules: Command, context: CliContext): void {
  rules
    .command('test')
    .description('run the test cases of rules: an event in, the rules that must fire out')
    .argument('[FILE...]', 'test files (NAME.test.yaml), rule files with tests beside them, or folders; default: the folder rules')
    .option('--complete', 'fail if a rule under test lacks a positive, a negative or a failed-call case', false)
    .option('--verbose', 'also list the cases that are as expected', false)
    .addOption(new Option('--format <form>', 'how to print the outcome').choices(['text', 'json']).default('text'))
    .addOption(new Option('--color <when>', 'colour the text').choices(COLOR_CHOICES).default('auto'))
    .addHelpText('after', '\nExit status: 0 all cases are as expected; 1 some are not; 2 a test file, rule file or configuration is wrong.')
    .action(async (paths: readonly string[], flags: TestFlags) => {
      context.end(await test(paths, flags, context.terminal));
    });
}

type Ran = Extract<FileResult, { ok: true }>;

async function test(paths: readonly string[], flags: TestFlags, terminal: Terminal): Promise<ExitStatus> {
  const ran: Ran[] = [];
  let isBroken = false;
  for (const file of findTests(paths)) {
    const result = await runTestFile(file);
    if (result.ok) ran.push(result);
    else {
      isBroken = true;
      tellProblems(result.problems, terminal.err);
    }
  }
  // A broken file says nothing about rules, so no count is printed that could be taken for an answer.
  if (isBroken) return EXIT.usage;
  const lacks = flags.complete ? lacksOf([...new Set(ran.flatMap(({ rules }) => rules.map(({ name }) => name)))], ran) : [];
  const look = { columns: terminal.columns, paint: makePaint(wantsColor(flags.color, terminal)) };
  const lines = flags.format === 'json' ? [testReportJson(ran, lacks)] : testReport(ran, lacks, flags.verbose, look);
  for (const line of lines) terminal.out.write(`${line}\n`);
  return lacks.length > 0 || ran.some(({ cases }) => cases.some(({ passed }) => !passed)) ? EXIT.failOn : EXIT.done;
}
