import { describe, expect, test } from 'vitest';
import { eventView } from '../../../../../lib/core/deliver/slack/event-view.ts';
import { MAX_BLOCKS_JSON, MAX_MESSAGE_TEXT, sizeOf } from '../../../../../lib/core/deliver/slack/limits.ts';
import { type RenderSettings, renderDetails, renderDigest, renderParent } from '../../../../../lib/core/deliver/slack/render.ts';
import { plainMessage, type SlackMessage } from '../../../../../lib/core/deliver/slack/slack-message.ts';
import { messageOutline } from '../../../../support/slack-outline.ts';
import { BREAK_GLASS, BURST, CHANGE, consoleCall, DENIED, EXEC, FALCO, hostileDelivery } from '../../../../support/slack-scenes.ts';
import { deliveryOfAlert, digestOf, incidentOf, SETTINGS } from '../../../../support/slack-views.ts';

const BARE: RenderSettings = { links: {}, hasButtons: false, hasThreads: true };
const ALL_BUTTONS = '(Acknowledge!) (Mute 1 h) (Mute 8 h) (Mute 24 h) (Expected: show me the config)';

/** Each button's name and what is told back when it is pressed. */
function buttonsOf({ blocks }: SlackMessage): readonly (readonly [id: string, value: unknown])[] {
  const actions = blocks.find((block) => block.type === 'actions');
  return (actions?.elements ?? []).map(({ action_id: id, value }) => [id, JSON.parse(value)]);
}

function linksOf({ blocks }: SlackMessage): readonly string[] {
  return blocks.flatMap((block) => (block.type === 'context' ? block.elements.map(({ text }) => text) : []));
}

describe('the message of one event', () => {
  test('says everything that people ask about it', () => {
    expect(messageOutline(renderParent(incidentOf([CHANGE]), SETTINGS))).toEqual([
      '# 🟡 Warning: alice@example.com patched Deployment shop/checkout',
      '**1** event · {2026-03-14 09:26:53 UTC}',
      '**Who**  alice@example.com',
      '**What**  patch deployments (apps)',
      '**On**  Deployment shop/checkout',
      '**Where**  prod (111122223333) · cluster demo · eu-west-1',
      '**By**  kubectl · kubectl/v1.33.0 (linux/amd64)',
      '**From**  198.51.100.7 · MFA not recorded',
      '**Why**  counts as manual: a Kubernetes user that is not declared',
      '**Rules**  Manual Kubernetes change',
      '[Cluster in EKS] [Events in Grafana] [Runbook]',
      ALL_BUTTONS,
      '#e8b62d | **Request**  {"spec":{"replicas":0,"template":{"spec":{"containers":[{"name":"app","env":[{"name":"DB_PASSWORD","value":"[redacted]"}]}]}}}}',
      '       | **Rule says**  alice@example.com changed Deployment shop/checkout by hand',
    ]);
  });

  test('of a break-glass principal is red, whatever else it is', () => {
    expect(messageOutline(renderParent(incidentOf([BREAK_GLASS]), SETTINGS))).toEqual([
      '# 🔴 Critical: erin called AttachUserPolicy on UserPolicy backdoor',
      '**1** event · {2026-03-14 09:26:53 UTC}',
      '**Who**  erin · principal arn:aws:sts::111122223333:assumed-role/BreakGlassAdmin/erin',
      '**What**  iam:AttachUserPolicy',
      '**On**  UserPolicy backdoor',
      '**Where**  prod (111122223333) · us-east-1',
      '**By**  cli · aws-cli/2.31.0',
      '**From**  203.0.113.90 · without MFA',
      '**Why**  counts as manual: a declared break-glass principal',
      '**Rules**  Break-glass principal used, Manual AWS change',
      '[Event in CloudTrail] [Events in Grafana] [Runbook]',
      ALL_BUTTONS,
      '#d92d3a | **Request**  {"userName":"backdoor","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}',
      '       | **Rule says**  erin used the break-glass principal emergency',
    ]);
  });

  test('of a command in a pod shows the command without its secret', () => {
    const lines = messageOutline(renderParent(incidentOf([EXEC]), SETTINGS));
    expect(lines[0]).toBe('# 🟡 Warning: alice@example.com ran a command in Pod shop/checkout-7f9c');
    expect(lines).toContain('#e8b62d | **Request**  $ mysql -uroot -p[redacted]');
  });

  test('that is no manual change says why it is told', () => {
    const lines = messageOutline(renderParent(incidentOf([DENIED]), BARE));
    expect(lines[0]).toBe('# 🔵 Notice: bob tried to delete Namespace shop and failed: 403 Forbidden');
    expect(lines).toContain(
      '**Why**  told because of its rule, not counted as manual: a failed attempt by a person (the call failed or was denied)',
    );
    expect(lines.slice(-2)).toEqual(['[Cluster in EKS]', '#2d7de8 | **Rule says**  bob was denied delete on Namespace shop']);
  });

  test('of Falco names the machine', () => {
    expect(messageOutline(renderParent(incidentOf([FALCO]), SETTINGS)).slice(0, -1)).toEqual([
      '# 🔵 Notice: Terminal shell in container on ip-10-0-3-17.eu-west-1.compute.internal',
      '**1** event · {2026-03-14 09:26:53 UTC}',
      '**Host**  ip-10-0-3-17.eu-west-1.compute.internal',
      '**Rule**  Terminal shell in container',
      '**Who**  root · uid 0',
      '**What**  event execve · bash -c "psql postgres://app:[redacted]@db/shop"',
      '**In**  Pod shop/db-0 · docker.io/library/postgres',
      '**Where**  cluster demo',
      '[Events in Grafana] [Runbook]',
      '(Acknowledge!) (Mute 1 h) (Mute 8 h) (Mute 24 h)',
    ]);
  });
});

