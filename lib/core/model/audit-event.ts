import type { RawRecord } from './raw-record.ts';

/** A JSON value as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Who called, in terms that both vendors share; absent means the record does not say. */
export interface Principal {
  /** Vendor's identity type: `AssumedRole`, `IAMUser`, ...; for Kubernetes `ServiceAccount`, `Node`, `User`, `Anonymous`, `None`. */
  readonly type: string;
  /** The person or principal as people know it: session name of a role session, IAM user's name, Kubernetes user name. */
  readonly name: string;
  readonly arn?: string;
  /** Account of the caller, not of the resource. */
  readonly accountId?: string;
  /** IAM role of a role session, also of a Kubernetes identity that an IAM role is mapped to. */
  readonly role?: { readonly name: string; readonly path: string; readonly accountId?: string };
  /** Name of an IAM user, also of a Kubernetes identity that an IAM user is mapped to. */
  readonly iamUser?: string;
  readonly sessionName?: string;
  readonly sourceIdentity?: string;
  /** Host and path of the OIDC or SAML provider, as in the tail of its ARN. */
  readonly identityProvider?: string;
  /** `namespace/name`. */
  readonly serviceAccount?: string;
  /** Kubernetes user name, exactly as the API server saw it. */
  readonly kubernetesUser?: string;
  readonly groups: readonly string[];
  /** The service account token is bound to this pod; a caller cannot choose it. */
  readonly podName?: string;
  /** A Kubernetes identity that carries an IAM ARN in `user.extra`. */
  readonly iamMapped: boolean;
  /** Service that acts (`invokedBy`), verbatim. */
  readonly invokedBy?: string;
  /** `inScopeOf.issuerType`: the AWS resource that holds the credentials. */
  readonly credentialHolder?: string;
  readonly isRoot: boolean;
  readonly mfa?: boolean;
}

/** What was acted on. */
export interface Target {
  /** CloudTrail: kind guessed from the action (`Bucket`); Kubernetes: Kind (`Deployment`). */
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly subresource?: string;
  readonly arn?: string;
}

interface EventBase {
  readonly record: RawRecord;
  /** The record as parsed; for a truncated one, the members that were complete. */
  readonly value: JsonObject;
  /** `eventID` or `auditID`. */
  readonly id: string;
  /**
   * Equal for all records of one action: CloudTrail's shared id, an addendum's original, else the id; a Kubernetes event's id with its
   * stage and the server's time of receipt. Prefixed by source.
   */
  readonly dedupeKey: string;
  /** Event time in ms since 1970. */
  readonly timeMs: number;
  /** Event time in ns since 1970. */
  readonly timeNs: bigint;
  /** Account in which it happened. */
  readonly account?: string;
  readonly region?: string;
  readonly cluster?: string;
  readonly principal: Principal;
  readonly target: Target;
  /** CloudTrail: event source without `.amazonaws.com`; Kubernetes: API group, empty for the core group. */
  readonly service: string;
  /** CloudTrail: event name as recorded; Kubernetes: `verb resource[/subresource]`. */
  readonly action: string;
  /** CloudTrail: event name; Kubernetes: verb. */
  readonly verb: string;
  readonly error?: { readonly code: string; readonly message?: string };
  readonly userAgent?: string;
  /** The peer's address first chosen as trustworthy: CloudTrail `sourceIPAddress`, Kubernetes the last of `sourceIPs`. */
  readonly sourceIp?: string;
  /** Name taken by impersonation; the principal stays the real caller. */
  readonly impersonates?: string;
}

export interface CloudTrailEvent extends EventBase {
  readonly source: 'aws_cloudtrail';
  readonly eventType: string;
  /** Event name as tables know it: no date suffix, nothing before the last dot, first letter upper case. */
  readonly eventName: string;
  /** `readOnly` strictly parsed; undefined when absent or unusable. */
  readonly readOnly?: boolean;
  readonly isDataEvent: boolean;
  /** The credentials were issued to a console session (`sessionCredentialFromConsole`); false proves nothing. */
  readonly consoleSession: boolean;
}

export interface KubernetesEvent extends EventBase {
  readonly source: 'k8s_audit';
  readonly stage: string;
  readonly level?: string;
  /** Plural lower-case resource; absent for non-resource URLs. */
  readonly resource?: string;
  readonly subresource?: string;
  readonly apiGroup: string;
  /** HTTP status; absent before a response exists. */
  readonly code?: number;
  readonly requestUri: string;
}

/** What the question "whose hand?" looks at. */
export type Caller = Pick<CloudTrailEvent, CallerMember | 'eventType' | 'consoleSession'> | Pick<KubernetesEvent, CallerMember>;
type CallerMember = 'source' | 'principal' | 'account' | 'cluster' | 'target' | 'userAgent';

/** One audit event, normalised; rules, classification and sinks see nothing else of a record. */
export type AuditEvent = CloudTrailEvent | KubernetesEvent;
