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

/** As it is said of what was done, and of what was tried. */
interface Verb {
  readonly did: string;
  readonly todo: string;
}

const KUBERNETES_VERBS: ReadonlyMap<string, Verb> = new Map([
  ['create', { did: 'created', todo: 'create' }],
  ['update', { did: 'updated', todo: 'update' }],
  ['patch', { did: 'patched', todo: 'patch' }],
  ['delete', { did: 'deleted', todo: 'delete' }],
  ['deletecollection', { did: 'deleted', todo: 'delete' }],
]);
/** Subresources that are something of their own to people. */
const SUBRESOURCES: ReadonlyMap<string, Verb> = new Map([
  ['exec', { did: 'ran a command in', todo: 'run a command in' }],
  ['attach', { did: 'attached to', todo: 'attach to' }],
  ['portforward', { did: 'forwarded a port of', todo: 'forward a port of' }],
  ['proxy', { did: 'went through the API server to', todo: 'go through the API server to' }],
  ['scale', { did: 'scaled', todo: 'scale' }],
  ['ephemeralcontainers', { did: 'added a debug container to', todo: 'add a debug container to' }],
  ['eviction', { did: 'evicted', todo: 'evict' }],
  ['approval', { did: 'approved', todo: 'approve' }],
  ['token', { did: 'issued a token for', todo: 'issue a token for' }],
]);

/** Who did what to what, as a sentence without its full stop: `alice patched Deployment shop/checkout`. */
export function sentence(
  { source, actor, action, target }: Pick<Finding, 'source' | 'actor' | 'action' | 'target'>,
  resource: string,
): string {
  const { user } = actor;
  if (action.class === 'sign_in') return `${user} ${action.error === null ? 'signed in' : 'failed to sign in'} (${action.name})`;
  const own = source === 'k8s_audit' ? (SUBRESOURCES.get(target.subresource ?? '') ?? KUBERNETES_VERBS.get(action.verb)) : undefined;
  const called = resource === '' ? action.name : `${action.name} on ${resource}`;
  const { did, todo } = own === undefined || resource === '' ? { did: `called ${called}`, todo: `call ${called}` } : said(own, resource);
  if (action.error === null && action.class !== 'attempt') return `${user} ${did}`;
  return `${user} tried to ${todo} and failed${action.error === null ? '' : `: ${action.error}`}`;
}

function said({ did, todo }: Verb, resource: string): Verb {
  return { did: `${did} ${resource}`, todo: `${todo} ${resource}` };
}

/** What was called, as its vendor writes it: `s3:PutBucketPolicy`, `patch deployments (apps)`. */
export function actionName({ source, action: { service, name } }: Pick<Finding, 'source' | 'action'>): string {
  if (service === '') return name;
  return source === 'aws_cloudtrail' ? `${service}:${name}` : `${name} (${service})`;
}

/** What was acted on: `Deployment shop/checkout`; empty when the finding does not say. */
export function resourceOf({ target: { kind, name, namespace, arn } }: Pick<Finding, 'target'>): string {
  if (namespace === null || namespace === '') return joinedBy(' ', kind, name ?? arn);
  return kind === null && name === null ? `namespace ${namespace}` : joinedBy(' ', kind, `${namespace}/${name ?? '*'}`);
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
  return `told because of its rule, not counted as manual: ${CLASSES[action.class]} by ${HANDS[actor.hand]} (${because})`;
}

const CLASSES: Readonly<Record<EventClass, string>> = {
  change: 'a change',
  data: 'a data-plane event',
  interactive: 'an interactive session',
  sign_in: 'a sign-in',
  attempt: 'a failed attempt',
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

/** Whose sessions AWS records as without MFA even where the identity provider has asked for it. */
const ASKED_ELSEWHERE = new Set(['identity_center', 'federated_user']);

/** With MFA or not, as far as the record says. */
export function mfaWords({ actor: { mfa }, reason }: Pick<Finding, 'actor' | 'reason'>): string {
  if (mfa === null) return 'MFA not recorded';
  if (mfa) return 'with MFA';
  return ASKED_ELSEWHERE.has(reason) ? 'without MFA at AWS (the identity provider may have asked for it)' : 'without MFA';
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
  return joinedBy(' · ', ...parts);
}

/** What there is of several parts, with something between them. */
export function joinedBy(between: string, ...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(between);
}

/** How long something took: `21 min`, `3 h 5 min`. */
export function durationWords(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
