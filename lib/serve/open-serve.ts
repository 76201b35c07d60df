import { dirname, resolve } from 'node:path';
import { DEFAULT_CONFIG_FILE, loadConfigFile } from '../config/load-file.ts';
import type { Problem } from '../config/problem.ts';
import { resolveSecret } from '../config/secrets.ts';
import type { Log } from '../core/model/log.ts';
import { SqliteStore } from '../stores/sqlite.ts';
import { createLog, type LogOptions } from '../telemetry/log.ts';
import { openScan, type ScanOptions } from '../wire.ts';
import { allSinks, openSinks } from '../wire-sinks.ts';
import { instanceName, metricsOf } from './metrics-of.ts';
import { type Serving, serve } from './serve.ts';
import { settingsOf } from './settings.ts';

/** A system that runs, or all that stands in its way. */
export type OpenedServe =
  | { readonly ok: true; readonly serving: Serving; readonly log: Log; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface OpenServeOptions {
  readonly version: string;
  readonly logFormat: LogOptions['format'];
  /** Takes one log line without its end. */
  readonly writeLog: (line: string) => void;
}

/**
 * Loads configuration, rules and secrets with all their problems, then starts the embedded system. Paths of the configuration are
 * relative to it, wherever the process is started.
 *
 * @throws {DriftwireError} When the store cannot be opened or the address cannot be listened on.
 */
export async function openServe(
  options: Omit<ScanOptions, 'config'>,
  { version, logFormat, writeLog }: OpenServeOptions,
): Promise<OpenedServe> {
  const loaded = loadConfigFile(options.configPath);
  const file = options.configPath ?? DEFAULT_CONFIG_FILE;
  let log: Log = () => undefined;
  const opened = await openScan({
    ...options,
    config: loaded,
    onRuleFailure: ({ rule, error }) => log('error', 'a rule failed on an event; the others went on', { rule: rule.name, error }),
  });
  if (!opened.ok) return opened;
  const { config, detector, warnings } = opened;
  const settings = settingsOf(config, dirname(resolve(file)));
  const token = settings.ingest_token === undefined ? undefined : await resolveSecret(settings.ingest_token);
  const sinks = await openSinks(config, { file, placeOf: loaded.placeOf, version, instance: instanceName(), readSecret: resolveSecret });
  const problems = sinks.ok ? [] : [...sinks.problems];
  if (token?.ok === false) {
    problems.push({
      severity: 'error',
      file,
      ...loaded.placeOf(['serve', 'ingest_token']),
      path: 'serve.ingest_token',
      message: token.message,
    });
  }
  if (!sinks.ok || token?.ok === false) return { ok: false, problems };
  const ingestToken = token?.value;
  const secrets = [...sinks.secrets, ...(ingestToken === undefined ? [] : [ingestToken])];
  log = createLog({ format: logFormat, level: 'info', write: writeLog, secrets, now: Date.now });
  const store = new SqliteStore(settings.state_dir);
  try {
    const metrics = metricsOf(opened, sinks, version);
    const serving = await serve({
      config: settings,
      detector,
      store,
      sinks: allSinks(sinks, store),
      remoteWrite: sinks.remoteWrite,
      metrics,
      ingestToken,
      slackActions: sinks.slackActions,
      alertContext: { labels: config.labels, accounts: config.accounts },
      log,
    });
    return { ok: true, serving, log, warnings };
  } catch (cause) {
    await store.close();
    throw cause;
  }
}
