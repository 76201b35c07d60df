import { type Command, Option } from 'commander';
import { PRIORITIES } from '../../core/model/finding.ts';
import type { LoadedRule } from '../../core/rules/loader/model.ts';
import { openScan } from '../../wire.ts';
import type { CliContext } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { makePaint } from '../paint.ts';
import { openOptions, type PolicyFlags, withPolicyOptions } from '../policy-options.ts';
import { RULE_LIST_FORMATS, type RuleListFormat, ruleList } from '../rules/rule-list.ts';
import { parsePriority } from '../scan/scan-options.ts';
import { tellProblems } from '../tell-problems.ts';
import { COLOR_CHOICES, type ColorChoice, type Terminal, wantsColor } from '../terminal.ts';

interface ListFlags extends PolicyFlags {
  readonly name?: string;
  readonly priority?: string;
  readonly tag?: string;
  readonly source?: string;
  readonly enabled?: boolean;
  readonly disabled?: boolean;
  readonly format: RuleListFormat;
  readonly color: ColorChoice;
}

/** Adds `driftwire rules list`. */
export function addRulesList(rules: Command, context: CliContext): void {
  withPolicyOptions(rules.command('list'))
    .description('list the loaded rules with source, priority, tags, place and description')
    .option('--name <text>', 'only rules whose name contains this text, in any case')
    .option('--priority <priority>', 'only rules of this priority')
    .option('--tag <tag>', 'only rules with this tag')
    .option('--source <source>', 'only rules for this event source, such as aws_cloudtrail or k8s_audit')
    .addOption(new Option('--enabled', 'only rules that are switched on').conflicts('disabled'))
    .option('--disabled', 'only rules that are switched off')
    .addOption(new Option('--format <form>', 'how to print them').choices(RULE_LIST_FORMATS).default('text'))
    .addOption(new Option('--color <when>', 'colour the text').choices(COLOR_CHOICES).default('auto'))
    .action(async (flags: ListFlags) => {
      context.end(await list(flags, context.terminal));
    });
}

async function list(flags: ListFlags, terminal: Terminal): Promise<ExitStatus> {
  const isWanted = filterOf(flags);
  const opened = await openScan(openOptions(flags));
  if (!opened.ok) {
    tellProblems(opened.problems, terminal.err);
    return EXIT.usage;
  }
  tellProblems(opened.warnings, terminal.err);
  const { model } = opened;
  const rules = model.rules.filter(isWanted);
  const look = { columns: terminal.columns, paint: makePaint(wantsColor(flags.color, terminal)) };
  for (const line of ruleList(rules, model, flags.format, look)) terminal.out.write(`${line}\n`);
  if (rules.length === 0) terminal.err.write(`none of ${model.rules.length} loaded rules is like that\n`);
  return EXIT.done;
}

/** All that is asked for must hold. */
function filterOf({ name, priority, tag, source, enabled, disabled }: ListFlags): (rule: LoadedRule) => boolean {
  const wanted = priority === undefined ? PRIORITIES : [parsePriority(priority, '--priority')];
  return (rule) =>
    wanted.includes(rule.priority) &&
    (name === undefined || rule.name.toLowerCase().includes(name.toLowerCase())) &&
    (tag === undefined || rule.tags.includes(tag)) &&
    (source === undefined || rule.source === source) &&
    (enabled !== true || rule.runs) &&
    (disabled !== true || !rule.runs);
}
