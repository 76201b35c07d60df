import type { ReasonCode } from '../classify/reasons.ts';

/** Was it a change? */
export const EVENT_CLASSES = ['change', 'data', 'interactive', 'sign_in', 'attempt', 'dry_run', 'read', 'noise'] as const;
export type EventClass = (typeof EVENT_CLASSES)[number];

/** Whose hand? */
export const HANDS = ['human', 'pipeline', 'service', 'workload', 'unknown'] as const;
export type Hand = (typeof HANDS)[number];

/** Through what? A label, never a reason. */
export const CHANNELS = [
  'console',
  'cli',
  'sdk',
  'terraform',
  'cdk',
  'cloudformation',
  'pulumi',
  'kubectl',
  'helm',
  'argocd',
  'flux',
  'other',
] as const;
export type Channel = (typeof CHANNELS)[number];

/** The three answers about one audit event, each with the code that decided it. */
export interface Verdict {
  readonly class: EventClass;
  readonly classReason: ReasonCode;
  readonly hand: Hand;
  readonly handReason: ReasonCode;
  readonly channel: Channel;
  /** The code that decided: the hand's reason when the class is one that is judged by the hand, else the class's. */
  readonly reason: ReasonCode;
  /** A change or a session, by a person, by unknown, or by a workload that is reported. */
  readonly manual: boolean;
  /** Name of the declared pipeline, workload or break-glass entry that decided. */
  readonly declaredAs?: string;
  readonly breakGlass: boolean;
  /** A machine's name worn by somebody who is not that machine. */
  readonly spoofed: boolean;
  /** Kubernetes: this stage is the one that is reported for the request; CloudTrail: always true. */
  readonly decides: boolean;
}
