import { labelValue } from '../deliver/label-value.ts';
import type { Delivery } from '../model/delivery.ts';
import type { FindingWithOrigin } from '../model/finding.ts';
import { type DayNoise, dayOf, type NoiseGroupId } from './day-noise.ts';
import { userSlot } from './user-slots.ts';

/** Longest texts of a group, in UTF-16 units; all that real records name is shorter. */
const MAX_RULE = 256;
const MAX_NAME = 512;
/** What is shown of a message; the record itself is in Loki. */
const MAX_MESSAGE = 300;

/** What one event adds to the noise of its day: each finding of our own rules. What Falco has judged is silenced in Falco. */
export function noiseOf({ principal, findings }: Pick<Delivery, 'principal' | 'findings'>): readonly DayNoise[] {
  return findings.flatMap((found) => {
    const { source } = found.finding;
    if (source !== 'aws_cloudtrail' && source !== 'k8s_audit') return [];
    const day = dayOf(found.timeMs);
    if (principal === undefined) return [{ kind: 'further', day, count: 1 }];
    const group = { rule: found.finding.rule, source, principal, action: found.finding.action.name };
    return [canBeNamed(group) ? { kind: 'group', day, group, count: 1, seen: seenIn(found) } : { kind: 'further', day, count: 1 }];
  });
}

/** An exception that names a part of a text, or a text that was mended, would not be about this group. */
function canBeNamed({ rule, principal, action }: NoiseGroupId): boolean {
  const isShort = rule.length <= MAX_RULE && principal.length <= MAX_NAME && action.length <= MAX_NAME;
  return isShort && [rule, principal, action].every((text) => text.isWellFormed());
}

function seenIn({ finding, timeMs }: FindingWithOrigin): Extract<DayNoise, { kind: 'group' }>['seen'] {
  const { priority, reason, actor, id, message } = finding;
  return {
    priority,
    reason,
    users: [userSlot(actor.user)],
    firstMs: timeMs,
    lastMs: timeMs,
    last: { id: labelValue(id), message: labelValue(message, MAX_MESSAGE) },
  };
}
