import type { Caller } from '../model/audit-event.ts';
import type { Hand } from '../model/verdict.ts';
import { type CompiledPolicy, declaredEntry } from '../policy/declared.ts';
import { handOfCloudTrail } from './hand-cloudtrail.ts';
import { handOfKubernetes, isSpoofedMachine } from './hand-kubernetes.ts';
import type { ReasonCode } from './reasons.ts';

/** A hand with the code that decided it. */
export interface HandAnswer {
  readonly hand: Hand;
  readonly reason: ReasonCode;
  /** Name of the declared entry that decided. */
  readonly declaredAs?: string;
}

/**
 * Whose hand was it? Break-glass and spoofed machine names first (always reported), then what the user declared as pipeline,
 * then services, then workloads, then people; who is left is unknown and reported: it fails open.
 * User agent and session name exempt nobody by themselves, they only narrow a declared principal.
 */
export function handOf(event: Caller, policy: CompiledPolicy): HandAnswer {
  const breakGlass = declaredEntry(policy.breakGlass, event);
  if (breakGlass !== undefined) return { hand: 'human', reason: 'break_glass', declaredAs: breakGlass.name };
  if (event.source === 'k8s_audit' && isSpoofedMachine(event, policy.ownAccounts)) return { hand: 'human', reason: 'spoofed_machine' };
  const pipeline = declaredEntry(policy.pipelines, event);
  if (pipeline !== undefined) return { hand: 'pipeline', reason: 'declared_pipeline', declaredAs: pipeline.name };
  const answer = event.source === 'k8s_audit' ? handOfKubernetes(event) : handOfCloudTrail(event);
  if (answer.hand === 'service') return answer;
  const workload = declaredEntry(policy.workloads, event);
  return workload === undefined ? answer : { hand: 'workload', reason: 'declared_workload', declaredAs: workload.name };
}
