/**
 * The way out of the spool: one sink, one round. Each sink is drained on its own, so one that is down costs the others nothing;
 * what it has is settled in one transaction, and what it could not take stays and is met again in a later round.
 */
import type { Delivery } from '../model/delivery.ts';
import type { DeliveryResult } from '../model/delivery-result.ts';
import type { DeliverOptions, Increment, PendingBound, PendingEntry, Settlement, Sink, Spool } from '../ports.ts';
import { deliverTo } from './deliver.ts';
import { parseDelivery } from './delivery-text.ts';
import { mergeIncrements } from './merge-increments.ts';
import { pairs } from './pairs.ts';

/** How one round is bounded, and what is counted with it. */
export interface DrainOptions extends DeliverOptions, PendingBound {
  /** What one result adds to the totals, in the transaction that settles it. */
  readonly countResult?: (sink: string, delivery: Delivery, result: DeliveryResult) => readonly Increment[];
}

/** What one round came to. */
export interface DrainRound {
  /** Entries that were handed to the sink; 0: there is nothing (more) to do after `afterSeq`. */
  readonly taken: number;
  /** Entries that the sink has now, or has refused for good. */
  readonly settled: number;
  /** Where the next round begins, so that entries the sink cannot take now do not hold up those behind them. */
  readonly lastSeq: number;
  /** How long the sink asked to be left alone, in ms; 0 when everything was settled. */
  readonly waitMs: number;
  /** What the first entry that was not settled met, for the log. */
  readonly trouble: Trouble | undefined;
}

/** Why an entry was not settled. */
export type Trouble = Exclude<DeliveryResult, { readonly kind: 'delivered' }>;

/** A sink that wants somebody to look is asked again after a minute, in ms: its answer will be the same until then. */
const LOOK_AGAIN_MS = 60_000;

/** Hands the oldest entries to a sink and settles what became of them. Rejects only when the spool does. */
export async function drainRound(spool: Spool, sink: Sink, options: DrainOptions): Promise<DrainRound> {
  const { maxEntries, maxBytes, afterSeq = 0, countResult, ...bounds } = options;
  const entries = await spool.pending(sink.name, { maxEntries, maxBytes, afterSeq });
  const read = entries.map((entry) => ({ entry, delivery: parseDelivery(entry.body) }));
  const unreadable = read.filter(({ delivery }) => delivery === undefined).map(({ entry }) => unread(entry));
  const readable = read.flatMap(({ entry, delivery }) => (delivery === undefined ? [] : [{ entry, delivery }]));
  const results = await deliverTo(
    sink,
    readable.map(({ delivery }) => delivery),
    bounds,
  );
  const settlements: Settlement[] = [...unreadable];
  const increments: Increment[] = [];
  const troubles: Trouble[] = [];
  for (const [{ entry, delivery }, result] of pairs(readable, results)) {
    increments.push(...(countResult?.(sink.name, delivery, result) ?? []));
    if (result.kind === 'delivered') settlements.push({ seq: entry.seq, kind: 'delivered' });
    else if (result.kind === 'refused' && result.permanent) settlements.push(refused(entry, `${result.reason}: ${result.message}`));
    else troubles.push(result);
  }
  if (settlements.length > 0 || increments.length > 0) await spool.settle(sink.name, settlements, mergeIncrements(increments));
  return {
    taken: entries.length,
    settled: settlements.length,
    lastSeq: entries.at(-1)?.seq ?? afterSeq,
    waitMs: Math.max(0, ...troubles.map(waitOf)),
    trouble: troubles[0],
  };
}

function waitOf(trouble: Trouble): number {
  return trouble.kind === 'later' ? trouble.afterMs : LOOK_AGAIN_MS;
}

function refused({ seq }: PendingEntry, reason: string): Settlement {
  return { seq, kind: 'refused', reason };
}

function unread(entry: PendingEntry): Settlement {
  return refused(entry, 'not a delivery that this version of driftwire can read');
}
