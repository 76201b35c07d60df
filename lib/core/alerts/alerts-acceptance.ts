import { deliveryText } from '../deliver/delivery-text.ts';
import { ALERTS_METRIC, type AlertOutcome } from '../model/alert.ts';
import type { Acceptance, Increment } from '../ports.ts';
import type { AlertsReading } from './read-alerts.ts';

/**
 * What is committed before the sender of alerts gets its answer. An alert that is accepted already in the same state is not accepted again.
 *
 * @param sinks - Names of the sinks that tell people; alerts go nowhere else.
 */
export function alertsAcceptance(
  { deliveries, failures, truncatedAlerts }: Extract<AlertsReading, { ok: true }>,
  sinks: readonly string[],
): Acceptance {
  return {
    entries: deliveries.map((delivery) => ({ key: delivery.key, body: deliveryText(delivery), onRepeat: counted('repeated', 1) })),
    sinks,
    cursors: [],
    increments: [...counted('read', deliveries.length), ...counted('failed', failures.length), ...counted('left_out', truncatedAlerts)],
    levels: [],
  };
}

/** More than one increment may hold, a sender can claim; it has told so then. */
function counted(outcome: AlertOutcome, by: number): readonly Increment[] {
  return by === 0 ? [] : [{ metric: ALERTS_METRIC, labels: { outcome }, by: Math.min(by, 2 ** 31) }];
}
