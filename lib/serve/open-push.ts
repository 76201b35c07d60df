import { dirname, resolve } from 'node:path';
import { SYSTEM_TIMING } from '../clients/retry.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { resolveSecret } from '../config/secrets.ts';
import { Counting } from '../core/deliver/counting.ts';
import type { Log } from '../core/model/log.ts';
import { SqliteStore } from '../stores/sqlite.ts';
import type { OpenedScan } from '../wire.ts';
import { allSinks, openSinks } from '../wire-sinks.ts';
import { instanceName, metricsOf } from './metrics-of.ts';
import { Pusher } from './push.ts';
import { readMetrics } from './read-metrics.ts';
import { settingsOf } from './settings.ts';

/** A pusher with its store and connections, or all that stands in the way. */
export type OpenedPush =
  | { readonly ok: true; readonly pusher: Pusher; close(): Promise<void> }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface OpenPushOptions {
  /** The configuration and its file. */
  readonly loaded: LoadedConfig;
  readonly file: string;
  readonly opened: Extract<OpenedScan, { ok: true }>;
  readonly version: string;
  readonly log: Log;
}

/**
 * Opens what `scan --push` delivers to. The ledger is the one of `serve` (its folder of state), so that what both have seen is counted once.
 *
 * @throws {DriftwireError} When the store cannot be opened.
 */
export async function openPush({ loaded, file, opened, version, log }: OpenPushOptions): Promise<OpenedPush> {
  const { config } = opened;
  const sinks = await openSinks(config, { file, placeOf: loaded.placeOf, version, instance: instanceName(), readSecret: resolveSecret });
  if (!sinks.ok) return sinks;
  if (sinks.sinks.length === 0 && sinks.slack === undefined && config.receivers.length === 0 && sinks.remoteWrite === undefined) {
    const message = '--push: there is nothing to deliver to: configure loki, prometheus, slack or receivers';
    return { ok: false, problems: [{ severity: 'error', file, line: 1, column: 1, path: '', message }] };
  }
  const store = new SqliteStore(settingsOf(config, dirname(resolve(file))).state_dir);
  const metrics = metricsOf(opened, sinks, version);
  const remoteWrite = sinks.remoteWrite?.({
    documents: store,
    log,
    timing: SYSTEM_TIMING,
    read: (status) => readMetrics(store, metrics, status).then(() => metrics.series()),
  });
  const counting = new Counting(store, { holds: sinks.sinks.length === 0 ? undefined : 'loose' });
  const all = allSinks(sinks, store, counting);
  const pusher = new Pusher({ ledger: store, counting, sinks: all, remoteWrite, timing: SYSTEM_TIMING });
  return {
    ok: true,
    pusher,
    close: async () => {
      for (const sink of all) sink.close();
      remoteWrite?.close();
      await store.close();
    },
  };
}
