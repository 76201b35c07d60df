import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';

/** What a rule for CloudTrail events is told. */
export interface EventRuleProps {
  /** Compiled from the loaded rules and the policy; lets through at least what they keep. */
  readonly pattern: Readonly<Record<string, unknown>>;
  /** Of the configuration that the pattern was compiled from: the functions export the same, so that a skew shows. */
  readonly configHash: string;
  readonly target: events.IRuleTarget;
  /** The default bus, where AWS puts its events, unless given. */
  readonly bus?: events.EventBus;
}

/** The rule that picks the CloudTrail events which may be a finding. */
export class EventRule extends events.Rule {
  constructor(scope: Construct, id: string, { pattern, configHash, target, bus }: EventRuleProps) {
    super(scope, id, {
      description: `CloudTrail events for Driftwire; compiled from configuration ${configHash}`,
      ...(bus === undefined ? {} : { eventBus: bus }),
      eventPattern: { source: events.Match.prefix('aws.') },
      targets: [target],
    });
    const rule = this.node.defaultChild;
    if (!(rule instanceof events.CfnRule)) throw new Error('the rule has no CloudFormation resource');
    // Set as it was compiled: the construct's own option, which must be there, knows neither $or nor nested operators.
    rule.eventPattern = pattern;
  }
}
