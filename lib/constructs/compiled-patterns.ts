/** What the rules and the policy compile to in the languages of EventBridge and CloudWatch Logs. Each lets through at least what the rules keep. */
export interface CompiledPatterns {
  readonly events: EventPattern;
  /** Filter pattern for audit logs of EKS. */
  readonly audit: string;
  /** Filter pattern for lines that CloudWatch cut. */
  readonly truncated: string;
}

/** The pattern of a rule for CloudTrail events. */
export interface EventPattern {
  readonly pattern: Readonly<Record<string, unknown>>;
  /** Hashes of what the pattern was compiled from. The functions export the same, so that a skew shows. */
  readonly compiledFrom: string;
}
