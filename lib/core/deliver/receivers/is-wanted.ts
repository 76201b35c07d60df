import type { Delivery } from '../../model/delivery.ts';
import type { Priority } from '../../model/finding.ts';
import { severity, worstFinding } from '../slack/event-view.ts';

/** Whether a receiver is meant for this event: alerts only where people are told, and nothing below the receiver's minimum priority. */
export function isWanted(
  delivery: Delivery,
  { minimumPriority, takesAlerts }: { readonly minimumPriority: Priority; readonly takesAlerts: boolean },
): boolean {
  if (delivery.alert !== undefined && !takesAlerts) return false;
  return severity(worstFinding(delivery).finding.priority) <= severity(minimumPriority);
}
