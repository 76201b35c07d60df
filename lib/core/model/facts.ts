/**
 * The few fields of a record that a scanner can read without parsing it. A scanner hands them over only when each is
 * present at its exact place at most once, as a plain JSON string without escapes (or as the JSON type named here);
 * anything else goes to the full parser, so that a skipped record is always one the full parser would have dropped too.
 */
export interface CloudTrailFacts {
  readonly eventTime: string;
  readonly eventType: string;
  readonly eventSource: string;
  readonly eventName: string;
  /** JSON true or false; undefined when the key is absent. */
  readonly readOnly: boolean | undefined;
  readonly errorCode: string | undefined;
  /** `userIdentity.type` */
  readonly identityType: string | undefined;
  /** `userIdentity.invokedBy` */
  readonly invokedBy: string | undefined;
  /** `userIdentity.sessionContext.sessionIssuer.arn` */
  readonly issuerArn: string | undefined;
}

export interface KubernetesFacts {
  readonly stage: string;
  readonly stageTimestamp: string;
  readonly verb: string;
  readonly requestUri: string;
  /** The `user` member's JSON text, verbatim. */
  readonly userText: string;
  /** A member `impersonatedUser` is there. */
  readonly impersonated: boolean;
  readonly resource: string | undefined;
  readonly subresource: string | undefined;
  readonly apiGroup: string | undefined;
  readonly namespace: string | undefined;
  /** `responseStatus.code` */
  readonly code: number | undefined;
}

/**
 * Tells which records no loaded rule can match, from their facts alone.
 * The answer is the reason under which the record is counted as dropped; undefined means: parse it.
 */
export interface Prefilter {
  cloudtrail(facts: CloudTrailFacts): import('../errors.ts').DropReason | undefined;
  kubernetes(facts: KubernetesFacts, cluster: string | undefined): import('../errors.ts').DropReason | undefined;
}
