import type { JsonObject } from '../model/audit-event.ts';
import { isObject, member, text } from '../normalise/access.ts';
import { type Format, record } from './item.ts';

/** Reads a Kubernetes audit event of any version (v1, v1beta1, v1alpha1). */
export const kubernetesAudit: Format = (item) => (isAuditEvent(item.value) ? record(item, 'k8s_audit') : false);

/** The items of an `EventList` carry neither kind nor apiVersion, and tests and exports leave out the one or the other. */
function isAuditEvent(value: JsonObject): boolean {
  const version = text(value, 'apiVersion');
  if (text(value, 'kind') === 'Event' && version?.startsWith('audit.k8s.io/') === true) return true;
  if (version !== undefined && !version.startsWith('audit.k8s.io/')) return false;
  const hasVerb = text(value, 'verb') !== undefined;
  const isRequest = text(value, 'requestURI') !== undefined || isObject(member(value, 'user'));
  if (isRequest && text(value, 'auditID') !== undefined && (hasVerb || text(value, 'stage') !== undefined)) return true;
  return text(value, 'kind') === 'Event' && hasVerb && (isRequest || isObject(member(value, 'objectRef')));
}