describe('the message of many events', () => {
  const burst = incidentOf(BURST);

  test('counts them, sums them up and tells of the worst', () => {
    expect(messageOutline(renderParent(burst, SETTINGS))).toEqual([
      '# 🟠 Error: dave@example.com called DeleteBucketPublicAccessBlock on BucketPublicAccessBlock acme-uploads, and 7 more',
      '**8** events · {2026-03-14 09:20:06 UTC} to {2026-03-14 09:21:15 UTC}',
      '**Who**  dave@example.com · principal arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_fedcba9876543210/dave@example.com',
      '**Where**  prod (111122223333) · eu-west-1',
      '**What**  s3 PutBucketTagging ×6 · s3 PutBucketPolicy · s3 DeleteBucketPublicAccessBlock',
      '**On**  BucketPolicy acme-uploads · Bucket acme-logs-0 · Bucket acme-logs-1 · Bucket acme-logs-2 · Bucket acme-logs-3 · Bucket acme-logs-4 · Bucket acme-logs-5 · BucketPublicAccessBlock acme-uploads',
      '**Rules**  Manual AWS change ×8',
      '**The worst of them**  dave@example.com called DeleteBucketPublicAccessBlock on BucketPublicAccessBlock acme-uploads, {2026-03-14 09:21:15 UTC}',
      '**By**  console · Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      '**From**  203.0.113.90 · with MFA',
      '**Why**  counts as manual: an Identity Center session',
      '[Event in CloudTrail] [Events in Grafana] [Runbook]',
      ALL_BUTTONS,
      '#e8762d | **What**  s3:DeleteBucketPublicAccessBlock',
      '       | **On**  BucketPublicAccessBlock acme-uploads · arn:aws:s3:::acme-uploads',
      '       | **Rules**  Manual AWS change',
      '       | **Request**  {"bucketName":"acme-uploads","masterUserPassword":"[redacted]"}',
      '       | **Rule says**  dave@example.com changed s3 BucketPublicAccessBlock acme-uploads by hand',
    ]);
  });

  test('counts together what there is no room for, in names and in occurrences', () => {
    const resources = Array.from({ length: 10 }, (_, n) => ({ name: `${'r'.repeat(98)}-${n}`, count: n === 0 ? 3 : 2 }));
    const lines = messageOutline(renderParent({ ...burst, resources, others: { resources: 5, actions: 0, rules: 1 } }, SETTINGS));
    expect(lines.find((line) => line.startsWith('**On**'))).toMatch(
      /^\*\*On\*\* {2}r{98}-0 ×3 · r{98}-1 ×2 · r{98}-2 ×2 · r{98}-3 ×2 · others ×17$/,
    );
    expect(lines).toContain('**Rules**  Manual AWS change ×8 · others');
    const endless = [{ name: 'x'.repeat(500), count: 1 }];
    expect(messageOutline(renderParent({ ...burst, resources: endless }, SETTINGS))).toContain(`**On**  ${'x'.repeat(99)}…`);
  });

  test('leaves out what there is none of', () => {
    const none = { ...burst, resources: [], actions: [], rules: [], lead: { ...burst.lead, rows: [] } };
    expect(messageOutline(renderParent(none, BARE)).slice(2, 4)).toEqual([
      '**The worst of them**  dave@example.com called DeleteBucketPublicAccessBlock on BucketPublicAccessBlock acme-uploads, {2026-03-14 09:21:15 UTC}',
      '[Event in CloudTrail]',
    ]);
  });

  test('says where the thread ends before they do', () => {
    const long = 'The thread has the first 100 of them; the others are counted.';
    expect(messageOutline(renderParent({ ...burst, total: 100 }, SETTINGS))).not.toContain(long);
    expect(messageOutline(renderParent({ ...burst, total: 101 }, SETTINGS))).toContain(long);
    expect(messageOutline(renderParent({ ...burst, total: 101 }, { ...SETTINGS, hasThreads: false }))).not.toContain(long);
  });

  test('has neither links nor a bar where there is nothing to stand there', () => {
    const { blocks, attachments } = renderParent({ ...burst, lead: { ...burst.lead, rows: [], details: [], links: [] } }, BARE);
    expect(blocks.map(({ type }) => type)).toEqual(['header', 'section', 'rich_text']);
    expect(attachments).toEqual([]);
  });

  test('links to all of them in Grafana, with some time around', () => {
    const explore = linksOf(renderParent(burst, SETTINGS))[1] ?? '';
    const url = new URL(/^<([^|]+)\|/.exec(explore)?.[1]?.replaceAll('&amp;', '&') ?? '');
    expect(JSON.parse(url.searchParams.get('panes') ?? '').drift.range).toEqual({
      from: String(Date.parse('2026-03-14T09:15:06Z')),
      to: String(Date.parse('2026-03-14T09:26:15Z')),
    });
  });

  test('shows who has seen to it and until when it is muted, and asks nothing twice', () => {
    const acknowledged = { by: 'erin <!here>', atMs: Date.parse('2026-03-14T09:30:00Z') };
    const muted = { by: 'frank', untilMs: Date.parse('2026-03-14T17:30:00Z') };
    const lines = messageOutline(renderParent({ ...burst, acknowledged, muted }, SETTINGS));
    expect(lines.slice(2, 4)).toEqual([
      '✅ Acknowledged by erin ‹!here>, {2026-03-14 09:30:00 UTC}',
      '🔕 Muted by frank until {2026-03-14 17:30:00 UTC}',
    ]);
    expect(lines).toContain('(Expected: show me the config)');
    expect(messageOutline(renderParent({ ...burst, muted }, SETTINGS))).toContain('(Acknowledge!) (Expected: show me the config)');
    const falco = { ...incidentOf([FALCO]), acknowledged, muted };
    expect(renderParent(falco, SETTINGS).blocks.some(({ type }) => type === 'actions')).toBe(false);
  });
});

