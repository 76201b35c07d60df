import { type Command, Option } from 'commander';
import { listedFields } from '../../core/rules/field-page.ts';
import { type CliContext, UsageError } from '../context.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { makePaint } from '../paint.ts';
import { FIELD_LIST_FORMATS, type FieldListFormat, fieldList } from '../rules/fields/field-list.ts';
import { COLOR_CHOICES, type ColorChoice, type Terminal, wantsColor } from '../terminal.ts';

interface FieldsFlags {
  readonly source?: string;
  readonly name?: string;
  readonly format: FieldListFormat;
  readonly color: ColorChoice;
}

/** Adds `driftwire rules fields`. */
export function addRulesFields(rules: Command, context: CliContext): void {
  rules
    .command('fields')
    .description('list the fields that conditions and outputs may use')
    .option('--source <source>', 'only fields of rules for this event source: aws_cloudtrail or k8s_audit')
    .option('--name <text>', 'only fields whose name contains this text')
    .addOption(new Option('--format <form>', 'how to print them').choices(FIELD_LIST_FORMATS).default('text'))
    .addOption(new Option('--color <when>', 'colour the text').choices(COLOR_CHOICES).default('auto'))
    .action((flags: FieldsFlags) => context.end(fields(flags, context.terminal)));
}

function fields({ source, name, format, color }: FieldsFlags, terminal: Terminal): ExitStatus {
  const all = listedFields();
  const sources = [...new Set(all.flatMap((field) => field.sources))];
  const known = sources.find((each) => each === source);
  if (source !== undefined && known === undefined) {
    throw new UsageError(`--source: unknown source ${JSON.stringify(source)}: use one of ${sources.join(', ')}`);
  }
  const wanted = all.filter((field) => (known === undefined || field.sources.includes(known)) && field.name.includes(name ?? ''));
  const look = { columns: terminal.columns, paint: makePaint(wantsColor(color, terminal)) };
  for (const line of fieldList(wanted, format, look)) terminal.out.write(`${line}\n`);
  if (wanted.length === 0) terminal.err.write(`none of ${all.length} fields is like that\n`);
  return EXIT.done;
}
