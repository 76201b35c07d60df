import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Argument, type Command, InvalidArgumentError } from 'commander';
import { loadConfigFile } from '../../config/load-file.ts';
import type { Config } from '../../config/schema.ts';
import { EXPORT_KINDS, EXPORTS, type ExportKind, isPatternKind, type PatternKind } from '../../export/export-kinds.ts';
import type { GeneratedFile } from '../../export/generated-file.ts';
import { DEFAULT_EXPORT, type ExportOptions } from '../../export/options.ts';
import type { CliContext } from '../context.ts';
import { visible } from '../escape.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { OutputFailed } from '../output.ts';
import { tellProblems } from '../tell-problems.ts';
import type { Terminal } from '../terminal.ts';

interface ExportFlags {
  readonly out?: string;
  readonly config?: string;
  readonly runbookUrl: string;
  readonly iamIdentities?: true;
}

/** Adds `driftwire export`: rules, dashboards and configuration for the systems around Driftwire, made from its metric catalogue. */
export function addExport(program: Command, context: CliContext): void {
  program
    .command('export')
    .description('write ready-made dashboards, rules and configuration, and print their paths')
    .addArgument(new Argument('<kind>', 'what to write').choices(EXPORT_KINDS))
    .option('--out <dir>', 'folder to write to; files of the same name there are replaced (default: observability/KIND)')
    .option(
      '--config <file>',
      'configuration whose accounts and channels are used (default: driftwire.yaml in the current folder, if it is there)',
    )
    .option(
      '--runbook-url <url>',
      'address under which people open docs/runbook.md, for the links in alerts',
      parseUrl,
      DEFAULT_EXPORT.runbookUrl,
    )
    .option(
      '--iam-identities',
      'audit-policy: IAM identities have names in the cluster (aws-iam-authenticator), so that anybody may wear a name of a machine',
    )
    .addHelpText('after', `\nKinds:\n${EXPORT_KINDS.map((kind) => `  ${kind.padEnd(15)} ${EXPORTS[kind]}`).join('\n')}`)
    .action(async (kind: ExportKind, flags: ExportFlags) => {
      context.end(await writeExport(kind, flags, context.terminal));
    });
}

async function writeExport(kind: ExportKind, flags: ExportFlags, terminal: Terminal): Promise<ExitStatus> {
  const { config, problems } = loadConfigFile(flags.config);
  tellProblems(problems, terminal.err);
  if (config === undefined) return EXIT.usage;
  if (flags.iamIdentities === true && kind !== 'audit-policy') {
    terminal.err.write(`--iam-identities is for audit-policy only; leave it out for ${kind}\n`);
    return EXIT.usage;
  }
  const folder = flags.out ?? join('observability', kind);
  if (isPatternKind(kind)) return writePattern(kind, flags, folder, terminal);
  // the dashboard library is large, and no other command needs it
  const { exportFiles } = await import('../../export/export-files.ts');
  writeFiles(exportFiles(kind, exportOptions(config, flags.runbookUrl)), folder, terminal);
  return EXIT.done;
}

/** Patterns depend on the rules too, which are loaded for no other kind. */
async function writePattern(kind: PatternKind, flags: ExportFlags, folder: string, terminal: Terminal): Promise<ExitStatus> {
  const [{ openScan }, { toPolicy }, { patternFiles }] = await Promise.all([
    import('../../wire.ts'),
    import('../../config/to-policy.ts'),
    import('../../export/pattern-files.ts'),
  ]);
  const opened = await openScan({ ...(flags.config === undefined ? {} : { configPath: flags.config }), ruleFiles: [], builtinRules: true });
  if (!opened.ok) {
    tellProblems(opened.problems, terminal.err);
    return EXIT.usage;
  }
  const { engine, model } = opened;
  const input = { policy: toPolicy(opened.config), engine, model, iamIdentities: flags.iamIdentities === true };
  const { files, leftOut, blind } = patternFiles(kind, input);
  writeFiles(files, folder, terminal);
  const what = kind === 'audit-policy' ? 'policy' : 'pattern';
  for (const { entry, reason } of leftOut) terminal.err.write(`not in the ${what}: ${visible(entry)} (${visible(reason)})\n`);
  for (const { of, reason } of blind) terminal.err.write(`never matches under this policy: ${visible(of)} (${visible(reason)})\n`);
  return EXIT.done;
}

function writeFiles(files: readonly GeneratedFile[], folder: string, terminal: Terminal): void {
  for (const { path, text } of files) {
    const file = join(folder, path);
    writeText(file, text);
    terminal.out.write(`${visible(file)}\n`);
  }
}

function exportOptions({ accounts, clusters, slack }: Config, runbookUrl: string): ExportOptions {
  const isSetUp = Object.keys(accounts).length > 0;
  return {
    runbookUrl,
    ...(isSetUp ? { accounts, clusters } : { accounts: DEFAULT_EXPORT.accounts, clusters: DEFAULT_EXPORT.clusters }),
    channel: slack?.channel ?? DEFAULT_EXPORT.channel,
  };
}

function writeText(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new OutputFailed(`cannot write ${file} (${code}): choose a folder that can be written with --out`, { cause });
  }
}

function parseUrl(value: string): string {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value) || value.includes('#')) {
    throw new InvalidArgumentError('write http:// or https:// and an address, without #');
  }
  return value;
}
