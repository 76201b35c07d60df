import type { KubernetesEvent } from '../model/audit-event.ts';
import type { Hand } from '../model/verdict.ts';
import { at, isObject, text, texts } from '../normalise/access.ts';
import type { ClassAnswer } from './change-cloudtrail.ts';
import { ACCESS_REVIEWS, INTERACTIVE, KUBERNETES_NOISE, KUBERNETES_NOISE_SUBRESOURCES } from './profile.ts';
import { queryParameters } from './query.ts';

const READ_VERBS: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'head', 'options', 'propfind']);
const DRY_RUN_VERBS: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
const NOISE_RESOURCES: ReadonlySet<string> = new Set(KUBERNETES_NOISE.map(({ resource }) => resource));
const NOISE_SUBRESOURCES: ReadonlySet<string> = new Set(KUBERNETES_NOISE_SUBRESOURCES.map(({ subresource }) => subresource));

/** A session through the API server: keyed on the subresource, because the verb is the client's transport (get over WebSocket). */
export function isSession(resource: string | undefined, subresource: string | undefined): boolean {
  return subresource !== undefined && INTERACTIVE.has(`${resource}/${subresource}`);
}

/**
 * The one stage of a request that is reported, as a function of the event alone: sessions and refused credentials at
 * ResponseStarted (a session's end comes hours later, a 401 has no other stage), all else when it is complete.
 */
export function decidesRequest(event: {
  readonly stage: string;
  readonly resource?: string | undefined;
  readonly subresource?: string | undefined;
  readonly code?: number | undefined;
}): boolean {
  const early = isSession(event.resource, event.subresource) || event.code === 401;
  if (event.stage === 'ResponseStarted') return early;
  return (event.stage === 'ResponseComplete' || event.stage === 'Panic') && !early;
}

/** The class of a request that resource and verb alone decide; undefined when the rest of the event is needed. */
export function classOfVerb(verb: string, resource: string | undefined, subresource: string | undefined): ClassAnswer | undefined {
  if (isSession(resource, subresource)) return undefined;
  if (READ_VERBS.has(verb)) return { class: 'read', reason: resource === undefined ? 'non_resource' : 'read_verb' };
  if (verb === 'create' && resource !== undefined && subresource === undefined && ACCESS_REVIEWS.has(resource)) {
    return { class: 'read', reason: 'access_review' };
  }
  return undefined;
}

/** Was it a change? For a Kubernetes audit event; machines' upkeep is noise only in a machine's hand. */
export function classOfKubernetes(event: KubernetesEvent, hand: Hand): ClassAnswer {
  const byVerb = classOfVerb(event.verb, event.resource, event.subresource);
  if (byVerb !== undefined) return byVerb;
  const session = isSession(event.resource, event.subresource);
  if (!session && isDryRun(event)) return { class: 'dry_run', reason: 'dry_run' };
  if (hasFailed(event, session)) return { class: 'attempt', reason: 'failed' };
  if (session) return { class: 'interactive', reason: 'interactive' };
  if ((hand === 'service' || hand === 'workload') && isNoise(event)) return { class: 'noise', reason: 'machine_noise' };
  return { class: 'change', reason: 'write' };
}

function isNoise(event: KubernetesEvent): boolean {
  if (NOISE_RESOURCES.has(`${event.apiGroup}/${event.resource}`)) return true;
  return event.subresource !== undefined && NOISE_SUBRESOURCES.has(event.subresource);
}

/**
 * A refused or failed request: the code decides, never the authorization annotation (a WebSocket exec refused by the second
 * check says allow and 403). Through a proxy the code is the pod's answer, unless the API server itself failed the request.
 */
function hasFailed(event: KubernetesEvent, session: boolean): boolean {
  if (event.stage === 'Panic') return true;
  if (event.code === undefined || event.code < 400) return false;
  if (!session || event.subresource !== 'proxy') return true;
  const status = at(event.value, 'responseStatus');
  const forbidden = text(event.value, 'annotations', 'authorization.k8s.io/decision') === 'forbid';
  return event.code === 401 || forbidden || text(status, 'status') === 'Failure' || text(status, 'reason') !== undefined;
}

/**
 * `dryRun=All` in the query, or in the options that are a delete's or an eviction's body; nowhere else does the server read it.
 * With a body, a delete takes no options from the query (apiserver, `pkg/endpoints/handlers/delete.go`): whoever writes
 * `?dryRun=All` beside one deletes for good.
 */
function isDryRun(event: KubernetesEvent): boolean {
  if (!DRY_RUN_VERBS.has(event.verb) || event.subresource === 'token') return false;
  const isDelete = event.verb === 'delete' || event.verb === 'deletecollection';
  if (isDelete && isObject(at(event.value, 'requestObject'))) return texts(event.value, 'requestObject', 'dryRun').includes('All');
  if (queryParameters(event.requestUri).some(({ name, value }) => name === 'dryRun' && value === 'All')) return true;
  return event.subresource === 'eviction' && texts(event.value, 'requestObject', 'deleteOptions', 'dryRun').includes('All');
}
