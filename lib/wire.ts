/** The composition root: from what the user gave (configuration, rule files) to a detector that runs, and from paths to what becomes of their records. */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadedConfig } from './config/load.ts';
import { DEFAULT_CONFIG_FILE, loadConfigFile } from './config/load-file.ts';
import type { Problem } from './config/problem.ts';
import { idleNameProblems, selectionOf } from './config/rule-selection.ts';
import type { Config } from './config/schema.ts';
import { toPolicy } from './config/to-policy.ts';
import type { DropReason } from './core/errors.ts';
import type { Decoded, EventSource } from './core/model/raw-record.ts';
import { type CompiledIgnore, Detector, type Outcome } from './core/pipeline.ts';
import type { Policy } from './core/policy/policy.ts';
import type { Receiver } from './core/ports.ts';
import type { RuleEngine, RuleFailure } from './core/rules/engine.ts';
import { compileCondition, loadRules, type RuleFile } from './core/rules/load-rules.ts';
import type { RuleModel } from './core/rules/loader/model.ts';
import type { Selection } from './core/rules/selection.ts';
import type { Summary } from './core/summary.ts';
import { parseRfc3339 } from './core/time.ts';
import type { Chunks } from './sources/inflate.ts';
import { inputsOf } from './sources/inputs.ts';
import { DEFAULT_LIMITS } from './sources/limits.ts';
import { type InputLine, tapLines } from './sources/line-tap.ts';
import { readInput } from './sources/read-input.ts';
import type { ReadContext } from './sources/reader.ts';
import { readRuleFiles } from './sources/rule-files.ts';

export { readRuleFiles } from './sources/rule-files.ts';

/** Rule files that come with Driftwire, in load order. */
export const BUILTIN_RULES: readonly string[] = [fileURLToPath(new URL('../rules/driftwire_rules.yaml', import.meta.url))];

export interface ScanOptions {
  /** Configuration file; undefined: `driftwire.yaml` in the current folder if it is there, else built-in defaults. */
  readonly configPath?: string;
  /** A configuration that has been read already; `configPath` then only names it. */
  readonly config?: LoadedConfig;
  /** Falco-format rule files, loaded after the built-in ones and those of the configuration. */
  readonly ruleFiles: readonly string[];
  readonly builtinRules: boolean;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly hostname?: string;
  /** Told of each rule that failed on an event. */
  readonly onRuleFailure?: (failure: RuleFailure) => void;
}