describe('the buttons of a message', () => {
  test('tell back which incident it is, and nothing else', () => {
    const incident = { incident: '6f1d0c3b9a7e4d21-mfz0k3a1-1' };
    expect(buttonsOf(renderParent(incidentOf([CHANGE]), SETTINGS))).toEqual([
      ['driftwire_ack', incident],
      ['driftwire_mute_1h', incident],
      ['driftwire_mute_8h', incident],
      ['driftwire_mute_24h', incident],
      ['driftwire_expected', incident],
    ]);
  });

  test('are none where nobody hears of a press', () => {
    expect(buttonsOf(renderParent(incidentOf([CHANGE]), BARE))).toEqual([]);
  });
});

describe('the message of alerts', () => {
  const firing = incidentOf([deliveryOfAlert()], { alerts: { firing: 1, resolved: 0 } });
  const resolved = deliveryOfAlert(
    { status: 'resolved', endsAtMs: Date.parse('2026-03-14T09:41:00Z') },
    { time: '2026-03-14T09:41:00.000000000Z' },
  );

  test('has the shape of the others', () => {
    expect(messageOutline(renderParent(firing, SETTINGS))).toEqual([
      '# 🔴 Critical: HighErrorRate (1 firing)',
      '**1** update · {2026-03-14 09:20:00 UTC}',
      '**Alert**  HighErrorRate',
      '**State**  firing',
      '**Says**  7 % of the requests to checkout fail',
      '**On**  namespace shop',
      '**Where**  cluster demo',
      '**Labels**  severity=critical · namespace=shop · service=checkout · cluster=demo',
      '[Source (prometheus.example.com:9090)] [Runbook (wiki.example.com)]',
      '(Acknowledge!)',
      '#d92d3a | **Notes**  description=More than 5 % of the requests to checkout in shop have failed for 5 minutes.',
    ]);
  });

  test('is green when all is over, and says so in words', () => {
    expect(
      messageOutline(renderParent(incidentOf([deliveryOfAlert(), resolved], { alerts: { firing: 0, resolved: 1 } }), SETTINGS)),
    ).toEqual([
      '# ✅ Resolved: HighErrorRate (1 resolved)',
      '**2** updates · {2026-03-14 09:20:00 UTC} to {2026-03-14 09:41:00 UTC}',
      '**Where**  cluster demo',
      '**On**  namespace shop ×2',
      '**Alerts**  HighErrorRate ×2',
      '**The worst of it**  HighErrorRate: 7 % of the requests to checkout fail, {2026-03-14 09:20:00 UTC}',
      '[Source (prometheus.example.com:9090)] [Runbook (wiki.example.com)]',
      '#2eb67d | **Alert**  HighErrorRate',
      '       | **Says**  7 % of the requests to checkout fail',
      '       | **On**  namespace shop',
      '       | **Labels**  severity=critical · namespace=shop · service=checkout · cluster=demo',
      '       | **Notes**  description=More than 5 % of the requests to checkout in shop have failed for 5 minutes.',
    ]);
  });

  test('counts what fires and what is over', () => {
    const [some] = messageOutline(renderParent({ ...firing, alerts: { firing: 3, resolved: 2 } }, SETTINGS));
    expect(some).toBe('# 🔴 Critical: HighErrorRate (3 firing, 2 resolved)');
    const { alerts: _, ...unknown } = firing;
    expect(messageOutline(renderParent(unknown, SETTINGS))[0]).toBe('# 🔴 Critical: HighErrorRate: 7 % of the requests to checkout fail');
  });

  test('tells in the thread what has changed', () => {
    const [details] = renderDetails([eventView(resolved)], SETTINGS);
    expect(messageOutline(details?.message ?? plainMessage({ text: '', blocks: [], attachments: [] })).slice(0, 3)).toEqual([
      '✅ Resolved, {2026-03-14 09:41:00 UTC}: HighErrorRate: 7 % of the requests to checkout fail',
      '**Alert**  HighErrorRate',
      '**State**  resolved after 21 min',
    ]);
  });
});

