import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type OpenedScan, openScan } from '../../wire.ts';
import { packageFolder } from '../assets.ts';
import type { CliContext } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { makePaint } from '../paint.ts';
import { type OriginFlags, openOptions, type PolicyFlags, withOriginOption, withPolicyOptions } from '../policy-options.ts';
import { Failures, RuleFailures } from '../scan/failures.ts';
import { onInterrupt } from '../scan/interrupt.ts';
import { Progress } from '../scan/progress.ts';
import { parseWindow } from '../scan/scan-options.ts';
import { tellProblems } from '../tell-problems.ts';
import { COLOR_CHOICES, type ColorChoice, type Terminal, wantsColor } from '../terminal.ts';
import { asksStore, dayRange, readStore, type StoreFlags, storePlace } from '../tune/from-store.ts';
import { type GatherPlan, gather } from '../tune/gather.ts';
import { tuneJson } from '../tune/tune-json.ts';
import { tuneTable } from '../tune/tune-table.ts';
import { tuneYaml } from '../tune/tune-yaml.ts';
import { type Counted, type Tuning, tuningOf } from '../tune/tuning.ts';

const FORMATS = ['table', 'json', 'yaml'] as const;

interface TuneFlags extends PolicyFlags, OriginFlags, StoreFlags {
  readonly format: (typeof FORMATS)[number];
  readonly top: number;
  readonly since?: string;
  readonly until?: string;
  readonly color: ColorChoice;
}

/** Adds `driftwire tune`. */
export function addTune(program: Command, context: CliContext): void {
  withOriginOption(withPolicyOptions(program.command('tune')))
    .description('which rule, principal and action make the most findings, and the exception to paste for each')
    .argument(
      '[PATH...]',
      "files, folders or - for standard input: audit logs, or Falco's JSON events between lines of text; without any, the bundled sample",
    )
    .option('--store', 'rank what serve and scan --push have counted in the last 30 days (in serve.state_dir) instead of a log')
    .option('--table <name>', "rank what a deployment on AWS has counted: the stack's output Table; needs dynamodb:Query")
    .option('--region <name>', 'the region of the table, if the environment does not name it')
    .addOption(
      new Option('--format <form>', 'how to print it; yaml is a rule file with all the exceptions').choices(FORMATS).default('table'),
    )
    .option('--top <n>', 'how many groups to show in the table', wholeNumber, 10)
    .option('--since <time>', 'leave out what happened before: a time, a date or a span such as 24h')
    .option('--until <time>', 'leave out what happened from then on')
    .addOption(new Option('--color <when>', 'colour the table').choices(COLOR_CHOICES).default('auto'))
    .action(async (paths: readonly string[], flags: TuneFlags) => {
      const samples = join(packageFolder(), 'samples');
      if (paths.length > 0 || asksStore(flags, paths)) context.end(await tune(paths, flags, context.terminal));
      else {
        context.terminal.err.write('no PATH given: this is the bundled sample, a made-up day of an organisation\n');
        context.end(await tune([join(samples, 'logs')], { config: join(samples, 'driftwire.yaml'), ...flags }, context.terminal));
      }
    });
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('give a whole number from 1 on');
  return Number(text);
}

async function tune(paths: readonly string[], flags: TuneFlags, terminal: Terminal): Promise<ExitStatus> {
  const isStore = asksStore(flags, paths);
  // before anything is opened: a slip of the pen is told at once
  const { days, window } = isStore
    ? { days: dayRange(flags.since, flags.until, terminal.nowMs()), window: {} }
    : { days: {}, window: parseWindow(flags.since, flags.until, terminal.nowMs()) };
  const ruleFailures = new RuleFailures();
  const opened = await openScan({ ...openOptions(flags), onRuleFailure: (failure) => ruleFailures.add(failure) });
  if (!opened.ok) {
    tellProblems(opened.problems, terminal.err);
    return EXIT.usage;
  }
  tellProblems(opened.warnings, terminal.err);
  if (opened.config.rules.rule_matching === 'first') {
    terminal.err.write('note: with rule_matching: first, what an exception silences for one rule may be found by a later rule\n');
  }
  const progress = new Progress(terminal, true);
  const release = onInterrupt(() => progress.clear());
  const show = (what: string) => (done: number) => progress.show(() => `${done.toLocaleString('en-US')} ${what}`);
  const { counted, failures } = await (isStore
    ? readStore(storePlace(flags, opened.config, flags.config), days, show('groups')).then((counted) => ({
        counted,
        failures: new Failures(),
      }))
    : countLog({ paths, window, cluster: flags.cluster, onRecord: show('records') }, opened)
  ).finally(() => {
    progress.clear();
    release();
  });
  for (const line of linesOf(tuningOf(counted, opened.model), flags, terminal)) terminal.out.write(`${line}\n`);
  for (const line of [...ruleFailures.lines(), ...failures.lines()]) terminal.err.write(`${line}\n`);
  return failures.any ? EXIT.unreadable : EXIT.done;
}

async function countLog(
  plan: GatherPlan,
  opened: Extract<OpenedScan, { ok: true }>,
): Promise<{ readonly counted: Counted; readonly failures: Failures }> {
  const { noise, workloads, falco, records, failures } = await gather(plan, opened);
  return { counted: { origin: { kind: 'log', records }, noise, workloads: workloads.groups(), falco: falco.rules() }, failures };
}

function linesOf(tuning: Tuning, { format, top, color }: TuneFlags, terminal: Terminal): readonly string[] {
  switch (format) {
    case 'table':
      return tuneTable(tuning, top, { columns: terminal.columns, paint: makePaint(wantsColor(color, terminal)) });
    case 'json':
      return [tuneJson(tuning)];
    case 'yaml':
      return tuneYaml(tuning);
  }
}
