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
}

/** Callers of one class are treated alike; small and not negative. */
export type CallerClass = number;

/** Tells the class of a caller from the JSON text of the member that names it (`userIdentity`, `user`), verbatim. */
export interface CallerClassifier {
  /** undefined: the record is parsed. */
  classOf(identityText: string): CallerClass | undefined;
}

/**
 * The answer to a record whose caller decides. In two steps, because callers and calls are few and their pairs are many: the class of a caller is
 * asked once for each classifier, and what becomes of a call once for each class.
 */
export interface CallerQuestion {
  /** The same object for all calls that need the same of a caller. */
  readonly callers: CallerClassifier;
  /** The reason under which this call by a caller of that class is dropped; undefined: parse it. */
  skipFor(callerClass: CallerClass): DropReason | undefined;
}

/**
 * Tells which records no loaded rule can match, from their facts alone.
 * The answer is the reason under which the record is counted as dropped, or the question to ask about its caller; undefined means: parse it.
 * A record without a caller is parsed where the caller decides. Of a time only that it is one may matter to the answer.
 */
export interface Prefilter {
  /** Only for records that have `eventID` as a non-empty string or lack it. */
  cloudtrail(facts: CloudTrailFacts): DropReason | CallerQuestion | undefined;
  /** Only for events that have `auditID` as a non-empty string; `cluster` and `account` as the envelope gives them. */
  kubernetes(facts: KubernetesFacts, cluster: string | undefined, account: string | undefined): DropReason | CallerQuestion | undefined;
}
