import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { EventPattern } from './compiled-patterns.ts';

/** What a rule for CloudTrail events is told. */
export interface EventRuleProps {
  readonly pattern: EventPattern;
  readonly target: events.IRuleTarget;
  /** The default bus, where AWS puts its events, unless given. */
  readonly bus?: NamedBus;
}

/** A bus of ours. */
export interface NamedBus {
  readonly name: string;
  readonly bus: events.EventBus;
}

/** The rule that picks the CloudTrail events which may be a finding. */
export class EventRule extends events.Rule {
  constructor(scope: Construct, id: string, { pattern: { pattern, compiledFrom }, target, bus }: EventRuleProps) {
    super(scope, id, {
      description: `CloudTrail events for Driftwire; compiled from ${compiledFrom}`,
      eventPattern: { source: events.Match.prefix('aws.') },
      targets: [target],
    });
    const rule = this.node.defaultChild;
    if (!(rule instanceof events.CfnRule)) throw new Error('the rule has no CloudFormation resource');
    // Set as it was compiled: the construct's own option, which must be there, knows neither $or nor nested operators.
    rule.eventPattern = pattern;
    if (bus !== undefined) {
      // By name and not by reference: emulators of CloudFormation make something else of a reference to a bus.
      rule.eventBusName = bus.name;
      rule.node.addDependency(bus.bus);
    }
    // The plain state holds back calls whose names read, a root user's GetSigninToken among them (EventBridge User Guide, "events via
    // CloudTrail", read 2026-11); the pattern knows better, and what it refuses costs nothing.
    rule.state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  }
}
