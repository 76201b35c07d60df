import { Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CollectorStack } from './collector-stack.ts';
import type { Deployment } from './deployment.ts';
import { DriftwireStack } from './driftwire-stack.ts';
import { RegionStack } from './region-stack.ts';

/** Names of the stacks; a stack that is called otherwise is another stack, with another ledger. */
export const HOME_STACK = 'Driftwire';
export const COLLECTOR_STACK = 'DriftwireCollector';

/** CloudFormation has taken tags of dashboards only lately, and not everywhere; a stack that fails for them would be a bad bargain. */
const UNTAGGED = { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] };

/** Adds the stacks of a deployment: one, and one more for each region that forwards to it. */
export function addStacks(app: Construct, deployment: Deployment): void {
  const { settings } = deployment;
  for (const [key, value] of Object.entries({ app: 'driftwire', ...settings.tags })) Tags.of(app).add(key, value, UNTAGGED);
  if (settings.mode === 'collector') {
    new CollectorStack(app, COLLECTOR_STACK, deployment);
    return;
  }
  const home = new DriftwireStack(app, HOME_STACK, deployment);
  for (const from of settings.forward_regions ?? []) {
    if (settings.region === undefined) throw new Error('aws.region is required with aws.forward_regions');
    const stack = new RegionStack(app, `${HOME_STACK}-${from}`, deployment, { from, home: settings.region });
    stack.addStackDependency(home, 'the bus must be there before anything is sent to it');
  }
}
