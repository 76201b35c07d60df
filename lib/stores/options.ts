import { DEFAULT_LABEL_BUDGET, type LabelBudget } from '../core/deliver/label-budget.ts';

/** What all stores have in common. */
export interface StoreOptions {
  readonly budget?: LabelBudget;
  /** The clock: ms since 1970. */
  readonly nowMs?: () => number;
  /** Groups of noise (rule, principal, action) that may begin in a day; a group begins anew each day. What has no room is counted without its name. */
  readonly noiseGroupsADay?: number;
  /** Bound of what waits for sinks, in bytes; only an entry that alone is larger may pass it, when nothing else waits. */
  readonly spoolLimitBytes?: number;
}

/** The same with nothing left open. */
export type StoreSettings = Required<StoreOptions>;

/**
 * How long a mark is remembered, in ms: 30 days, longer than any queue keeps or redrives a message (SQS: 14 days). What makes noise is
 * forgotten as long after it was last added to.
 */
export const MARK_TTL_MS: number = 30 * 24 * 3_600_000;

/**
 * Real organisations have a few hundred groups in a month; somebody who makes up names could have one for each request. So many of 1 kB
 * for 30 days are 60 MB.
 */
const NOISE_GROUPS_A_DAY = 2_000;

/** Refused entries that are kept to be looked at. */
export const MAX_REFUSALS = 1_000;

/** Half a GiB: at 2 KB a finding about 250,000 events, hours of the busiest cluster with its Loki down. */
const SPOOL_LIMIT_BYTES = 512 * 1024 * 1024;

/** What one entry takes beside its text, in bytes: row, keys and one row for each sink. */
const ENTRY_OVERHEAD_BYTES = 128;

/** Options with their defaults. */
export function storeSettings({ budget, nowMs, noiseGroupsADay, spoolLimitBytes }: StoreOptions): StoreSettings {
  return {
    budget: budget ?? DEFAULT_LABEL_BUDGET,
    nowMs: nowMs ?? Date.now,
    noiseGroupsADay: noiseGroupsADay ?? NOISE_GROUPS_A_DAY,
    spoolLimitBytes: spoolLimitBytes ?? SPOOL_LIMIT_BYTES,
  };
}

/** What one entry counts against the bound of the spool, in bytes. */
export function entryBytes({ key, body }: { readonly key: string; readonly body: string }): number {
  return Buffer.byteLength(key) + Buffer.byteLength(body) + ENTRY_OVERHEAD_BYTES;
}
