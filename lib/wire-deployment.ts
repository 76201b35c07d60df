/** The composition root of the CDK app: from `driftwire.yaml` to everything that the stacks are made from, or all that stands in the way. */

import { configHash } from './config/hash.ts';
import type { LoadedConfig } from './config/load.ts';
import { DEFAULT_CONFIG_FILE, loadConfigFile } from './config/load-file.ts';
import type { Problem } from './config/problem.ts';
import type { Config } from './config/schema.ts';
import { defaultAwsSettings } from './config/schema-aws.ts';
import { secretsNotForAws } from './config/secrets.ts';
import type { FunctionName } from './constructs/function-names.ts';
import type { Deployment } from './stacks/deployment.ts';
import { openScan } from './wire.ts';

export interface DeploymentOptions {
  /** Configuration file; undefined: `driftwire.yaml` in the current folder if it is there, else built-in defaults. */
  readonly configPath: string | undefined;
  /** Region that the command line tool deploys to. */
  readonly region: string | undefined;
  /** The folder with a function's bundle. */
  readonly codeOf: (name: FunctionName) => string;
}

/** A deployment, or why there is none. */
export type OpenedDeployment =
  | { readonly ok: true; readonly deployment: Deployment; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Loads and checks everything that can be checked before a resource is made: configuration, rules, secrets. */
export async function openDeployment({ configPath, region, codeOf }: DeploymentOptions): Promise<OpenedDeployment> {
  const loaded = loadConfigFile(configPath);
  const file = configPath ?? DEFAULT_CONFIG_FILE;
  const opened = await openScan({ configPath: file, config: loaded, ruleFiles: [], builtinRules: true });
  const deployable = loaded.config === undefined ? [] : notForAws(loaded.config, loaded, file, region);
  const problems = [...(opened.ok ? opened.warnings : opened.problems), ...deployable];
  if (!opened.ok || problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  const { config } = opened;
  const settings = config.aws ?? defaultAwsSettings();
  const patterns = { events: eventPattern(), audit: auditPattern() };
  return { ok: true, deployment: { config, settings, configHash: configHash(config), patterns, codeOf, region }, warnings: problems };
}

/** What is right on a machine and cannot be deployed. */
function notForAws(config: Config, { placeOf }: LoadedConfig, file: string, region: string | undefined): readonly Problem[] {
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
    const message = 'needs serve.ingest_token: without a token anybody could post events';
    problems.push(at(['aws', 'webhook'], 'aws.webhook', message));
  }
  if (aws?.forward_regions !== undefined && aws.region === undefined && region === undefined) {
    const message = 'needs to know where to: set aws.region, or AWS_REGION';
    problems.push(at(['aws', 'forward_regions'], 'aws.forward_regions', message));
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

function eventPattern(): Readonly<Record<string, unknown>> {
  return {
    source: [{ prefix: 'aws.' }],
    'detail-type': [{ suffix: ' via CloudTrail' }],
    detail: { readOnly: [false, 'false', 'False', { exists: false }] },
  };
}

function auditPattern(): string {
  return '{ $.auditID = * }';
}
