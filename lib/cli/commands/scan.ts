import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { loadConfigFile } from '../../config/load-file.ts';
import type { Priority } from '../../core/model/finding.ts';
import type { Outcome } from '../../core/pipeline.ts';
import type { RuleInfo } from '../../core/rules/engine.ts';
import { type OpenedScan, openScan, scanInputs } from '../../wire.ts';
import { packageFolder } from '../assets.ts';
import { type CliContext, UsageError } from '../context.ts';
import { visible } from '../escape.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { makePaint } from '../paint.ts';
import { type OriginFlags, openOptions, type PolicyFlags, withOriginOption, withPolicyOptions } from '../policy-options.ts';
import { Failures, RuleFailures } from '../scan/failures.ts';
import { onInterrupt } from '../scan/interrupt.ts';
import { jsonlPrinter, jsonPrinter } from '../scan/json-printers.ts';
import type { Printer } from '../scan/printer.ts';
import { Progress } from '../scan/progress.ts';
import { openPushing, type Pushing } from '../scan/pushing.ts';
import { checkReportFile, FORMATS, type Format, parsePriority, parseWindow, type TimeWindow } from '../scan/scan-options.ts';
import { tablePrinter } from '../scan/table-printer.ts';
import { severity } from '../table/event-row.ts';
import { tellProblems } from '../tell-problems.ts';
import { COLOR_CHOICES, type ColorChoice, type Terminal, wantsColor } from '../terminal.ts';

/** Report that is written when the bundled sample is scanned. */
const SAMPLE_REPORT = 'drift-report.html';

interface ScanFlags extends PolicyFlags, OriginFlags {
  readonly format: Format;
  readonly report?: string;
  readonly since?: string;
  readonly until?: string;
  readonly failOn?: string;
  readonly push: boolean;
  readonly quiet: boolean;
  readonly color: ColorChoice;
}

