/** The composition root of the CDK app: from `driftwire.yaml` to everything that the stacks are made from, or all that stands in the way. */
import { join } from 'node:path';
import type { LoadedConfig } from './config/load.ts';
import { DEFAULT_CONFIG_FILE, loadConfigFile } from './config/load-file.ts';
import type { Problem } from './config/problem.ts';
import type { Config } from './config/schema.ts';
import { defaultAwsSettings } from './config/schema-aws.ts';
import { secretsNotForAws } from './config/secrets.ts';
import { toPolicy } from './config/to-policy.ts';
import type { CompiledPatterns } from './constructs/compiled-patterns.ts';
import { compilePolicy } from './core/policy/declared.ts';
import type { LeftOut } from './core/policy/left-out.ts';
import { CWL_TRUNCATED_PATTERN, cloudWatchLogsPattern } from './core/policy/to-cwl.ts';
import { eventBridgePattern } from './core/policy/to-eventbridge.ts';
import { compileSettings } from './lambda/compile-settings.ts';
import type { FunctionSettings } from './lambda/settings.ts';
import type { Deployment } from './stacks/deployment.ts';
import { functionNames } from './stacks/places.ts';
import { type OpenedScan, openScan } from './wire.ts';

export interface DeploymentOptions {
  /** Configuration file; undefined: `driftwire.yaml` in the current folder if it is there, else built-in defaults. */
  readonly configPath: string | undefined;
  readonly version: string;
  /** Folder for the functions' bundles. */
  readonly bundlesIn: string;
}

/** A deployment, or why there is none. */
export type OpenedDeployment =
  | {
      readonly ok: true;
      readonly deployment: Deployment;
      readonly warnings: readonly Problem[];
      /** What is good to know and no fault: declared principals that no pattern can leave out. */
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Loads and checks everything that can be checked before a resource is made (configuration, rules, secrets), then compiles and bundles. */
export async function openDeployment({ configPath, version, bundlesIn }: DeploymentOptions): Promise<OpenedDeployment> {
  const loaded = loadConfigFile(configPath);
  const file = configPath ?? DEFAULT_CONFIG_FILE;
  const opened = await openScan({ configPath: file, config: loaded, ruleFiles: [], builtinRules: true });
  const deployable = loaded.config === undefined ? [] : notForAws(loaded.config, loaded, file);
  const problems = [...(opened.ok ? opened.warnings : opened.problems), ...deployable].toSorted(byPlace);
  if (!opened.ok || problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  const functions = compileSettings(opened, version);
  const { patterns, notes } = compilePatterns(opened, functions);
  const { config } = opened;
  const settings = config.aws ?? defaultAwsSettings();
  const codeOf = await bundle(config, settings, functions, bundlesIn);
  const deployment = { config, settings, configHash: functions.configHash, patterns, codeOf };
  return { ok: true, deployment, warnings: problems, notes: [...nowhere(config, settings), ...notes] };
}

/** In the order of the file; what is about a rule file keeps its place after it. */
function byPlace(left: Problem, right: Problem): number {
  return left.file === right.file ? left.line - right.line || left.column - right.column : 0;
}

/** Bundles the functions that the configuration needs; a collector needs none, and loads no bundler. */
async function bundle(
  config: Config,
  settings: Deployment['settings'],
  functions: FunctionSettings,
  bundlesIn: string,
): Promise<Deployment['codeOf']> {
  const names = functionNames(config, settings);
  if (names.length > 0) {
    const { buildFunctions } = await import('./lambda/build.ts');
    await buildFunctions({ names, settings: functions, outDir: bundlesIn });
  }
  return (name) => join(bundlesIn, name);
}

/** The patterns that spare the functions what no rule can match. */
function compilePatterns(
  { config, engine }: Extract<OpenedScan, { ok: true }>,
  { configHash, rulesHash }: FunctionSettings,
): { readonly patterns: CompiledPatterns; readonly notes: readonly string[] } {
  const policy = compilePolicy(toPolicy(config));
  const { pattern, leftOut } = eventBridgePattern(policy, engine);
  const audit = cloudWatchLogsPattern(policy, engine);
  const events = { pattern, compiledFrom: `configuration ${configHash}, rules ${rulesHash}` };
  const notes = [...told('EventBridge', leftOut), ...(config.aws?.eks === undefined ? [] : told('CloudWatch Logs', audit.leftOut))];
  return { patterns: { events, audit: audit.text, truncated: CWL_TRUNCATED_PATTERN }, notes };
}

function told(service: string, leftOut: readonly LeftOut[]): readonly string[] {
  return leftOut.map(({ entry, reason }) => `"${entry}" is not in the pattern for ${service} (${reason}): the functions decide alone`);
}

/** A deployment that tells nobody is no mistake, but hardly what was meant; nor is a collector that is told where to deliver. */
function nowhere({ loki, prometheus, slack, receivers }: Config, { mode }: Deployment['settings']): readonly string[] {
  if (mode === 'collector') {
    const idle = Object.entries({ loki, prometheus, slack, receivers: receivers.length === 0 ? undefined : receivers });
    const named = idle.flatMap(([name, value]) => (value === undefined ? [] : [name]));
    if (named.length === 0) return [];
    return [
      `a collector delivers nothing itself: ${named.join(', ')} can be left out here and must stand in the driftwire.yaml of the processor`,
    ];
  }
  if (loki !== undefined || slack !== undefined || receivers.length > 0) return [];
  return [
    'nothing says where findings go: they are lines in the log of the function deliver (output FindingsLogGroup); name slack, loki or a receiver in driftwire.yaml',
  ];
}

/** What is right on a machine and cannot be deployed. */
function notForAws(config: Config, { placeOf }: LoadedConfig, file: string): readonly Problem[] {
  const at = (path: readonly PropertyKey[], text: string, message: string): Problem => ({
    severity: 'error',
    file,
    ...placeOf(path),
    path: text,
    message,
  });
  const problems = secretsNotForAws(config).map(({ path, message }) => at(keysOf(path), path, message));
  const { aws, serve, prometheus } = config;
  if (aws?.webhook === true && serve.ingest_token === undefined) {
    problems.push(at(['aws', 'webhook'], 'aws.webhook', 'needs serve.ingest_token: without a token anybody could post events'));
  }
  const write = prometheus?.remote_write;
  if (write?.sigv4 !== undefined && !/\/workspaces\/ws-[\w-]+\//.test(write.url)) {
    const message =
      'names no workspace: with sigv4 it is https://aps-workspaces.REGION.amazonaws.com/workspaces/ws-.../api/v1/remote_write';
    problems.push(at(['prometheus', 'remote_write', 'url'], 'prometheus.remote_write.url', message));
  }
  return problems;
}

/** The keys of a written path such as `receivers[1].token`. */
function keysOf(path: string): readonly PropertyKey[] {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) => (index === undefined ? (key ?? '') : Number(index)));
}
