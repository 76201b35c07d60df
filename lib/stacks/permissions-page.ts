/** Writes `docs/deploy/permissions.md` and the table of the README from synthesized templates, so that neither can say less than is granted. */
import { FUNCTION_NAMES } from '../constructs/function-names.ts';
import { constructPath, sampleResources, type TemplateResource, type TemplateResources } from './sample-app.ts';

/** A configuration that uses everything; what a deployment without a part has is less. */
const EVERYTHING = `
loki: { url: "https://loki.example", username: "1", password: { ssm: /driftwire/loki } }
prometheus:
  remote_write:
    url: "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-EXAMPLE/api/v1/remote_write"
    sigv4: { region: eu-west-1 }
slack: { token: { ssm: /driftwire/slack-token }, signing_secret: { secretsmanager: driftwire/slack-signing }, channel: "#drift" }
serve: { ingest_token: { ssm: /driftwire/ingest } }
receivers: [{ type: sns, topic_arn: "arn:aws:sns:eu-west-1:111122223333:drift" }]
aws:
  region: eu-west-1
  forward_regions: [us-east-1]
  eks: { log_groups: [/aws/eks/demo/cluster], through: kinesis }
  cloudtrail: { bucket: acme-org-trail }
  webhook: true
`;

const COLLECTOR = 'aws: { mode: collector, processor: { account: "444455556666" } }';

/** Why our roles may do what they may, by the first action of a statement; where each function has a reason of its own, with its name before. */
const REASONS: Readonly<Record<string, string>> = {
  'logs:CreateLogStream': 'its own log',
  'sqs:ReceiveMessage': 'Lambda feeds it from this queue',
  'sqs:ChangeMessageVisibility': 'a message waits longer when a sink asks for a pause',
  'sqs:SendMessage': 'hands on, or puts aside what no retry can help',
  's3:GetObject': 'the objects of the existing trail; only with `aws.cloudtrail`',
  'kms:Decrypt': "only with a key of one's own",
  'deliver dynamodb:BatchGetItem':
    'counts each event once: its marker and the totals in one transaction; which values of a label have a series',
  'alert dynamodb:GetItem': 'incidents, mutes, and what was sent to whom',
  'metrics dynamodb:GetItem': 'reads the totals; keeps what the receiver has not taken yet',
  'reconcile dynamodb:GetItem': 'what was counted before; how far it has come',
  'ssm:GetParameter': 'the secrets that driftwire.yaml names, when it starts',
  'secretsmanager:GetSecretValue': 'the secrets that driftwire.yaml names, when it starts',
  'sns:Publish': 'topics under `receivers`',
  'aps:RemoteWrite': 'the workspace that driftwire.yaml names; only with `sigv4`',
  'cloudtrail:LookupEvents': 'what the stream missed; CloudTrail knows no resource for this',
  'logs:FilterLogEvents': 'what the subscription missed',
  'kinesis:DescribeStream': 'Lambda feeds it from the stream; only with `eks.through: kinesis`',
  'kinesis:PutRecord': 'CloudWatch Logs writes audit events; only with `eks.through: kinesis`',
  'events:PutEvents': 'forwards the events of its region; only with `aws.forward_regions`',
};

const INTRO = `# What Driftwire may do

<!-- Generated from the synthesized templates by \`npm run docs\`; a test compares. Do not edit. -->

Every function has a role of its own, without managed policies, and each role is written out in one place of the template. This is all
that a deployment with every option may do; one that uses less is granted less. Nothing may be changed outside of the stack: no action here
writes to CloudTrail, IAM, EKS, or a bucket. No role can be assumed by anything but the service that is named.

The deployment itself runs with the rights of whoever calls \`cdk deploy\` (through the roles of \`cdk bootstrap\`).
`;

/** The whole page, as Markdown. */
export function permissionsPage(code: string): string {
  const sections = Object.entries({ ...sampleResources(EVERYTHING, code), ...sampleResources(COLLECTOR, code) }).map(
    ([stack, resources]) =>
      `## Stack \`${stack}\`\n\n${rolesOf(resources)
        .map((role) => roleSection(role, resources))
        .join('\n')}`,
  );
  return `${INTRO}\n${sections.join('\n')}\n${publicPart()}`;
}