describe('the thread of an incident', () => {
  test('has the details of a few events', () => {
    const told = renderDetails(BURST.slice(0, 2).map(eventView), SETTINGS);
    expect(told.map(({ events }) => events)).toEqual([2]);
    const dave = [
      '**Where**  prod (111122223333) · eu-west-1',
      '**By**  console · Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      '**From**  203.0.113.90 · with MFA',
      '**Why**  counts as manual: an Identity Center session',
      '**Rules**  Manual AWS change',
    ];
    const who =
      '**Who**  dave@example.com · principal arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_fedcba9876543210/dave@example.com';
    expect(told.flatMap(({ message }) => messageOutline(message))).toEqual([
      '🟡 Warning, {2026-03-14 09:20:06 UTC}: dave@example.com called PutBucketPolicy on BucketPolicy acme-uploads',
      who,
      '**What**  s3:PutBucketPolicy',
      '**On**  BucketPolicy acme-uploads · arn:aws:s3:::acme-uploads',
      ...dave,
      '**Request**  {"bucketName":"acme-uploads","masterUserPassword":"[redacted]"}',
      '**Rule says**  dave@example.com changed s3 BucketPolicy acme-uploads by hand',
      '[Event in CloudTrail] [Runbook]',
      '---',
      '🟡 Warning, {2026-03-14 09:20:20 UTC}: dave@example.com called PutBucketTagging on Bucket acme-logs-0',
      who,
      '**What**  s3:PutBucketTagging',
      '**On**  Bucket acme-logs-0 · arn:aws:s3:::acme-logs-0',
      ...dave,
      '**Request**  {"bucketName":"acme-logs-0","masterUserPassword":"[redacted]"}',
      '**Rule says**  dave@example.com changed s3 Bucket acme-logs-0 by hand',
      '[Event in CloudTrail] [Runbook]',
    ]);
  });

  test('has no more in a message than it takes', () => {
    const told = renderDetails(
      Array.from({ length: 10 }, () => eventView(hostileDelivery('"\\'.repeat(600)))),
      SETTINGS,
    );
    expect(told.length).toBeGreaterThan(2);
    expect(told.reduce((sum, { events }) => sum + events, 0)).toBe(10);
    for (const { message } of told) expect(sizeOf(message.blocks)).toBeLessThanOrEqual(MAX_BLOCKS_JSON);
  });

  test('has a line for each of many', () => {
    const views = Array.from({ length: 250 }, (_, n) => eventView(consoleCall('PutBucketTagging', 'Bucket', `acme-logs-${n}`, n)));
    const told = renderDetails([...views.slice(0, -1), eventView(FALCO)], SETTINGS);
    const lines = told.flatMap(({ message }) => messageOutline(message));
    expect(lines[0]).toBe('🟡 Warning, {09:20:00 UTC}: called PutBucketTagging on Bucket acme-logs-0');
    expect(lines.at(-1)).toBe('🔵 Notice, {09:26:53 UTC}: Terminal shell in container on ip-10-0-3-17.eu-west-1.compute.internal');
    expect(lines).toHaveLength(250);
    expect(told.map(({ events }) => events).reduce((sum, events) => sum + events, 0)).toBe(250);
    expect(told.length).toBeLessThanOrEqual(5);
    for (const { message } of told) {
      expect(sizeOf(message.blocks)).toBeLessThanOrEqual(MAX_BLOCKS_JSON);
      expect(message.text.length).toBeLessThanOrEqual(MAX_MESSAGE_TEXT);
      expect(message.text).not.toContain('more lines');
    }
  });

  test('has no links where there are none', () => {
    const [told] = renderDetails([{ ...eventView(CHANGE), links: [] }], BARE);
    expect(told?.message.blocks.map(({ type }) => type)).toEqual(['rich_text']);
  });

  test('has nothing to tell of nothing', () => {
    expect(renderDetails([], SETTINGS)).toEqual([]);
  });
});

