/** What a finding says, in words for people. */
import { REASONS } from '../../classify/reasons.ts';
import type { Finding, Priority } from '../../model/finding.ts';
import type { EventClass, Hand } from '../../model/verdict.ts';

/** How a priority looks: a mark in its colour for where there is text alone, and the colour of the bar. */
export interface Look {
  readonly mark: string;
  /** `#rrggbb` */
  readonly color: string;
}

const RED: Look = { mark: '🔴', color: '#d92d3a' };
const ORANGE: Look = { mark: '🟠', color: '#e8762d' };
const YELLOW: Look = { mark: '🟡', color: '#e8b62d' };
const BLUE: Look = { mark: '🔵', color: '#2d7de8' };
const GREY: Look = { mark: '⚪', color: '#8a8d91' };
const LOOKS: Readonly<Record<Priority, Look>> = {
  Emergency: RED,
  Alert: RED,
  Critical: RED,
  Error: ORANGE,
  Warning: YELLOW,
  Notice: BLUE,
  Informational: GREY,
  Debug: GREY,
};

/** What is over. */
export const RESOLVED: Look = { mark: '✅', color: '#2eb67d' };

/** The look of a priority; the word always stands beside it. */
export function lookOf(priority: Priority): Look {
  return LOOKS[priority];
}

const KUBERNETES_VERBS: ReadonlyMap<string, string> = new Map([
  ['create', 'created'],
  ['update', 'updated'],
  ['patch', 'patched'],
  ['delete', 'deleted'],
  ['deletecollection', 'deleted all of'],
]);
/** Subresources that are something of their own to people. */
const SUBRESOURCES: ReadonlyMap<string, string> = new Map([
  ['exec', 'ran a command in'],
  ['attach', 'attached to'],
  ['portforward', 'forwarded a port of'],
  ['proxy', 'went through the API server to'],
  ['scale', 'scaled'],
  ['ephemeralcontainers', 'added a debug container to'],
  ['eviction', 'evicted'],
  ['binding', 'bound'],
  ['approval', 'approved'],
  ['token', 'issued a token for'],
]);

/** Who did what to what, as a sentence without its full stop: `alice patched Deployment shop/checkout`. */
export function sentence(
  { source, actor, action, target }: Pick<Finding, 'source' | 'actor' | 'action' | 'target'>,
  resource: string,
): string {
  const what = on(resource);
  if (action.class === 'sign_in') return `${actor.user} ${action.error === null ? 'signed in' : 'failed to sign in'} (${action.name})`;
  if (action.error !== null || action.class === 'attempt')
    return `${actor.user} tried ${action.name}${what} and failed${ended(action.error)}`;
  const past = source === 'k8s_audit' ? (SUBRESOURCES.get(target.subresource ?? '') ?? KUBERNETES_VERBS.get(action.verb)) : undefined;
  return past === undefined || resource === '' ? `${actor.user} called ${action.name}${what}` : `${actor.user} ${past} ${resource}`;
}

/** What was acted on: `Deployment shop/checkout`; empty when the finding does not say. */
export function resourceOf({ target }: Pick<Finding, 'target'>): string {
  const name = target.namespace === null || target.namespace === '' ? target.name : `${target.namespace}/${target.name ?? '*'}`;
  return [target.kind, name ?? target.arn].filter((part) => part !== null && part !== '').join(' ');
}

/** Account, cluster and region, as far as they are known. */
export function placeOf({
  account,
  account_name,
  cluster,
  region,
}: Pick<Finding, 'account' | 'account_name' | 'cluster' | 'region'>): string {
  const named = account_name === null || account === null ? (account_name ?? account) : `${account_name} (${account})`;
  return joined([named, tagged('cluster', cluster), region]);
}

/**
 * Why it counts as a manual change, or why it is told although it is none.
 *
 * @param isDrift - One of its rules counts it as a manual change.
 */
export function whyWords({ reason, actor, action }: Pick<Finding, 'reason' | 'actor' | 'action'>, isDrift: boolean): string {
  const because = Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS] : reason;
  const isByHand = actor.hand === 'human' || actor.hand === 'unknown';
  if (isDrift || (isByHand && (action.class === 'change' || action.class === 'interactive'))) return `counts as manual: ${because}`;
  return `a rule asks for it; not counted as manual (${CLASSES[action.class]} by ${HANDS[actor.hand]}): ${because}`;
}

const CLASSES: Readonly<Record<EventClass, string>> = {
  change: 'a change',
  data: 'a data-plane event',
  interactive: 'an interactive session',
  sign_in: 'a sign-in',
  attempt: 'an attempt that failed',
  dry_run: 'a dry run',
  read: 'a read',
  noise: 'upkeep',
};
const HANDS: Readonly<Record<Hand, string>> = {
  human: 'a person',
  pipeline: 'a pipeline',
  service: 'a service',
  workload: 'a workload',
  unknown: 'somebody unknown',
};

/** With MFA or not, as far as the record says. */
export function mfaWords(mfa: boolean | null): string {
  if (mfa === null) return 'MFA not recorded';
  return mfa ? 'with MFA' : 'without MFA';
}

/** A text with what it is before it; null stays null. */
export function tagged(label: string, text: string | null): string | null {
  return text === null || text === '' ? null : `${label} ${text}`;
}

/** Null for what says nothing new beside what is known. */
export function other(text: string | null, known: string | null): string | null {
  return text === known ? null : text;
}

/** What there is of several parts, in one line. */
export function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

function on(resource: string): string {
  return resource === '' ? '' : ` on ${resource}`;
}

function ended(error: string | null): string {
  return error === null ? '' : `: ${error}`;
}
