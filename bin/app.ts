/** Entry of the CDK app: `driftwire.yaml` beside `cdk.json`, or `-c config=FILE`, to stacks. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { formatProblem } from '../lib/config/problem.ts';
import { addStacks } from '../lib/stacks/add-stacks.ts';
import { openDeployment } from '../lib/wire-deployment.ts';

const app = new App({ analyticsReporting: false });
const config: unknown = app.node.tryGetContext('config');
const opened = await openDeployment({
  configPath: typeof config === 'string' ? config : undefined,
  region: process.env['CDK_DEFAULT_REGION'],
  codeOf: (name) => join('functions', existsSync(join('functions', name)) ? name : '_shared'),
});
for (const problem of opened.ok ? opened.warnings : opened.problems) process.stderr.write(`${formatProblem(problem)}\n`);
if (opened.ok) {
  addStacks(app, opened.deployment);
  app.synth();
} else {
  process.exitCode = 2;
}