/** What a scan is to do, with every default filled in. */
interface ScanPlan {
  readonly paths: readonly string[];
  readonly policy: PolicyFlags;
  readonly origin: OriginFlags;
  readonly window: TimeWindow;
  readonly format: Format;
  readonly report: string | undefined;
  readonly failOn: Priority | undefined;
  readonly push: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

/** Adds `driftwire scan`. */
export function addScan(program: Command, context: CliContext): void {
  withOriginOption(withPolicyOptions(program.command('scan')))
    .description('read audit records and print what was changed by hand')
    .argument('[PATH...]', 'files, folders (with all below them) or - for standard input; without any, the bundled sample')
    .addOption(new Option('--format <form>', 'how to print the findings').choices(FORMATS).default('table'))
    .option('--report <file.html>', 'also write the findings as one self-contained page')
    .option('--since <time>', 'leave out what happened before: a time, a date or a span such as 24h')
    .option('--until <time>', 'leave out what happened from then on')
    .option('--fail-on <priority>', 'exit with 1 if there is a finding of this priority or a worse one')
    .option('--push', 'also deliver the findings to the configured sinks; run again, nothing doubles', false)
    .option('--quiet', 'nothing on standard error but errors', false)
    .addOption(new Option('--color <when>', 'colour the table').choices(COLOR_CHOICES).default('auto'))
    .action(async (paths: readonly string[], flags: ScanFlags) => {
      context.end(await scan(planOf(paths, flags, context.terminal), context.terminal));
    });
}

function planOf(paths: readonly string[], flags: ScanFlags, terminal: Terminal): ScanPlan {
  const isSample = paths.length === 0;
  const samples = join(packageFolder(), 'samples');
  const sampleReport = isSample && flags.format === 'table' ? SAMPLE_REPORT : undefined;
  const report = flags.report ?? sampleReport;
  if (report !== undefined) checkReportFile(report);
  if (isSample && flags.push) throw new UsageError('--push: the bundled sample is made up: give the PATH of logs to deliver findings of');
  if (isSample && !flags.quiet) terminal.err.write('no PATH given: this is the bundled sample, a made-up day of an organisation\n');
  return {
    paths: isSample ? [join(samples, 'logs')] : paths,
    policy: isSample ? { config: join(samples, 'driftwire.yaml'), ...flags } : flags,
    origin: flags.cluster === undefined ? {} : { cluster: flags.cluster },
    window: parseWindow(flags.since, flags.until, terminal.nowMs()),
    format: flags.format,
    report,
    failOn: flags.failOn === undefined ? undefined : parsePriority(flags.failOn),
    push: flags.push,
    quiet: flags.quiet,
    color: wantsColor(flags.color, terminal),
  };
}

async function scan(plan: ScanPlan, terminal: Terminal): Promise<ExitStatus> {
  const ruleFailures = new RuleFailures();
  const loaded = loadConfigFile(plan.policy.config);
  const opened = await openScan({
    ...openOptions(plan.policy),
    ...plan.window,
    config: loaded,
    onRuleFailure: (failure) => ruleFailures.add(failure),
  });
  if (!opened.ok) {
    tellProblems(opened.problems, terminal.err);
    return EXIT.usage;
  }
  if (!plan.quiet) tellProblems(opened.warnings, terminal.err);
  const pushing = plan.push ? await openPushing(loaded, opened, plan.policy.config, terminal) : undefined;
  if (plan.push && pushing === undefined) return EXIT.usage;
  const status = await read(plan, opened, terminal, pushing);
  await pushing?.close();
  for (const line of ruleFailures.lines()) terminal.err.write(`${line}\n`);
  return status;
}

type Opened = Extract<OpenedScan, { ok: true }>;

async function read(plan: ScanPlan, { detector, engine }: Opened, terminal: Terminal, pushing: Pushing | undefined): Promise<ExitStatus> {
  const printers = await printersOf(plan, engine.rules, terminal);
  const failures = new Failures();
  const progress = new Progress(terminal, !plan.quiet);
  const release = onInterrupt(() => progress.clear());
  let reached = false;
  let [records, events] = [0, 0];
  const onOutcome = (outcome: Outcome): void => {
    records++;
    pushing?.add(outcome);
    if (outcome.kind === 'failed') failures.add(outcome);
    if (outcome.kind === 'findings') {
      const [first, ...rest] = outcome.findings;
      if (first === undefined) return;
      events++;
      for (const printer of printers) printer.event([first, ...rest]);
      reached ||= plan.failOn !== undefined && outcome.findings.some((each) => isAtLeast(each.finding.priority, plan.failOn));
    }
    progress.show(() => `${records.toLocaleString('en-US')} records, ${events.toLocaleString('en-US')} with findings`);
  };
  let isPushed = true;
  try {
    const between = pushing === undefined ? undefined : () => pushing.between();
    const { summary, inputs } = await scanInputs([...plan.paths], detector, onOutcome, plan.origin, between);
    progress.clear();
    for (const printer of printers) printer.finish(summary, inputs);
    isPushed = (await pushing?.finish()) ?? true;
  } finally {
    progress.clear();
    release();
  }
  for (const line of failures.lines()) terminal.err.write(`${line}\n`);
  if (reached) return EXIT.failOn;
  if (!isPushed) return EXIT.sink;
  return failures.any ? EXIT.unreadable : EXIT.done;
}

async function printersOf(plan: ScanPlan, rules: readonly RuleInfo[], terminal: Terminal): Promise<readonly Printer[]> {
  const { report } = plan;
  const main = await mainPrinter(plan, rules, terminal);
  if (report === undefined) return [main];
  const { reportFilePrinter } = await loadReport();
  const onWritten = (): void => {
    if (!plan.quiet) terminal.err.write(`report: ${visible(report)}\n`);
  };
  return [main, reportFilePrinter(report, terminal.nowMs, rules, onWritten)];
}

/** Only a scan that writes the page loads what makes it. */
const loadReport = (): Promise<typeof import('../scan/report-printers.ts')> => import('../scan/report-printers.ts');

async function mainPrinter({ format, color }: ScanPlan, rules: readonly RuleInfo[], { out, columns, nowMs }: Terminal): Promise<Printer> {
  switch (format) {
    case 'table':
      return tablePrinter(out, { columns, paint: makePaint(color) });
    case 'jsonl':
      return jsonlPrinter(out);
    case 'json':
      return jsonPrinter(out);
    case 'html':
      return (await loadReport()).htmlPrinter(out, nowMs, rules);
  }
}

function isAtLeast(priority: Priority, threshold: Priority | undefined): boolean {
  return threshold !== undefined && severity(priority) <= severity(threshold);
}