describe('a digest', () => {
  test('names people and counts, with the full list in the thread', () => {
    const { parent, thread } = renderDigest(digestOf(12), SETTINGS);
    const lines = messageOutline(parent);
    expect(lines.slice(0, 4)).toEqual([
      '# 🔴 Critical: 780 events by 12 people',
      '**780** events in **12** incidents · {2026-03-14 09:20:00 UTC} to {2026-03-14 09:31:30 UTC}',
      '🔴 **120** events by engineer-1@example.com · prod (111122223333) · cluster demo · eu-west-1',
      '🟡 **110** events by engineer-2@example.com · staging (999988887777) · eu-central-1',
    ]);
    expect(lines.slice(-3)).toEqual([
      '🟡 **30** events by engineer-10@example.com · prod (111122223333) · cluster demo · eu-west-1',
      '#d92d3a | So many came at once that they are told as one message. The counts are exact.',
      '       | 2 more in the thread, with all others.',
    ]);
    expect(thread.flatMap(messageOutline)).toHaveLength(12);
    expect(thread.flatMap(messageOutline).at(-1)).toBe(
      '🟡 **10** events by engineer-12@example.com · staging (999988887777) · eu-central-1',
    );
  });

  test('of few people is whole in its message', () => {
    const people = [
      { user: 'alice', place: '', count: 1, worst: 'Notice' as const, marker: 'a' },
      { user: 'alice', place: 'prod', count: 2, worst: 'Notice' as const, marker: 'b' },
    ];
    const { parent } = renderDigest(digestOf(2, { people, total: 3, worst: 'Notice' }), SETTINGS);
    expect(messageOutline(parent)).toEqual([
      '# 🔵 Notice: 3 events by 1 person',
      '**3** events in **2** incidents · {2026-03-14 09:20:00 UTC} to {2026-03-14 09:31:30 UTC}',
      '🔵 **1** event by alice',
      '🔵 **2** events by alice · prod',
      '#2d7de8 | So many came at once that they are told as one message. The counts are exact.',
    ]);
  });

  test('of very many people has as many messages in its thread as it takes', () => {
    const { thread } = renderDigest(digestOf(400), SETTINGS);
    expect(thread.flatMap(messageOutline)).toHaveLength(400);
    expect(thread.length).toBeLessThan(16);
    for (const message of thread) expect(sizeOf(message.blocks)).toBeLessThanOrEqual(MAX_BLOCKS_JSON);
  });

  test('without threads has as many people in its one message as fit, and says how many do not', () => {
    const { parent, thread } = renderDigest(digestOf(400), { ...SETTINGS, hasThreads: false });
    expect(thread).toEqual([]);
    const lines = messageOutline(parent);
    expect(lines.length).toBeGreaterThan(40);
    expect(sizeOf([...parent.blocks, ...parent.attachments])).toBeLessThanOrEqual(MAX_BLOCKS_JSON);
    const [, left] = /… (\d+) more lines do not fit here$/.exec(lines.at(-1) ?? '') ?? [];
    expect(lines.length - 4 + Number(left)).toBe(400);
  });
});
