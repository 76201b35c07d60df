import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Forwarder } from '../constructs/forwarder.ts';
import type { Deployment } from './deployment.ts';

/** What another region of the same account has: a rule that forwards its events to the bus of the home region. */
export class RegionStack extends Stack {
  constructor(scope: Construct, id: string, { settings, patterns }: Deployment, regions: { from: string; home: string }) {
    super(scope, id, {
      description: `Driftwire: forwards CloudTrail events of ${regions.from} to ${regions.home}`,
      env: { region: regions.from },
      terminationProtection: settings.termination_protection,
    });
    new Forwarder(this, 'forwarder', { home: regions.home, pattern: patterns.events, alarms: settings.alarms });
  }
}
