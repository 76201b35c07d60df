import type { AuditEvent } from '../model/audit-event.ts';
import type { EventClass, Hand, Verdict } from '../model/verdict.ts';
import type { CompiledPolicy } from '../policy/declared.ts';
import { type ClassAnswer, classOfCloudTrail } from './change-cloudtrail.ts';
import { classOfKubernetes, decidesRequest } from './change-kubernetes.ts';
import { channelOf } from './channel.ts';
import { type HandAnswer, handOf } from './hand.ts';

/** Answers the three questions about one audit event; a pure function of the event and the policy. */
export function classify(event: AuditEvent, policy: CompiledPolicy): Verdict {
  const hand = handOf(event, policy);
  const answer = event.source === 'k8s_audit' ? classOfKubernetes(event, hand.hand) : classOfCloudTrail(event);
  const decides = event.source === 'k8s_audit' ? decidesRequest(event) : true;
  return {
    class: answer.class,
    classReason: answer.reason,
    hand: hand.hand,
    handReason: hand.reason,
    channel: channelOf(event),
    reason: isJudgedByHand(answer.class) ? hand.reason : answer.reason,
    manual: decides && isManual(answer, hand, policy.policy.report_workloads),
    ...(hand.declaredAs === undefined ? {} : { declaredAs: hand.declaredAs }),
    breakGlass: hand.reason === 'break_glass',
    spoofed: hand.reason === 'spoofed_machine',
    decides,
  };
}

/** An event that an `ignore:` entry expects is no manual change any more; everything else about it stays. */
export function expected(verdict: Verdict, entryName: string): Verdict {
  return { ...verdict, manual: false, reason: 'ignored', declaredAs: entryName };
}

/** Classes in which it matters whose hand it was. */
export function isJudgedByHand(eventClass: EventClass): boolean {
  return eventClass === 'change' || eventClass === 'interactive';
}

function isManual(answer: ClassAnswer, hand: HandAnswer, reportWorkloads: boolean): boolean {
  return isJudgedByHand(answer.class) && isReported(hand.hand, reportWorkloads);
}

/** Hands whose changes are drift. */
export function isReported(hand: Hand, reportWorkloads: boolean): boolean {
  return hand === 'human' || hand === 'unknown' || (hand === 'workload' && reportWorkloads);
}