/** A detector that is ready, or all that stands in its way. */
export type OpenedScan =
  | {
      readonly ok: true;
      readonly detector: Detector;
      readonly config: Config;
      readonly engine: RuleEngine;
      /** What the loaded rule files define, and their texts in load order. */
      readonly model: RuleModel;
      readonly ruleTexts: readonly RuleFile[];
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Loads configuration and rules with all their problems, and makes the detector. Reads no record. */
export async function openScan(options: ScanOptions): Promise<OpenedScan> {
  const loaded = options.config ?? loadConfigFile(options.configPath);
  const { config, problems: configProblems } = loaded;
  if (config === undefined) return { ok: false, problems: configProblems };
  const policy = toPolicy(config);
  // A rule file of the configuration is named relative to the configuration, wherever Driftwire is started.
  const beside = dirname(options.configPath ?? DEFAULT_CONFIG_FILE);
  const configured = config.rules.files.map((file) => resolve(beside, file));
  const rules = loadRuleFiles([...(options.builtinRules ? BUILTIN_RULES : []), ...configured, ...options.ruleFiles], selectionOf(config));
  const named = { ...loaded, file: options.configPath ?? DEFAULT_CONFIG_FILE };
  const ignores = compileIgnores(policy, named);
  const idle = rules.engine === undefined ? [] : idleNameProblems(config, rules.model.rules, named);
  const problems = [...configProblems, ...idle, ...rules.problems, ...ignores.problems];
  if (rules.engine === undefined || problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  const detector = new Detector({
    policy,
    engine: rules.engine,
    ignores: ignores.entries,
    hostname: options.hostname,
    sinceMs: options.sinceMs,
    untilMs: options.untilMs,
    onRuleFailure: options.onRuleFailure,
  });
  const { engine, model, texts: ruleTexts } = rules;
  return { ok: true, detector, config, engine, model, ruleTexts, warnings: problems };
}

/** Reads all inputs through a detector, in the order of the paths, and tells what became of each record that was not skipped. */
export async function scanInputs(
  paths: readonly string[],
  detector: Detector,
  onOutcome: (outcome: Outcome) => void,
  context: ReadContext = {},
  between?: () => Promise<void>,
): Promise<{ readonly summary: Summary; readonly inputs: number }> {
  const receiver: Receiver = {
    take: (item: Decoded) => onOutcome(detector.take(item)),
    skipped: (source: EventSource, reason: DropReason) => {
      detector.skipped(source, reason);
      onOutcome({ kind: 'dropped', reason });
    },
    prefilter: detector.prefilter,
  };
  const inputs = await readPaths(paths, receiver, context, { between });
  return { summary: detector.summary(), inputs };
}

/** What happens while inputs are read. */
export interface ReadHooks {
  /** Told of each line of text too; then everything is parsed. */
  readonly onLine?: ((line: InputLine) => void) | undefined;
  /** Waited for between two pieces of an input, so that reading is no faster than what is done with it. */
  readonly between?: (() => Promise<void>) | undefined;
}

/** Reads all inputs in the order of the paths; what cannot be opened is handed over as failed. Gives how many inputs there were. */
export async function readPaths(
  paths: readonly string[],
  receiver: Receiver,
  context: ReadContext = {},
  { onLine, between }: ReadHooks = {},
): Promise<number> {
  const open = onLine === undefined ? undefined : tapLines(onLine);
  let inputs = 0;
  for (const path of paths) {
    for await (const input of inputsOf(path, () => process.stdin)) {
      inputs++;
      if (input.kind === 'input') await readInput(input.name, paced(input.open(), between), receiver, DEFAULT_LIMITS, context, open);
      else receiver.take({ kind: 'failed', code: input.code, hint: input.hint, origin: { input: input.name, line: 1, path: '' } });
    }
  }
  return inputs;
}

function paced(chunks: Chunks, between: (() => Promise<void>) | undefined): Chunks {
  if (between === undefined) return chunks;
  return (async function* () {
    for await (const chunk of chunks) {
      yield chunk;
      await between();
    }
  })();
}

/** Reads one text as if it were an input, in any format. */
export function readText(name: string, text: string, receiver: Receiver, context: ReadContext = {}): Promise<void> {
  return readInput(name, [Buffer.from(text)], receiver, DEFAULT_LIMITS, context);
}

interface LoadedRuleFiles {
  readonly engine: RuleEngine | undefined;
  readonly model: RuleModel;
  readonly texts: readonly RuleFile[];
  readonly problems: readonly Problem[];
}

function loadRuleFiles(paths: readonly string[], selection: Selection): LoadedRuleFiles {
  const { files, unreadable } = readRuleFiles(paths);
  const problems = unreadable.map(({ path, code }): Problem => {
    const message = `rule file cannot be read (${code}): check path and rights`;
    return { severity: 'error', file: path, line: 1, column: 1, path: '', message };
  });
  if (problems.length > 0) return { engine: undefined, model: { rules: [], macros: [], lists: [] }, texts: files, problems };
  const loaded = loadRules(files, selection);
  return { ...loaded, texts: files, problems: loaded.problems.map((problem) => ({ path: '', ...problem })) };
}

function compileIgnores(
  policy: Policy,
  { file, placeOf }: LoadedConfig & { readonly file: string },
): { readonly entries: readonly CompiledIgnore[]; readonly problems: readonly Problem[] } {
  const entries: CompiledIgnore[] = [];
  const problems: Problem[] = [];
  policy.ignore.forEach(({ name, until, condition }, index) => {
    const compiled = compileCondition(condition);
    if ('error' in compiled) {
      problems.push({
        severity: 'error',
        file,
        ...placeOf(['ignore', index, 'condition']),
        path: `ignore[${index}].condition`,
        message: compiled.error,
      });
    } else entries.push({ name, endsMs: until === undefined ? undefined : endOfDay(until), condition: compiled });
  });
  return { entries, problems };
}

/** First millisecond after a day in UTC. */
function endOfDay(day: string): number | undefined {
  const begin = parseRfc3339(`${day}T00:00:00Z`);
  return begin === undefined ? undefined : begin.ms + 86_400_000;
}
