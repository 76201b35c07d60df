/** How much of a request the API server writes down, least first. */
export const AUDIT_LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type AuditLevel = (typeof AUDIT_LEVELS)[number];

/** Moments of a request at which an event is made. */
export const AUDIT_STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type AuditStage = (typeof AUDIT_STAGES)[number];

/** Resources of one API group; `pods` does not cover `pods/exec`, `pods/*` covers subresources only, and no `resources` covers the whole group. */
export interface GroupResources {
  /** The core group is empty. Only recent servers take `*` for all groups, others refuse it. */
  readonly group: string;
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** One rule of an audit policy: what is given must all hold; users, groups and verbs are compared as they are, without wildcards. */
export interface AuditRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[];
  /** The user is in one of them. */
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly GroupResources[];
  /** The empty one stands for resources of no namespace. */
  readonly namespaces?: readonly string[];
  /** `*` stands at the end only. */
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

/**
 * A file for `--audit-policy-file` of kube-apiserver: the first rule that matches a request decides.
 *
 * @see https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ (read 2026-11-21)
 */
export interface AuditPolicy {
  readonly apiVersion: 'audit.k8s.io/v1';
  readonly kind: 'Policy';
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
  readonly rules: readonly AuditRule[];
}
