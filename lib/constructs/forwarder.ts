import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AwsSettings } from '../config/schema-aws.ts';
import type { EventPattern } from './compiled-patterns.ts';
import { EventRule } from './event-rule.ts';
import { FORWARD_BUS } from './intake.ts';
import { letRuleSend } from './queue-target.ts';
import { Undelivered } from './undelivered.ts';

export interface ForwarderProps {
  /** Region whose bus takes the events. */
  readonly home: string;
  readonly pattern: EventPattern;
  readonly alarms: AwsSettings['alarms'];
}

/** Sends the events of a region to the bus of the home region: a rule reaches queues of its own region only, but buses of any. */
export class Forwarder extends Construct {
  constructor(scope: Construct, id: string, { home, pattern, alarms }: ForwarderProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const busArn = stack.formatArn({ service: 'events', region: home, resource: 'event-bus', resourceName: FORWARD_BUS });
    const undelivered = new Undelivered(this, 'undelivered');
    const role = new iam.Role(this, 'role', {
      description: `EventBridge forwards CloudTrail events to Driftwire in ${home}`,
      assumedBy: new iam.ServicePrincipal('events.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }),
      inlinePolicies: {
        put: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['events:PutEvents'], resources: [busArn] })] }),
      },
    });
    const rule = new EventRule(this, 'rule', {
      pattern,
      target: { bind: () => ({ arn: busArn, role, deadLetterConfig: { arn: undelivered.queueArn } }) },
    });
    letRuleSend(undelivered, rule);
    undelivered.watch(this, alarms);
  }
}
