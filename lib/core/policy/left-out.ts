import type { CompiledPolicy } from './declared.ts';
import type { PrincipalEntry } from './policy.ts';

/** A declared entry that a pattern does not contain: the runtime alone decides about its principal. */
export interface LeftOut {
  /** Name of the entry. */
  readonly entry: string;
  /** Why, in words. */
  readonly reason: string;
}

/** What of the declared pipelines and workloads a pattern may leave out, and what it may not. */
export interface Silent {
  readonly entries: readonly PrincipalEntry[];
  readonly leftOut: readonly LeftOut[];
}

const NARROWING = ['accounts', 'clusters', 'session', 'source_identity', 'identity_provider', 'namespaces', 'user_agent'] as const;

/** The keys of which each entry has one: how it names its principal. */
type PrincipalKey = 'role' | 'user' | 'service_account' | 'kubernetes_user';

/** The declared entries, named by one of `keys`, that silence their principal whatever else the event says; a narrowed one depends on more than a pattern sees. */
export function silentEntries({ policy }: CompiledPolicy, keys: readonly PrincipalKey[]): Silent {
  const entries: PrincipalEntry[] = [];
  const leftOut: LeftOut[] = [];
  for (const entry of [...policy.pipelines, ...(policy.report_workloads ? [] : policy.workloads)]) {
    if (!keys.some((key) => entry[key] !== undefined)) continue;
    const narrowed = NARROWING.filter((key) => entry[key] !== undefined);
    if (narrowed.length === 0) entries.push(entry);
    else leftOut.push({ entry: entry.name, reason: `narrowed by ${narrowed.join(' and ')}` });
  }
  return { entries, leftOut };
}
