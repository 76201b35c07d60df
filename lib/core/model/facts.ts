import type { DropReason } from '../errors.ts';

/**
 * The few fields of a record that a scanner can read without parsing it. A scanner hands them over only when each is
 * present at its exact place at most once, as a plain JSON string without escapes (or as the JSON type named here);
 * anything else goes to the full parser, so that a skipped record is always one the full parser would have dropped too.
 */
export interface CloudTrailFacts {
  /** RFC 3339; the prefilter checks it. */
  readonly eventTime: string;
  readonly eventType: string;
  readonly eventSource: string;
  readonly eventName: string;
  /** JSON true or false; undefined when the key is absent. A string goes to the full parser. */
  readonly readOnly: boolean | undefined;
  /** A string `errorCode`; undefined when the key is absent. */
  readonly errorCode: string | undefined;
  /**
   * JSON text of the member `userIdentity`, verbatim; undefined when the key is absent. Asked only when the other facts do
   * not decide, so it may be a getter that slices on demand.
   */
  readonly identityText: string | undefined;
}

export interface KubernetesFacts {
  readonly stage: string;
  /** RFC 3339; the prefilter checks it. */
  readonly stageTimestamp: string;
  readonly verb: string;
  readonly resource: string | undefined;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  /** An integer `responseStatus.code`; undefined when the key is absent. */
  readonly code: number | undefined;
  /** JSON text of the member `user`, verbatim; undefined when the key is absent. Asked only when the other facts do not decide. */
  readonly userText: string | undefined;
}

/**
 * Tells which records no loaded rule can match, from their facts alone.
 * The answer is the reason under which the record is counted as dropped; undefined means: parse it.
 */
export interface Prefilter {
  /** Only for records that have `eventID` as a non-empty string or lack it. */
  cloudtrail(facts: CloudTrailFacts): DropReason | undefined;
  /** Only for events that have `auditID` as a non-empty string; `cluster` and `account` as the envelope gives them. */
  kubernetes(facts: KubernetesFacts, cluster: string | undefined, account: string | undefined): DropReason | undefined;
}
