/** What a channel may hold, one message of each kind: rendered for people to look at, and held by tests. */
import { eventView } from '../../lib/core/deliver/slack/event-view.ts';
import { renderDetails, renderDigest, renderParent } from '../../lib/core/deliver/slack/render.ts';
import { plainMessage } from '../../lib/core/deliver/slack/slack-message.ts';
import type { Delivery } from '../../lib/core/model/delivery.ts';
import type { ShownThread } from './slack-page.ts';
import { deliveryOfAlert, deliveryOfFindings, digestOf, incidentOf, SETTINGS } from './slack-views.ts';

const PATCH = JSON.stringify({
  auditID: '5f9d1f3e-0000-4000-8000-000000000001',
  requestURI: '/apis/apps/v1/namespaces/shop/deployments/checkout',
  objectRef: { resource: 'deployments', namespace: 'shop', name: 'checkout' },
  requestObject: {
    spec: { replicas: 0, template: { spec: { containers: [{ name: 'app', env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }] } } },
  },
});

/** A person scales a deployment to nothing. */
export const CHANGE: Delivery = deliveryOfFindings(PATCH, { tags: ['drift'] });

const DAVE = {
  hand: 'human',
  user: 'dave@example.com',
  principal: 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_fedcba9876543210/dave@example.com',
  session: 'dave@example.com',
  channel: 'console',
  source_ip: '203.0.113.90',
  user_agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  mfa: true,
} as const;

/** One call of a person in a console. */
export function consoleCall(name: string, kind: string, target: string, second: number): Delivery {
  const record = JSON.stringify({ eventName: name, requestParameters: { bucketName: target, masterUserPassword: 'hunter2' } });
  return deliveryOfFindings(record, {
    id: `52c6dc20-3def-40ae-85c9-d892fef1${String(second).padStart(4, '0')}`,
    source: 'aws_cloudtrail',
    rule: 'Manual AWS change',
    priority: name.startsWith('Delete') ? 'Error' : 'Warning',
    tags: ['drift', 'aws'],
    time: new Date(Date.parse('2026-03-14T09:20:00Z') + second * 1000).toISOString().replace('Z', '000000Z'),
    message: `dave@example.com changed s3 ${kind} ${target} by hand`,
    region: 'eu-west-1',
    cluster: null,
    actor: DAVE,
    action: { class: 'change', service: 's3', name, verb: name, error: null },
    target: { kind, name: target, namespace: null, arn: `arn:aws:s3:::${target}` },
    reason: 'identity_center',
  });
}

/** Many calls of one person. */
export const BURST: readonly [Delivery, ...Delivery[]] = [
  consoleCall('PutBucketPolicy', 'BucketPolicy', 'acme-uploads', 6),
  ...Array.from({ length: 6 }, (_, n) => consoleCall('PutBucketTagging', 'Bucket', `acme-logs-${n}`, 20 + n * 7)),
  consoleCall('DeleteBucketPublicAccessBlock', 'BucketPublicAccessBlock', 'acme-uploads', 75),
];

/** Texts that try to be more than text. */
export const HOSTILE = [
  '<!channel> <!here|x> <@U012AB3CD> <#C012AB3CD> <!subteam^S012AB3CD>',
  '<https://evil.example/login|Sign in to AWS> https://evil.example mailto:a@b.example evil.example',
  '`code` ```block``` *bold* _italics_ ~strike~ > quote :rotating_light: @channel',
  'invoice\u202egnp.exe\u2066\u200b\u0000\x1b[31m\nSecond line\r\n• forged bullet',
  `${'A'.repeat(9_990)}</text>`,
  '&lt;!channel&gt; &amp; "quotes" \'single\' \\u003c!here\\u003e {{}} %0a',
] as const;

/** An event whose every text is chosen by an attacker. */
export function hostileDelivery(text: string): Delivery {
  return deliveryOfFindings(JSON.stringify({ requestParameters: { [text]: text, list: [text] } }), {
    id: text,
    source: 'aws_cloudtrail',
    rule: text,
    message: text,
    tags: ['drift'],
    account_name: text,
    account: text,
    cluster: text,
    actor: {
      hand: 'unknown',
      user: text,
      principal: text,
      session: text,
      source_identity: text,
      source_ip: text,
      user_agent: text,
      impersonates: text,
    },
    action: { class: 'change', service: text, name: text, verb: text, error: null },
    target: { kind: text, name: text, namespace: text, subresource: text, arn: text },
    reason: text,
  });
}

export const BREAK_GLASS: Delivery = deliveryOfFindings(
  JSON.stringify({ requestParameters: { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } }),
  {
    id: '0d8e3d1d-728c-42ce-829e-87e5e2e6d8cb',
    source: 'aws_cloudtrail',
    rule: 'Break-glass principal used',
    priority: 'Critical',
    tags: ['aws', 'break_glass'],
    region: 'us-east-1',
    cluster: null,
    message: 'erin used the break-glass principal emergency',
    actor: {
      ...DAVE,
      user: 'erin',
      principal: 'arn:aws:sts::111122223333:assumed-role/BreakGlassAdmin/erin',
      session: 'erin',
      channel: 'cli',
      user_agent: 'aws-cli/2.31.0',
      mfa: false,
    },
    action: { class: 'change', service: 'iam', name: 'AttachUserPolicy', verb: 'AttachUserPolicy', error: null },
    target: { kind: 'UserPolicy', name: 'backdoor', namespace: null, arn: null },
    reason: 'break_glass',
  },
  { rule: 'Manual AWS change', priority: 'Warning', tags: ['drift', 'aws'] },
);

