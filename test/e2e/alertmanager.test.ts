/** Debian's Alertmanager and `driftwire serve`, in both directions. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Alertmanager, AMTOOL, startAlertmanager } from '../support/export/alertmanager.ts';
import { FakeSlack } from '../support/fake-slack/server.ts';
import { FakeDiscord } from '../support/receivers/fake-discord.ts';
import { FakePagerDuty } from '../support/receivers/fake-pagerduty.ts';
import { membersOf } from '../support/receivers/fake-server.ts';
import { FakeWebhook } from '../support/receivers/fake-webhook.ts';
import { kubernetesEvent } from '../support/records.ts';
import { realPart } from '../support/require.ts';
import { ServeProcess } from '../support/serve-process.ts';

const TOKEN = 'a-token-of-the-test';
const ROUTING_KEY = '0123456789abcdef0123456789abcdef';
/** Real processes with waiting times of their own. */
const PATIENCE = { timeout: 25_000, interval: 100 };

let folder: string;
let undo: (() => Promise<unknown>)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'driftwire-alertmanager-'));
  undo = [];
  writeFileSync(join(folder, 'token'), TOKEN);
  writeFileSync(join(folder, 'routing-key'), ROUTING_KEY);
});
afterEach(async () => {
  for (const each of undo.toReversed()) await each();
  rmSync(folder, { recursive: true, force: true });
});

async function serveWith(...lines: readonly string[]): Promise<ServeProcess> {
  writeFileSync(
    join(folder, 'driftwire.yaml'),
    `${lines.join('\n')}\nserve: { listen: "127.0.0.1:0", state_dir: state }\nclusters: { demo: {} }\n`,
  );
  const serve = await ServeProcess.start(folder);
  undo.push(() => serve.end('SIGKILL'));
  return serve;
}

/** An Alertmanager that groups by name and user, and sends to one address every second that something is there to say. */
async function alertmanagerTo(url: string): Promise<Alertmanager> {
  const config = {
    global: {},
    route: { receiver: 'webhook', group_by: ['alertname', 'user'], repeat_interval: '1s' },
    receivers: [{ name: 'webhook', webhook_configs: [{ url, send_resolved: true, max_alerts: 20 }] }],
  };
  const alertmanager = await startAlertmanager([{ path: 'alertmanager.yml', text: stringify(config) }]);
  undo.push(() => alertmanager.stop());
  return alertmanager;
}

async function fakeWebhook(): Promise<{ readonly fake: FakeWebhook; readonly url: string }> {
  const fake = new FakeWebhook();
  const url = await fake.server.start();
  undo.push(() => fake.server.stop());
  return { fake, url };
}

function change(id: string, user: string, namespace = 'shop'): string {
  const now = new Date().toISOString();
  const times = { stageTimestamp: now, requestReceivedTimestamp: now };
  const objectRef = { resource: 'configmaps', namespace, name: `map-${id}`, apiVersion: 'v1' };
  return `${JSON.stringify(kubernetesEvent({ auditID: id, user: { username: user, groups: ['system:authenticated'] }, objectRef, ...times }))}\n`;
}

const alertOf = (findings: readonly unknown[]) => membersOf(membersOf(findings[0])['alert']);

