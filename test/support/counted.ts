import { LedgerSink } from '../../lib/core/deliver/ledger-sink.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { Ledger } from '../../lib/core/ports.ts';
import { openScan, scanInputs } from '../../lib/wire.ts';

/** What a log makes with a configuration and more rules, each event once, in the order of the log. */
export async function deliveriesIn(path: string, config: string, ...ruleFiles: readonly string[]): Promise<readonly Delivery[]> {
  const opened = await openScan({ configPath: config, ruleFiles, builtinRules: true });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
  const deliveries: Delivery[] = [];
  await scanInputs([path], opened.detector, (outcome) => {
    if (outcome.kind === 'findings') deliveries.push(outcome.delivery);
  });
  return deliveries;
}

/** Counts events in batches, as a server or a function does. */
export async function countIn(ledger: Ledger, deliveries: readonly Delivery[], batch = 20): Promise<void> {
  const sink = new LedgerSink(ledger);
  for (let at = 0; at < deliveries.length; at += batch) {
    const results = await sink.deliver(deliveries.slice(at, at + batch));
    if (results.some(({ kind }) => kind !== 'delivered')) throw new Error(JSON.stringify(results));
  }
}

/** A group as `tune --format json` prints it. */
export interface PrintedGroup {
  readonly rule: string;
  readonly principal: string;
  readonly action: string;
  readonly count: number;
  readonly users: number;
  readonly users_are_estimated?: true;
  readonly last: { readonly id: string; readonly message: string; readonly output_fields?: object };
  readonly exception: string | null;
}

/** Groups as a log and as a store must tell them alike: in one order, without what a store does not keep, or only roughly. */
export function alike(groups: readonly PrintedGroup[]): readonly object[] {
  return groups
    .map(({ users: _, users_are_estimated: __, last: { id, message }, ...group }) => ({
      ...group,
      last: { id, message: message.length > 300 ? `${message.slice(0, 299)}…` : message },
    }))
    .toSorted((left, right) => right.count - left.count || (textOf(left) < textOf(right) ? -1 : 1));
}

function textOf({ rule, principal, action }: Pick<PrintedGroup, 'rule' | 'principal' | 'action'>): string {
  return JSON.stringify([rule, principal, action]);
}