/** The short table of the README: functions, and the services they may call. */
export function permissionsTable(code: string): string {
  const { Driftwire: resources = {} } = sampleResources(EVERYTHING, code);
  const rows = rolesOf(resources).flatMap((role) => {
    const name = nameOf(role);
    if (!FUNCTION_NAMES.some((one) => one === name)) return [];
    const actions = statementsOf(role).flatMap(({ Action }) => [Action].flat());
    const own = [...new Set(actions)].filter((action) => !action.startsWith('logs:CreateLog') && !action.startsWith('logs:Put'));
    return [`| \`${name}\` | ${own.map((action) => `\`${action}\``).join(', ')} |`];
  });
  return ['| function | may, beside writing its log |', '| --- | --- |', ...rows].join('\n');
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

function rolesOf(resources: TemplateResources): readonly TemplateResource[] {
  return Object.values(resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
}

function statementsOf({ Properties }: TemplateResource): readonly Statement[] {
  const policies = (Properties['Policies'] ?? []) as readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** A role of a function is called after it; the others after what they are in. */
function nameOf(role: TemplateResource): string {
  const [, ...path] = constructPath(role).slice(0, -1);
  const own = path.at(-1) ?? '';
  return own.endsWith('-role') ? own.slice(0, -'-role'.length) : path.join(' ');
}

function roleSection(role: TemplateResource, resources: TemplateResources): string {
  const rows = statementsOf(role).map(({ Action, Resource }) => {
    const actions = [Action].flat();
    const what = [Resource].flat().map((one) => resourceName(one, resources));
    return `| ${actions.map((action) => `\`${action}\``).join('<br>')} | ${what.map((one) => `\`${one}\``).join('<br>')} | ${reasonOf(nameOf(role), actions[0] ?? '')} |`;
  });
  return [
    `### ${nameOf(role)}`,
    '',
    `Assumed by \`${assumedBy(role)}\`.`,
    '',
    '| may | on | why |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** @throws an Error when there is none: a permission that nobody can explain is not granted. */
function reasonOf(role: string, action: string): string {
  const reason = REASONS[`${role} ${action}`] ?? REASONS[action];
  if (reason === undefined) throw new Error(`why may ${role} do ${action}? say so in lib/stacks/permissions-page.ts`);
  return reason;
}

function assumedBy({ Properties }: TemplateResource): string {
  return /"Service":"([^"]+)"/.exec(JSON.stringify(Properties['AssumeRolePolicyDocument']))?.[1] ?? '';
}

/** A resource of the stack by its construct's path, another one by its ARN. */
function resourceName(value: unknown, resources: TemplateResources): string {
  if (typeof value === 'string') return value;
  const id = /"Fn::GetAtt":\["(\w+)","Arn"\]/.exec(JSON.stringify(value))?.[1];
  const resource = id === undefined ? undefined : resources[id];
  if (resource !== undefined) return constructPath(resource).slice(1, -1).join('/');
  const parts = (value as { readonly 'Fn::Join'?: readonly [string, readonly unknown[]] })['Fn::Join']?.[1] ?? [];
  return parts.map((part) => (typeof part === 'string' ? part : (part as { readonly Ref: string }).Ref.replace('AWS::', ''))).join('');
}

function publicPart(): string {
  return `## Who may call in

| what | who | how it is held |
| --- | --- | --- |
| queue \`detector/intake/events\` | EventBridge, for this one rule; in a processor also roles \`driftwire-collector-*\` of the organisation or accounts under \`aws.collectors\` | queue policy: \`aws:SourceArn\`, or \`aws:PrincipalArn\` with \`aws:PrincipalOrgID\` |
| queue \`detector/intake/objects\` | EventBridge for one rule, or the one bucket of the one account, or the one topic | queue policy: \`aws:SourceArn\`, for a bucket \`aws:SourceAccount\` too |
| queue \`aside/undelivered\` | the rules of the stack, for what they could not deliver; its functions | queue policy: \`aws:SourceArn\`; the roles above |
| queue \`totals/missed-minutes\` | the schedule of \`metrics\`, and \`metrics\`, for minutes that failed | queue policy: \`aws:SourceArn\`; the role above |
| queues \`delivery/findings\`, \`delivery/alerts\` | the functions above, nobody else | no policy but the refusal of what is not TLS |
| function \`eks-audit\` | CloudWatch Logs, for the named log groups of this account | permission: \`SourceArn\`, \`SourceAccount\` |
| functions \`metrics\`, \`reconcile\` | their schedule | permission: \`SourceArn\` |
| function \`webhook\` | anybody, over its address; there is one only with \`slack.signing_secret\` or \`aws.webhook\` | the function asks for Slack's signature, or for \`serve.ingest_token\`; at most 10 at a time |
`;
}
