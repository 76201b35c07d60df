import type { Priority } from '../model/finding.ts';

/** One declared principal: a pipeline, a workload or a break-glass identity. Globs: `*` and `?`, anchored, case-sensitive. */
export interface PrincipalEntry {
  readonly name: string;
  /** Exactly one of these four names the principal. */
  readonly role?: string;
  readonly user?: string;
  readonly service_account?: string;
  readonly kubernetes_user?: string;
  /** Narrowing: all given must hold. */
  readonly accounts?: readonly string[];
  readonly clusters?: readonly string[];
  readonly session?: string;
  readonly source_identity?: string;
  /** Glob over the provider's host and path, case-insensitive. */
  readonly identity_provider?: string;
  readonly namespaces?: readonly string[];
  readonly user_agent?: string;
}

/** A change that is expected whoever makes it. */
export interface IgnoreEntry {
  readonly name: string;
  readonly reason: string;
  readonly owner?: string;
  /** Last day on which the entry holds, `YYYY-MM-DD`; compared with the event's own time in UTC. */
  readonly until?: string;
  readonly condition: string;
}

/** What decides, as the user declared it; the part of the configuration that the core needs. */
export interface Policy {
  readonly accounts: Readonly<Record<string, { readonly name?: string }>>;
  readonly clusters: Readonly<Record<string, { readonly account?: string; readonly region?: string }>>;
  readonly pipelines: readonly PrincipalEntry[];
  readonly workloads: readonly PrincipalEntry[];
  readonly break_glass: readonly PrincipalEntry[];
  readonly report_workloads: boolean;
  readonly ignore: readonly IgnoreEntry[];
  readonly labels: Readonly<Record<string, string>>;
  readonly rules: {
    readonly disable: readonly string[];
    readonly minimum_priority: Priority;
    readonly rule_matching: 'all' | 'first';
  };
}

/** The policy of somebody who has declared nothing. */
export const EMPTY_POLICY: Policy = {
  accounts: {},
  clusters: {},
  pipelines: [],
  workloads: [],
  break_glass: [],
  report_workloads: false,
  ignore: [],
  labels: {},
  rules: { disable: [], minimum_priority: 'Debug', rule_matching: 'all' },
};

/** An own entry of a table that foreign text indexes: `constructor` and the like are not there. */
export function ownEntry<T>(table: Readonly<Record<string, T>>, key: string | undefined): T | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
