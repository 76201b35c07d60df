import { delayIncrements } from '../model/delay.ts';
import type { Delivery } from '../model/delivery.ts';
import type { DeliveryResult } from '../model/delivery-result.ts';
import type { Increment } from '../ports.ts';

/**
 * What one result of one sink adds to the totals: its outcome, and the delay from the event when the sink has it. What was not meant for
 * the sink adds nothing, and neither does what waits for its turn: nothing has become of it yet.
 *
 * @param nowMs - Time of the result, in ms since 1970.
 */
export function deliveryIncrements(sink: string, { findings }: Delivery, result: DeliveryResult, nowMs: number): readonly Increment[] {
  if (result.kind === 'delivered' && result.skipped === true) return [];
  if (result.kind === 'later' && result.reason === 'queued') return [];
  const outcome = outcomeOf(result);
  const counted: Increment = { metric: 'driftwire_deliveries_total', labels: { sink, outcome }, by: 1 };
  return outcome === 'delivered' ? [counted, ...delayIncrements(sink, nowMs - findings[0].timeMs)] : [counted];
}

function outcomeOf(result: DeliveryResult): 'delivered' | 'muted' | 'refused' | 'failed' {
  if (result.kind === 'delivered') return result.skipped === 'muted' ? 'muted' : 'delivered';
  return result.kind === 'refused' && result.permanent ? 'refused' : 'failed';
}
