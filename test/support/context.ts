import type { JsonObject } from '../../lib/core/model/audit-event.ts';
import type { EventSource } from '../../lib/core/model/raw-record.ts';
import type { Detector } from '../../lib/core/pipeline.ts';
import type { Policy } from '../../lib/core/policy/policy.ts';
import type { EventContext } from '../../lib/core/rules/engine.ts';
import { detectorOf } from './detector.ts';
import { eventOf } from './records.ts';

let plain: Detector | undefined;

/** What rules see of one record, under a policy; by default that of somebody who has declared nothing. */
export function contextOf(source: EventSource, value: JsonObject, policy?: Partial<Policy>): EventContext {
  // loading the built-in rules takes longer than anything a test asks of one record
  plain ??= detectorOf();
  return (policy === undefined ? plain : detectorOf(policy)).decide(eventOf(source, value), 1).context;
}
