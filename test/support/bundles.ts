import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { parseConfig } from '../../lib/config/load.ts';
import { buildFunctions, type FunctionBundle } from '../../lib/lambda/build.ts';
import { FUNCTION_BUNDLE_OPTIONS } from '../../lib/lambda/bundle-options.ts';
import { compileSettings } from '../../lib/lambda/compile-settings.ts';
import { openScan } from '../../lib/wire.ts';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;

/** Names of all functions that there are. */
export const FUNCTIONS: readonly string[] = readdirSync(join(root, 'functions')).filter((name) =>
  existsSync(join(root, 'functions', name, 'handler.ts')),
);

/** Bundles all functions, with the built-in rules and a configuration, as a deployment does. */
export async function bundleAll(outDir: string, config = ''): Promise<readonly FunctionBundle[]> {
  const opened = await openScan({ config: parseConfig(config, 'driftwire.yaml'), ruleFiles: [], builtinRules: true });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
  return buildFunctions({ names: FUNCTIONS, settings: compileSettings(opened, '0.0.0-test'), outDir });
}

/** What a bundle loads to be ready for an event: its handler, the work behind it, and what these import at once. */
export interface ReadyPart {
  readonly files: readonly string[];
  readonly bytes: number;
  /** Source files, as the bundler names them. */
  readonly inputs: readonly string[];
}

/** The part of a bundle that is loaded before anything is sent anywhere. */
export function readyPart({ folder, metafile }: FunctionBundle): ReadyPart {
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const files = new Set<string>();
  const visit = (name: string): void => {
    const output = outputs.get(name);
    if (output === undefined || files.has(name)) return;
    files.add(name);
    for (const { path, kind } of output.imports) if (kind === 'import-statement') visit(basename(path));
  };
  visit('handler.mjs');
  visit('work.mjs');
  const inputs = [...files].flatMap((name) =>
    Object.entries(outputs.get(name)?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return { files: [...files], bytes: [...files].reduce((sum, name) => sum + statSync(join(folder, name)).size, 0), inputs };
}

/** Bytes of everything in a function's folder. */
export function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** Bundles a handler that does nothing in the same stack: what every handler is measured against. */
export async function emptyHandler(folder: string): Promise<string> {
  const { banner: _, splitting: __, ...options } = FUNCTION_BUNDLE_OPTIONS;
  const outfile = join(folder, 'empty', 'handler.mjs');
  await build({
    ...options,
    outExtension: {},
    chunkNames: '[name]',
    mainFields: [...options.mainFields],
    stdin: {
      contents: "import { lambda } from './functions/_shared/middleware.ts';\nexport const handler = lambda(async () => ({}));",
      resolveDir: root,
      loader: 'ts',
    },
    outfile,
  });
  return outfile;
}

/** Times of one start, in ms of wall time and from the beginning of the import. */
export interface StartTimes {
  readonly importMs: number;
  /** When an event without records was answered; of a function that is not fed with records, when it was imported. */
  readonly readyMs: number;
}

const MEASURE = `
const begin = performance.now();
const { handler } = await import(process.argv[1]);
const importMs = performance.now() - begin;
if (process.argv[2] === 'event') await handler({ Records: [] }, { getRemainingTimeInMillis: () => 30_000, functionName: 'bench' });
process.stdout.write(JSON.stringify({ importMs, readyMs: performance.now() - begin }));
process.exit(0);
`;

/** Functions that a queue or a stream feeds: an event without records is one that asks for nothing. */
export const FED_WITH_RECORDS: ReadonlySet<string> = new Set(['alert', 'cloudtrail', 'deliver', 'eks-audit', 'empty']);

/** Starts a handler in a process of its own, as Lambda does, and hands it an event without records. */
export async function startOnce(file: string): Promise<StartTimes> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    DRIFTWIRE_TABLE: 'table',
    DRIFTWIRE_FINDINGS_QUEUE_URL: 'http://localhost:1/findings',
    DRIFTWIRE_ALERTS_QUEUE_URL: 'http://localhost:1/alerts',
    DRIFTWIRE_ASIDE_QUEUE_URL: 'http://localhost:1/aside',
  };
  const isFed = FED_WITH_RECORDS.has(basename(dirname(file)));
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', MEASURE, `file://${file}`, isFed ? 'event' : 'none'], {
    env,
  });
  return JSON.parse(stdout) as StartTimes;
}

/** Starts several handlers in turns, so that what slows the machine slows all of them. */
export async function startInTurns(files: readonly string[], rounds: number): Promise<ReadonlyMap<string, readonly StartTimes[]>> {
  const times = new Map(files.map((file): [string, StartTimes[]] => [file, []]));
  for (let round = 0; round < rounds; round++) {
    for (const file of files) times.get(file)?.push(await startOnce(file));
  }
  return times;
}

/** The text of all code in a function's folder. */
export function codeIn(folder: string): string {
  return readdirSync(folder)
    .filter((name) => /\.[cm]js$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}
