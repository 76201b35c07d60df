import { fingerprint } from '../fingerprint.ts';
import type { Json, JsonObject, KubernetesEvent, Target } from '../model/audit-event.ts';
import type { RawRecord } from '../model/raw-record.ts';
import { type Instant, parseRfc3339 } from '../time.ts';
import { at, member, text, texts } from './access.ts';
import { kindOfResource } from './kinds.ts';
import { kubernetesPrincipal } from './kubernetes-principal.ts';
import { defined, type Normalised, unusable } from './normalised.ts';

/** Makes one Kubernetes audit event (audit.k8s.io, any version) an audit event. */
export function normaliseKubernetes(record: RawRecord, value: JsonObject): Normalised {
  const time = timeOf(record, value);
  if (time === undefined) {
    return unusable('bad_time', 'an audit event needs stageTimestamp as an RFC 3339 time such as 2026-11-21T08:00:00.000000Z');
  }
  const id = text(value, 'auditID') ?? `noid-${fingerprint(record.text)}`;
  const verb = text(value, 'verb') ?? '';
  const resource = text(value, 'objectRef', 'resource');
  const subresource = text(value, 'objectRef', 'subresource');
  const stage = text(value, 'stage') ?? '';
  const code = codeOf(value);
  const event: KubernetesEvent = {
    source: 'k8s_audit',
    record,
    value,
    id,
    // a caller may choose the id (header `Audit-ID`), and hide a change behind an earlier one's; the server's time of receipt it cannot choose
    dedupeKey: ['k8s_audit', id, stage, text(value, 'requestReceivedTimestamp') ?? ''].join(' ').trimEnd(),
    timeMs: time.ms,
    timeNs: time.ns,
    principal: kubernetesPrincipal(value),
    target: targetOf(value, resource, subresource),
    service: text(value, 'objectRef', 'apiGroup') ?? '',
    action:
      resource === undefined
        ? `${verb} ${pathOf(text(value, 'requestURI') ?? '')}`
        : `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`,
    verb,
    stage,
    apiGroup: text(value, 'objectRef', 'apiGroup') ?? '',
    requestUri: text(value, 'requestURI') ?? '',
    ...defined({
      account: record.envelope.account,
      region: record.envelope.region,
      cluster: record.envelope.cluster ?? text(value, 'annotations', 'cluster_name'),
      level: text(value, 'level'),
      resource,
      subresource,
      code,
      error: code !== undefined && code >= 400 ? errorOf(value, code) : undefined,
      userAgent: text(value, 'userAgent'),
      // Entries before the last come from X-Forwarded-For, which the client writes (measured with kubectl proxy).
      sourceIp: texts(value, 'sourceIPs').at(-1),
      impersonates: text(value, 'impersonatedUser', 'username'),
    }),
  };
  return { ok: true, event };
}

/** The stage's own time; a truncated event has lost it and takes the envelope's. */
function timeOf(record: RawRecord, value: JsonObject): Instant | undefined {
  const own = parseRfc3339(text(value, 'stageTimestamp') ?? '');
  if (own !== undefined || !record.truncated || record.envelope.timeMs === undefined) return own;
  return { ms: record.envelope.timeMs, ns: BigInt(record.envelope.timeMs) * 1_000_000n };
}

function codeOf(value: JsonObject): number | undefined {
  const code = at(value, 'responseStatus', 'code');
  return typeof code === 'number' && Number.isInteger(code) ? code : undefined;
}

function errorOf(value: JsonObject, code: number): { readonly code: string; readonly message?: string } {
  return { code: String(code), ...defined({ message: text(value, 'responseStatus', 'message') }) };
}

function pathOf(uri: string): string {
  const query = uri.indexOf('?');
  return query < 0 ? uri : uri.slice(0, query);
}

function targetOf(value: JsonObject, resource: string | undefined, subresource: string | undefined): Target {
  const body: Json | undefined = member(value, 'requestObject');
  const bodyKind = subresource === undefined && text(value, 'verb') !== 'delete' ? text(body, 'kind') : undefined;
  return defined({
    kind: resource === undefined ? undefined : isListed(resource) ? kindOfResource(resource) : (bodyKind ?? kindOfResource(resource)),
    name: text(value, 'objectRef', 'name') ?? text(value, 'responseObject', 'metadata', 'name') ?? text(body, 'metadata', 'name'),
    namespace: text(value, 'objectRef', 'namespace'),
    subresource,
  });
}

/** Built-in resources have one Kind; a custom resource's may be known from the body only. */
function isListed(resource: string): boolean {
  return kindOfResource(resource).toLowerCase() !== resource;
}
