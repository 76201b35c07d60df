import { seriesKey } from '../../lib/core/deliver/series-key.ts';
import type { Increment, Ledger, Mark, SharedStore } from '../../lib/core/ports.ts';
import type { StoreOptions } from '../../lib/stores/options.ts';

/** How a test comes by a store. */
export interface StoreHarness<S extends SharedStore> {
  /** An empty one. */
  open(options?: StoreOptions): Promise<S>;
  /** Another client of the same one, as another process has; the same object where a store does not leave its process. */
  share(store: S, options?: StoreOptions): Promise<S>;
}

/** A metric whose labels are open. */
export const CHANGES = 'kubernetes_audit_manual_changes_total';

/** A change by somebody. */
export function change(user: string, by = 1): Increment {
  return { metric: CHANGES, labels: { user, verb: 'patch', kind: 'Pod', namespace: 'shop', cluster: 'demo' }, by };
}

/** A record that was read. */
export function record(outcome: string, by = 1): Increment {
  return { metric: 'driftwire_records_total', labels: { source: 'k8s_audit', outcome }, by };
}

/** What counts once. */
export function mark(key: string, ...increments: readonly Increment[]): Mark {
  return { key, increments };
}

/** The value of one series; undefined when nobody knows it. */
export async function totalOf(ledger: Ledger, series: Omit<Increment, 'by'>): Promise<number | undefined> {
  const key = seriesKey(series);
  return (await ledger.totals()).find((total) => seriesKey(total) === key)?.value;
}
