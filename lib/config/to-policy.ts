import type { Priority } from '../core/model/finding.ts';
import type { Policy, PrincipalEntry } from '../core/policy/policy.ts';
import type { Config } from './schema.ts';
import type { PRIORITY_WORDS } from './schema-values.ts';

const PRIORITY_OF: Readonly<Record<(typeof PRIORITY_WORDS)[number], Priority>> = {
  emergency: 'Emergency',
  alert: 'Alert',
  critical: 'Critical',
  error: 'Error',
  warning: 'Warning',
  notice: 'Notice',
  informational: 'Informational',
  debug: 'Debug',
};

/** The priority a configuration word means. */
export function priorityOf(word: keyof typeof PRIORITY_OF): Priority {
  return PRIORITY_OF[word];
}

/** The part of the configuration that decides, as the core takes it. */
export function toPolicy(config: Config): Policy {
  return {
    accounts: mapValues(config.accounts, ({ name }) => (name === undefined ? {} : { name })),
    clusters: mapValues(config.clusters, present),
    pipelines: config.pipelines.map((entry) => present(entry) satisfies PrincipalEntry),
    workloads: config.workloads.map((entry) => present(entry) satisfies PrincipalEntry),
    break_glass: config.break_glass.map((entry) => present(entry) satisfies PrincipalEntry),
    report_workloads: config.report_workloads,
    ignore: config.ignore.map(present),
    labels: { ...config.labels },
    rules: {
      disable: config.rules.disable,
      minimum_priority: priorityOf(config.rules.minimum_priority),
      rule_matching: config.rules.rule_matching,
    },
  };
}

/** Drops keys whose value is undefined: the core tells "absent" by the key alone. */
type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Present<T>;
}

/** Maps a table's values; made of entries, so that a key called `__proto__` stays an ordinary key. */
function mapValues<A, B>(table: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(value)]));
}
