import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { sampleApp, type TemplateResource } from '../../../lib/stacks/sample-app.ts';

/** A folder that stands for every bundle: what is tested here is the template, not what the functions do. */
const CODE = fileURLToPath(new URL('../../../functions/_shared', import.meta.url));

/** A configuration that uses everything a deployment can have. */
export const EVERYTHING = `
loki: { url: "https://loki.example", username: "1", password: { ssm: /driftwire/loki } }
prometheus:
  remote_write:
    url: "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1234abcd-12ab/api/v1/remote_write"
    sigv4: { region: eu-west-1 }
slack: { token: { ssm: /driftwire/slack-token }, signing_secret: { secretsmanager: driftwire/slack-signing }, channel: "#drift" }
serve: { ingest_token: { ssm: driftwire-ingest } }
receivers:
  - { type: pagerduty, routing_key: { secretsmanager: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:pagerduty-AbCdEf" } }
  - { type: sns, topic_arn: "arn:aws:sns:eu-west-1:111122223333:drift" }
aws:
  region: eu-west-1
  forward_regions: [us-east-1]
  eks: { log_groups: [/aws/eks/demo/cluster, /aws/eks/shop/cluster] }
  cloudtrail: { bucket: acme-org-trail, prefix: audit, kms_key_arn: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
  webhook: true
  secrets_key_arn: "arn:aws:kms:eu-west-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab"
  alarms: { topic_arn: "arn:aws:sns:eu-west-1:111122223333:on-call" }
  tags: { team: platform }
`;

/** Configurations by what they are for; every promise about all stacks is tested with each. */
export const CONFIGS: Readonly<Record<string, string>> = {
  'standalone without a configuration': '',
  'standalone with everything': EVERYTHING,
  'standalone over a stream, traced': `
slack: { webhook_url: { ssm: /driftwire/hook } }
prometheus: { remote_write: { url: "https://mimir.example/api/v1/push", token: { ssm: /driftwire/mimir } } }
aws: { xray: true, eks: { log_groups: [/aws/eks/demo/cluster], through: kinesis, truncated_lines: true } }
`,
  'standalone with notices from a topic': `
aws: { cloudtrail: { bucket: acme-trail, notices: sns, topic_arn: "arn:aws:sns:eu-west-1:111122223333:trail" } }
`,
  'standalone with notices from the bucket': 'aws: { cloudtrail: { bucket: acme-trail, notices: s3 } }',
  'processor for an organisation': 'aws: { mode: processor, collectors: { organization: o-abc1234567 } }',
  'processor for two accounts': 'aws: { mode: processor, collectors: { accounts: ["111122223333", "444455556666"] } }',
  collector: 'aws: { mode: collector, processor: { account: "444455556666" } }',
};

/** What every stack of a configuration becomes, by the stack's name. */
export type Templates = Readonly<Record<string, Template>>;

/** The app of a configuration, before it is synthesized. */
export function appOf(yaml: string): App {
  return sampleApp(yaml, CODE);
}

const made = new Map<string, Templates>();

/** The templates of a configuration; made once for a test file, because each takes a good part of a second. */
export function templatesOf(yaml: string): Templates {
  const before = made.get(yaml);
  if (before !== undefined) return before;
  const app = appOf(yaml);
  const templates = Object.fromEntries(app.synth().stacks.map((stack) => [stack.stackName, Template.fromJSON(stack.template)]));
  rmSync(app.outdir, { recursive: true, force: true });
  made.set(yaml, templates);
  return templates;
}

/** One resource of a template. */
export type Resource = TemplateResource;

/** The resources of one type, by logical id. */
export function resourcesOf(template: Template, type: string): Readonly<Record<string, Resource>> {
  return template.findResources(type) as Readonly<Record<string, Resource>>;
}

export { constructPath as pathOf } from '../../../lib/stacks/sample-app.ts';
