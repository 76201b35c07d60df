import { rmSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { configHash } from '../config/hash.ts';
import { parseConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { defaultAwsSettings } from '../config/schema-aws.ts';
import { addStacks } from './add-stacks.ts';
import type { Deployment } from './deployment.ts';

/**
 * The app of a configuration without rules and bundles: what the pages about permissions and cost, and tests of templates, are made of.
 *
 * @param code - A folder that stands for every bundle.
 * @throws an Error with every problem when the configuration is wrong.
 */
export function sampleApp(yaml: string, code: string, change: Partial<Deployment> = {}): App {
  const { config, problems } = parseConfig(yaml, 'driftwire.yaml');
  if (config === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  // As the command line tool does: each resource notes the path of its construct, and things are named by that.
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:enable-path-metadata': true } });
  addStacks(app, {
    config,
    settings: config.aws ?? defaultAwsSettings(),
    configHash: configHash(config),
    patterns: {
      events: { pattern: { source: [{ prefix: 'aws.' }] }, compiledFrom: 'a sample' },
      audit: '{ $.auditID = * }',
      truncated: '"[Truncated...]"',
    },
    codeOf: () => code,
    ...change,
  });
  return app;
}

/** One resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** The resources of a stack, by logical id. */
export type TemplateResources = Readonly<Record<string, TemplateResource>>;

/** The path of the construct that a resource is of, from the stack's name down. */
export function constructPath({ Metadata }: TemplateResource): readonly string[] {
  const path = Metadata?.['aws:cdk:path'];
  return typeof path === 'string' ? path.split('/') : [];
}

/** The resources of each stack of a configuration, by the stack's name. */
export function sampleResources(yaml: string, code: string): Readonly<Record<string, TemplateResources>> {
  const app = sampleApp(yaml, code);
  try {
    const { stacks } = app.synth();
    return Object.fromEntries(
      stacks.map(({ stackName, template }) => [stackName, (template as { Resources: TemplateResources }).Resources]),
    );
  } finally {
    // an app synthesizes into a temporary folder, and leaves it
    rmSync(app.outdir, { recursive: true, force: true });
  }
}
