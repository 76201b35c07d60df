/** What a configuration may say but can hardly mean; found on the raw value, so that errors elsewhere hide no warning. */
import type { Config } from './schema.ts';
import { isRecord } from './schema-values.ts';

/** One warning and its place. */
export interface Warning {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const LISTS = ['pipelines', 'workloads', 'break_glass'] as const;

/** All warnings about a configuration value, valid or not. */
export function warningsOf(value: unknown): readonly Warning[] {
  if (!isRecord(value)) return [];
  const entries = LISTS.flatMap((list) =>
    asArray(value[list]).flatMap((entry, index) => (isRecord(entry) ? [{ list, entry, path: [list, index] as const }] : [])),
  );
  return [
    ...entries.flatMap(({ list, entry, path }) => (list === 'break_glass' ? [] : broadPrincipal(entry, path))),
    ...entries.flatMap(({ entry, path }) => deadNarrowing(entry, path)),
    ...entries.flatMap(({ entry, path }) => unknownClusters(value, entry['clusters'], [...path, 'clusters'])),
    ...followedClusters(value),
  ];
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const MATCHES_ALL = /^[*?]*\*[*?]*$/;

/** Entries that make whoever holds a stolen credential look like a pipeline. */
function broadPrincipal(entry: Record<string, unknown>, path: readonly PropertyKey[]): readonly Warning[] {
  const warn = (key: string, message: string): Warning => ({ path: [...path, key], message });
  const warnings: Warning[] = [];
  for (const key of ['role', 'user', 'kubernetes_user', 'service_account']) {
    const pattern = entry[key];
    if (typeof pattern !== 'string') continue;
    if (MATCHES_ALL.test(pattern) || pattern === '*/*') {
      warnings.push(warn(key, `"${pattern}" matches every principal, stolen credentials too: name the ones that are meant`));
    } else if (key === 'kubernetes_user' && /^system:serviceaccount:(?:\*|[^:]*:\*)$/.test(pattern)) {
      warnings.push(warn(key, `"${pattern}" matches stolen service account tokens too: list the accounts under service_account`));
    } else if (key === 'kubernetes_user' && /^system:\*?$/.test(pattern)) {
      warnings.push(warn(key, `"${pattern}" matches every service account and node, stolen tokens too: name the ones that are meant`));
    } else if (key === 'service_account' && pattern.endsWith('/*')) {
      warnings.push(warn(key, `"${pattern}" matches every account of the namespace, stolen tokens too: name the ones that are meant`));
    }
  }
  return warnings;
}

const SESSION_KEYS = ['session', 'source_identity', 'identity_provider'] as const;

/** Narrowing keys that no identity of the named kind ever has, so that the entry matches nobody. */
function deadNarrowing(entry: Record<string, unknown>, path: readonly PropertyKey[]): readonly Warning[] {
  const principal = ['user', 'service_account', 'kubernetes_user'].find((key) => entry[key] !== undefined);
  if (principal === undefined || entry['role'] !== undefined) return [];
  return SESSION_KEYS.filter((key) => entry[key] !== undefined).map((key) => ({
    path: [...path, key],
    message: `only role sessions have this; together with ${principal} the entry matches nobody: remove the key or name a role`,
  }));
}

function unknownClusters(root: Record<string, unknown>, names: unknown, path: readonly PropertyKey[]): readonly Warning[] {
  const clusters = isRecord(root['clusters']) ? Object.keys(root['clusters']) : [];
  return asArray(names).flatMap((name, index) => {
    if (typeof name !== 'string' || /[*?]/.test(name) || clusters.includes(name)) return [];
    return [{ path: [...path, index], message: `no cluster "${name}" under clusters: fine if its name is right, else nothing matches` }];
  });
}

function followedClusters(root: Record<string, unknown>): readonly Warning[] {
  const serve = root['serve'];
  if (!isRecord(serve)) return [];
  return asArray(serve['follow']).flatMap((item, index) =>
    isRecord(item) && item['cluster'] !== undefined
      ? unknownClusters(root, [item['cluster']], ['serve', 'follow', index, 'cluster']).map(({ message, path }) => ({
          message,
          path: path.slice(0, -1),
        }))
      : [],
  );
}

/**
 * `ignore` entries that have ended: right for old logs, forgotten for new ones.
 *
 * @param today - The day to compare with, `YYYY-MM-DD` (UTC); the caller has the clock.
 */
export function expiredIgnores(config: Config, today: string): readonly Warning[] {
  return config.ignore.flatMap(({ until }, index) =>
    until !== undefined && until < today
      ? [{ path: ['ignore', index, 'until'], message: `ended on ${until}: what it expected is reported again; renew or remove the entry` }]
      : [],
  );
}
