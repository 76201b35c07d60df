/** What `tune` reads where it is not given a log: the store of `serve`, or the table of a deployment. */
import { dirname, resolve } from 'node:path';
import { DEFAULT_CONFIG_FILE } from '../../config/load-file.ts';
import type { Config } from '../../config/schema.ts';
import { DriftwireError } from '../../core/errors.ts';
import type { DayRange } from '../../core/ports.ts';
import { dayOf } from '../../core/tune/day-noise.ts';
import { StoredNoise } from '../../core/tune/stored-noise.ts';
import { settingsOf } from '../../serve/settings.ts';
import { openNoise, type StorePlace } from '../../wire-noise.ts';
import { UsageError } from '../context.ts';
import { parseWindow } from '../scan/scan-options.ts';
import type { Counted } from './tuning.ts';

/** What the user says of the store. */
export interface StoreFlags {
  readonly store?: boolean;
  readonly table?: string;
  readonly region?: string;
}

/** Whether a store is asked for. @throws {UsageError} for flags that do not go together. */
export function asksStore(
  { store, table, region, cluster }: StoreFlags & { readonly cluster?: string },
  paths: readonly string[],
): boolean {
  if (table === undefined && region !== undefined) throw new UsageError('--region: say with --table which table it is');
  if (store !== true && table === undefined) return false;
  const option = table === undefined ? '--store' : '--table';
  if (paths.length > 0) throw new UsageError(`${option} and PATH exclude each other: the findings are those that are counted already`);
  if (cluster !== undefined) throw new UsageError(`${option} and --cluster exclude each other: the store has what its events said`);
  return true;
}

/** Where the store is. Without a table it is that of `serve`, in the folder that the configuration names. */
export function storePlace({ table, region }: StoreFlags, config: Config, configPath: string = DEFAULT_CONFIG_FILE): StorePlace {
  if (table !== undefined) return { kind: 'table', table, region };
  return { kind: 'folder', folder: settingsOf(config, dirname(resolve(configPath))).state_dir };
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The days (UTC) that `--since` and `--until` touch. A date is that day itself, not midnight of this machine's time zone. */
export function dayRange(since: string | undefined, until: string | undefined, nowMs: number): DayRange {
  const inUtc = (text: string | undefined): string | undefined => (text !== undefined && DATE.test(text) ? `${text}T00:00:00Z` : text);
  const { sinceMs, untilMs } = parseWindow(inUtc(since), inUtc(until), nowMs);
  return {
    ...(sinceMs === undefined ? {} : { from: dayOf(sinceMs) }),
    ...(untilMs === undefined ? {} : { to: dayOf(untilMs - 1) }),
  };
}

/**
 * Reads what a store has counted about the events of these days.
 *
 * @throws {UsageError} when there is no store there, or it cannot be read.
 */
export async function readStore(place: StorePlace, days: DayRange, onGroup: (groups: number) => void): Promise<Counted> {
  const noise = new StoredNoise();
  let groups = 0;
  try {
    const store = await openNoise(place);
    try {
      await store.noise(days, (each) => {
        noise.add(each);
        onGroup(++groups);
      });
    } finally {
      store.close();
    }
  } catch (cause) {
    if (cause instanceof DriftwireError && cause.code !== 'DW_INTERNAL') throw new UsageError(cause.message, { cause });
    throw cause;
  }
  const name = place.kind === 'table' ? `the table ${place.table}` : place.folder;
  return { origin: { kind: 'store', name, days: noise.days }, noise, workloads: [], falco: [] };
}
