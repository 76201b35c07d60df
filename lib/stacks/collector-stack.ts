import { DefaultStackSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Collector } from '../constructs/collector.ts';
import type { Deployment } from './deployment.ts';

/** What a member account has: a rule, the role it sends with, and a queue for what could not be sent. No function, no table. */
export class CollectorStack extends Stack {
  constructor(scope: Construct, id: string, { settings, patterns }: Deployment) {
    super(scope, id, {
      description: 'Driftwire, collector: forwards CloudTrail events to the processor',
      ...(settings.region === undefined ? {} : { env: { region: settings.region } }),
      terminationProtection: settings.termination_protection,
      // A stack set deploys the template as it is, into accounts that know nothing of the CDK; there is no asset that would need its bucket.
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer,
    });
    const account = settings.processor?.account;
    if (account === undefined) throw new Error('aws.processor.account is required with mode: collector');
    new Collector(this, 'collector', { processorAccount: account, pattern: patterns.events, alarms: settings.alarms });
  }
}
