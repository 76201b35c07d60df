/**
 * Entry of the CDK app: `driftwire.yaml` beside `cdk.json`, or `-c config=FILE`, to stacks. Ends with 2 and every problem, one on a
 * line, when there is nothing that could be deployed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { formatProblem } from '../lib/config/problem.ts';
import { addStacks } from '../lib/stacks/add-stacks.ts';
import { openDeployment } from '../lib/wire-deployment.ts';
import manifest from '../package.json' with { type: 'json' };

// Synthesized below and nowhere else: by itself the app would also leave an empty assembly behind for a configuration that is wrong.
const app = new App({ analyticsReporting: false, autoSynth: false });
const config: unknown = app.node.tryGetContext('config');
const bundlesIn = mkdtempSync(join(tmpdir(), 'driftwire-'));
const say = (line: string) => process.stderr.write(`${line}\n`);

try {
  const opened = await openDeployment({
    configPath: typeof config === 'string' ? config : undefined,
    version: manifest.version,
    bundlesIn,
  });
  for (const problem of opened.ok ? opened.warnings : opened.problems) say(formatProblem(problem));
  if (opened.ok) {
    for (const note of opened.notes) say(`note: ${note}`);
    addStacks(app, opened.deployment);
    app.synth();
  } else {
    say('nothing was deployed: correct what is named above');
    process.exitCode = 2;
  }
} finally {
  rmSync(bundlesIn, { recursive: true, force: true });
}