export const EXEC: Delivery = deliveryOfFindings(
  JSON.stringify({
    requestURI: '/api/v1/namespaces/shop/pods/checkout-7f9c/exec?command=mysql&command=-uroot&command=-phunter2&container=app&stdin=true',
  }),
  {
    rule: 'Interactive session in a pod',
    tags: ['drift', 'kubernetes'],
    message: 'alice@example.com ran a command in Pod shop/checkout-7f9c',
    action: { class: 'interactive', service: '', name: 'create pods/exec', verb: 'create', error: null },
    target: { kind: 'Pod', name: 'checkout-7f9c', namespace: 'shop', subresource: 'exec', arn: null },
    reason: 'kubernetes_user',
  },
);

export const FALCO: Delivery = deliveryOfFindings('{"rule":"Terminal shell in container"}', {
  id: 'e0c9',
  source: 'falco',
  rule: 'Terminal shell in container',
  priority: 'Notice',
  tags: ['container', 'shell'],
  hostname: 'ip-10-0-3-17.eu-west-1.compute.internal',
  message:
    'A shell was spawned in a container with an attached terminal (user=root process=bash parent=runc cmdline=bash -c "psql postgres://app:hunter2@db/shop")',
  output_fields: {
    'proc.cmdline': 'bash -c "psql postgres://app:hunter2@db/shop"',
    'user.uid': 0,
    'container.image.repository': 'docker.io/library/postgres',
  },
  account: null,
  account_name: null,
  region: null,
  cluster: 'demo',
  actor: { hand: 'unknown', user: 'root', principal: null, channel: 'other', source_ip: null, user_agent: null },
  action: { class: 'data', service: 'falco', name: 'Terminal shell in container', verb: 'execve', error: null },
  target: { kind: 'Pod', name: 'db-0', namespace: 'shop', subresource: null, arn: null },
  reason: 'falco',
});

export const DENIED: Delivery = deliveryOfFindings('{}', {
  rule: 'Denied change attempt',
  priority: 'Notice',
  tags: ['kubernetes', 'denied'],
  message: 'bob was denied delete on Namespace shop',
  actor: { user: 'bob', principal: 'bob' },
  action: { class: 'attempt', service: '', name: 'delete namespaces', verb: 'delete', error: '403 Forbidden' },
  target: { kind: 'Namespace', name: 'shop', namespace: null, subresource: null, arn: null },
  reason: 'failed',
});

const RESOLVED_ALERT = deliveryOfAlert(
  { status: 'resolved', endsAtMs: Date.parse('2026-03-14T09:41:00Z') },
  { time: '2026-03-14T09:41:00.000000000Z' },
);

/** All of them. */
export function scenes(): readonly ShownThread[] {
  const burst = incidentOf(BURST);
  const many = Array.from({ length: 60 }, (_, n) => eventView(consoleCall('PutBucketTagging', 'Bucket', `acme-logs-${n}`, 20 + n * 7)));
  const digest = renderDigest(digestOf(40), SETTINGS);
  const change = incidentOf([CHANGE]);
  const messages = (deliveries: readonly Delivery[]) => renderDetails(deliveries.map(eventView), SETTINGS).map(({ message }) => message);
  return [
    { caption: 'a change in a cluster', parent: renderParent(change, SETTINGS) },
    { caption: 'a command in a pod', parent: renderParent(incidentOf([EXEC]), SETTINGS) },
    { caption: 'break-glass', parent: renderParent(incidentOf([BREAK_GLASS]), SETTINGS) },
    { caption: 'a burst, with its thread', parent: renderParent(burst, SETTINGS), thread: messages(BURST.slice(0, 3)) },
    {
      caption: 'a long burst: acknowledged and muted, its thread in lines',
      parent: renderParent(
        {
          ...burst,
          total: 250,
          lastMs: burst.lastMs + 900_000,
          others: { resources: 180, actions: 0, rules: 0 },
          acknowledged: { by: 'erin', atMs: burst.lastMs + 300_000 },
          muted: { by: 'erin', untilMs: burst.lastMs + 8 * 3_600_000 },
        },
        SETTINGS,
      ),
      thread: renderDetails(many, SETTINGS)
        .map(({ message }) => message)
        .slice(0, 1),
    },
    { caption: 'a denied attempt, no buttons', parent: renderParent(incidentOf([DENIED]), { ...SETTINGS, links: {}, hasButtons: false }) },
    { caption: 'an alert fires', parent: renderParent(incidentOf([deliveryOfAlert()], { alerts: { firing: 1, resolved: 0 } }), SETTINGS) },
    {
      caption: 'the alert is resolved',
      parent: renderParent(incidentOf([deliveryOfAlert(), RESOLVED_ALERT], { alerts: { firing: 0, resolved: 1 } }), SETTINGS),
      thread: messages([RESOLVED_ALERT]),
    },
    { caption: 'Falco', parent: renderParent(incidentOf([FALCO]), SETTINGS) },
    { caption: 'a digest', parent: digest.parent, thread: digest.thread.slice(0, 1) },
    ...HOSTILE.map((text, index) => ({
      caption: `hostile ${index + 1}`,
      parent: renderParent(incidentOf([hostileDelivery(text)]), SETTINGS),
    })),
    { caption: 'text alone', parent: plainMessage(renderParent(change, SETTINGS)), thread: messages(BURST.slice(0, 2)).map(plainMessage) },
    {
      caption: 'hostile, text alone',
      parent: plainMessage(renderParent(incidentOf([hostileDelivery(HOSTILE.slice(0, 3).join(' '))]), SETTINGS)),
    },
  ];
}
