import type { JsonObject } from '../../lib/core/model/audit-event.ts';
import type { EventSource } from '../../lib/core/model/raw-record.ts';
import type { Policy } from '../../lib/core/policy/policy.ts';
import type { EventContext } from '../../lib/core/rules/engine.ts';
import { detectorOf } from './detector.ts';
import { eventOf } from './records.ts';

/** What rules see of one record, under a policy. */
export function contextOf(source: EventSource, value: JsonObject, policy: Partial<Policy> = {}): EventContext {
  return detectorOf(policy).decide(eventOf(source, value), 1).context;
}