describe.runIf(realPart('alertmanager', AMTOOL))('with a real Alertmanager', () => {
  test('its alerts reach people: fired once however often they are repeated, then resolved', { timeout: 90_000 }, async () => {
    const { fake: webhook, url: webhookUrl } = await fakeWebhook();
    const discord = new FakeDiscord({ token: TOKEN });
    const discordUrl = await discord.server.start();
    const pagerDuty = new FakePagerDuty({ routingKey: ROUTING_KEY });
    const pagerDutyUrl = await pagerDuty.server.start();
    const slack = new FakeSlack({ faultOf: () => undefined });
    await slack.start();
    undo.push(
      () => discord.server.stop(),
      () => pagerDuty.server.stop(),
      () => slack.stop(),
    );
    writeFileSync(join(folder, 'hook'), `${discordUrl}${FakeDiscord.path(TOKEN)}`);
    writeFileSync(join(folder, 'slack-token'), slack.token);
    const serve = await serveWith(
      `slack: { token: {file: ${join(folder, 'slack-token')}}, channel: "#drift", api_url: "${slack.apiUrl}" }`,
      'receivers:',
      `  - { type: webhook, url: "${webhookUrl}" }`,
      `  - { type: discord, webhook_url: {file: ${join(folder, 'hook')}} }`,
      `  - { type: pagerduty, url: "${pagerDutyUrl}", routing_key: {file: ${join(folder, 'routing-key')}} }`,
    );
    const alertmanager = await alertmanagerTo(`${serve.base}/alertmanager`);
    const labels = { alertname: 'PodCrashLooping', severity: 'critical', user: 'alice', namespace: 'shop', pod: 'web-1', cluster: 'demo' };
    const annotations = { summary: 'web-1 restarts again and again', description: 'look at <!channel> its logs' };
    await alertmanager.post([{ labels, annotations }]);

    const alerts = () => [...webhook.events().values()].map(alertOf);
    await expect.poll(() => alerts().map(({ status }) => status), PATIENCE).toEqual(['firing']);
    expect([...webhook.events().values()][0]?.[0]).toMatchObject({
      rule: 'PodCrashLooping',
      priority: 'Critical',
      source: 'alertmanager',
      message: 'web-1 restarts again and again',
      cluster: 'demo',
    });
    await expect.poll(() => serve.metric('driftwire_alerts_received_total'), PATIENCE).toBeGreaterThanOrEqual(4);
    expect(alerts()).toHaveLength(1);

    await postEnded(alertmanager, labels, annotations);
    await expect.poll(() => alerts().map(({ status }) => status), PATIENCE).toEqual(['firing', 'resolved']);
    await expect.poll(() => serve.metric('driftwire_spool_entries'), PATIENCE).toBe(0);
    expect([...pagerDuty.incidents.values()].map(({ status, events }) => [status, events.length])).toEqual([['resolved', 1]]);
    expect(discord.messages.flat().map(({ title }) => title.split(' ')[0])).toEqual(['🔴', '✅']);
    expect(discord.nuisances).toEqual([]);
    expect(slack.visible()).toHaveLength(1);
    expect(JSON.stringify(slack.visible())).toContain('resolved');
    // an alert is no finding of ours: it is in no count of changes
    expect(await serve.metric('kubernetes_audit_manual_changes_total')).toBe(0);
  });

  test('findings are its alerts: grouped, silenced, sent on, and never sent back to it', { timeout: 90_000 }, async () => {
    const { fake: webhook, url: webhookUrl } = await fakeWebhook();
    // Alertmanager needs an address to send to before serve has one
    const relay = await serveWith(`receivers: [{ type: webhook, url: "${webhookUrl}" }]`);
    const alertmanager = await alertmanagerTo(`${relay.base}/alertmanager`);
    const url = `http://${alertmanager.address}`;
    execFileSync(AMTOOL, [`--alertmanager.url=${url}`, 'silence', 'add', '--author=test', '--comment=test', '--duration=1h', 'user=bob']);

    const other = mkdtempSync(join(tmpdir(), 'driftwire-alertmanager-from-'));
    undo.push(async () => rmSync(other, { recursive: true, force: true }));
    folder = other;
    const serve = await serveWith('receivers:', `  - { type: alertmanager, url: "${url}" }`, `  - { type: webhook, url: "${webhookUrl}" }`);
    const burst = ['a', 'b', 'c'].map((id) => change(id, 'alice')).join('') + change('d', 'alice', 'billing');
    await serve.post('/ingest/kubernetes?cluster=demo', burst);
    await serve.post('/ingest/kubernetes?cluster=demo', change('e', 'bob'));

    await expect.poll(async () => (await alertmanager.alerts()).length, PATIENCE).toBe(3);
    const held = await alertmanager.alerts();
    expect(held.map(({ labels, status }) => [labels['user'], labels['namespace'], status.state]).sort()).toEqual([
      ['alice', 'billing', 'active'],
      ['alice', 'shop', 'active'],
      ['bob', 'shop', 'suppressed'],
    ]);
    expect(held[0]?.labels).toMatchObject({
      alertname: 'Manual Kubernetes change',
      severity: 'warning',
      source: 'k8s_audit',
      cluster: 'demo',
    });
    const shown = execFileSync(AMTOOL, [`--alertmanager.url=${url}`, 'alert', 'query', 'user=alice', '-o', 'json'], { encoding: 'utf8' });
    expect(JSON.parse(shown)).toHaveLength(2);

    // what the Alertmanager sends on: one group of two alerts about alice, and nothing about bob
    const sentOn = () => [...webhook.events().values()].map(alertOf).filter(({ status }) => status !== undefined);
    await expect.poll(() => sentOn().length, PATIENCE).toBe(2);
    expect(new Set(sentOn().map(({ group_key: key }) => key)).size).toBe(1);
    expect(JSON.stringify(sentOn())).not.toContain('bob');

    // the same batch again: nothing fires anew or for longer
    const ends = await endsOf(url);
    await serve.post('/ingest/kubernetes?cluster=demo', burst);
    // an alert that is posted to the one that feeds the Alertmanager goes to people and not round in circles
    await expect.poll(() => serve.metric('driftwire_deliveries_total'), PATIENCE).toBe(10);
    const message = JSON.stringify({ status: 'firing', alerts: [{ labels: { alertname: 'Loop' }, startsAt: new Date().toISOString() }] });
    expect((await serve.post('/alertmanager', message)).status).toBe(200);
    await expect.poll(() => serve.metric('driftwire_deliveries_total'), PATIENCE).toBe(11);
    await expect.poll(() => serve.metric('driftwire_spool_entries'), PATIENCE).toBe(0);
    expect(held.length).toBe((await alertmanager.alerts()).length);
    expect(await endsOf(url)).toEqual(ends);
  });
});

/** What Prometheus posts when an alert is over. */
async function postEnded(alertmanager: Alertmanager, labels: object, annotations: object): Promise<void> {
  const response = await fetch(`http://${alertmanager.address}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify([{ labels, annotations, endsAt: new Date().toISOString() }]),
  });
  expect(response.status).toBe(200);
}

async function endsOf(url: string): Promise<readonly unknown[]> {
  const alerts = (await (await fetch(`${url}/api/v2/alerts`)).json()) as readonly {
    readonly fingerprint: string;
    readonly endsAt: string;
  }[];
  return alerts.map(({ fingerprint, endsAt }) => `${fingerprint} ${endsAt}`).sort();
}
