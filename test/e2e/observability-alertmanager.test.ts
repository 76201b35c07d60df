import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertmanagerFiles } from '../../lib/export/alertmanager/alertmanager-config.ts';
import { DEFAULT_EXPORT, type ExportOptions } from '../../lib/export/options.ts';
import { type Alertmanager, type AlertStatus, AMTOOL, startAlertmanager } from '../support/export/alertmanager.ts';
import { run, writeFiles } from '../support/export/promtool.ts';
import { realPart } from '../support/require.ts';

const OPTIONS: ExportOptions = {
  ...DEFAULT_EXPORT,
  accounts: {
    '111122223333': { name: 'prod', channel: '#prod-drift' },
    '444455556666': { name: 'security' },
    '999988887777': { name: 'dev', channel: '#dev' },
  },
  clusters: { demo: { account: '111122223333' }, 'a "quoted\\ name': { account: '999988887777' }, loner: {} },
  channel: '#all-drift',
};

describe.runIf(realPart('alertmanager', AMTOOL))('Alertmanager itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-alertmanager-'));
  beforeAll(() => writeFiles(folder, alertmanagerFiles(OPTIONS)));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('takes the configuration and its templates', async () => {
    const { status, output } = await run(AMTOOL, ['check-config', 'alertmanager.yml'], folder);
    expect(output).toContain('1 templates');
    expect(output).toContain('5 inhibit rules');
    expect(status, output).toBe(0);
  });

  test.each([
    [
      'a change in an account without a channel goes to the common one',
      ['severity=warning', 'topic=drift', 'account=444455556666'],
      'slack',
    ],
    ['a change in an account with a channel goes there', ['severity=warning', 'topic=drift', 'account=999988887777'], 'slack-999988887777'],
    ['a change in a cluster goes to the channel of its account', ['severity=warning', 'topic=drift', 'cluster=demo'], 'slack-111122223333'],
    ['a cluster of no account goes to the common channel', ['severity=warning', 'topic=drift', 'cluster=loner'], 'slack'],
    [
      'a storm in an account wakes somebody and tells its channel',
      ['severity=critical', 'topic=drift', 'account=111122223333'],
      'pagerduty,slack-111122223333',
    ],
    ['a critical finding wakes somebody and tells the common channel', ['severity=critical', 'topic=security'], 'pagerduty,slack'],
    ['a security warning goes to the common channel', ['severity=warning', 'topic=security'], 'slack'],
    ['a warning about Driftwire goes to its operators', ['severity=warning', 'topic=health'], 'operators'],
    ['a critical one wakes somebody too', ['severity=critical', 'topic=health'], 'pagerduty,operators'],
    ['what can wait goes by email', ['severity=info', 'topic=health'], 'email'],
    ['an alert of somebody else goes to the common channel', ['alertname=NodeDown'], 'slack'],
  ])('%s', async (_, labels, receivers) => {
    const args = ['config', 'routes', 'test', '--config.file=alertmanager.yml', `--verify.receivers=${receivers}`, ...labels];
    const { status, output } = await run(AMTOOL, args, folder);
    expect(status, output).toBe(0);
  });

  test('notices a wrong receiver', async () => {
    const args = ['config', 'routes', 'test', '--config.file=alertmanager.yml', '--verify.receivers=email', 'severity=critical'];
    expect((await run(AMTOOL, args, folder)).status).not.toBe(0);
  });
});

describe.runIf(realPart('alertmanager', AMTOOL))('a running Alertmanager', () => {
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    alertmanager = await startAlertmanager(alertmanagerFiles(OPTIONS));
    await alertmanager.post(ALERTS);
    await until(() => messagesTo('#prod-drift').length > 0 && messagesTo('#all-drift').length > 0 && pages().length > 1);
  }, 60_000);
  afterAll(() => alertmanager?.stop());

  interface SlackMessage {
    readonly channel: string;
    readonly attachments: readonly { readonly title: string; readonly title_link: string; readonly text: string; readonly color: string }[];
  }
  const messagesTo = (channel: string): readonly SlackMessage[] =>
    alertmanager.sent.flatMap(({ path, body }) =>
      path === '/slack' && (body as SlackMessage).channel === channel ? [body as SlackMessage] : [],
    );
  const pages = (): readonly {
    readonly routing_key: string;
    readonly payload: { readonly summary: string; readonly custom_details: unknown };
  }[] => alertmanager.sent.flatMap(({ path, body }) => (path === '/pagerduty' ? [body as ReturnType<typeof pages>[number]] : []));
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 300 && !isSo(); tries++) await new Promise((resolve) => setTimeout(resolve, 100));
  };
  const statusOf = async (labels: Readonly<Record<string, string>>): Promise<AlertStatus['status'] | undefined> =>
    (await alertmanager.alerts()).find((one) => Object.entries(labels).every(([name, value]) => one.labels[name] === value))?.status;

  test('says nothing of each change in a storm, and goes on saying it of other clusters', async () => {
    expect(await statusOf({ alertname: 'ManualKubernetesChangeDetected', cluster: 'demo' })).toMatchObject({ state: 'suppressed' });
    expect(await statusOf({ alertname: 'ManualKubernetesChangeDetected', cluster: 'loner' })).toMatchObject({ state: 'active' });
    expect(await statusOf({ alertname: 'ManualKubernetesChangeStorm', cluster: 'demo' })).toMatchObject({ state: 'active' });
  });

  test('says nothing of what follows from a Driftwire that is not there', async () => {
    expect(await statusOf({ alertname: 'DriftwireNothingRead', instance: 'gone' })).toMatchObject({ state: 'suppressed' });
    expect(await statusOf({ alertname: 'DriftwireNothingRead', instance: 'here' })).toMatchObject({ state: 'active' });
  });

  test('tells the channel of the account what happened, with a link to the runbook', () => {
    const [message] = messagesTo('#prod-drift').filter(({ attachments }) => attachments[0]?.title.includes('ManualKubernetesChangeStorm'));
    expect(message?.attachments[0]).toMatchObject({
      title: 'CRITICAL [FIRING: 1] ManualKubernetesChangeStorm in cluster demo',
      title_link: 'https://driftwire.example/docs/runbook.md#manualkuberneteschangestorm',
      color: 'danger',
    });
    expect(message?.attachments[0]?.text).toContain('61 manual changes');
  });

  test('a name that a caller chose mentions nobody and links nowhere', () => {
    const text = messagesTo('#all-drift')
      .flatMap(({ attachments }) => attachments.map((one) => one.text))
      .join('\n');
    expect(text).toContain('User &lt;!channel&gt; &amp; &lt;https://evil.example|click&gt; performed');
    expect(text).not.toContain('<');
  });

  test('pages for what is critical, once for each alert', () => {
    const summaries = pages().map(({ payload }) => payload.summary);
    expect(summaries.toSorted()).toEqual(['[FIRING: 1] DriftwireDown', '[FIRING: 1] ManualKubernetesChangeStorm in cluster demo']);
    expect(pages()[0]?.routing_key).toBe('routing-key-of-the-test');
  });
});

const runbook = (alert: string): string => `https://driftwire.example/docs/runbook.md#${alert.toLowerCase()}`;
function alert(name: string, severity: string, topic: string, labels: Readonly<Record<string, string>>, description: string) {
  return {
    labels: { alertname: name, severity, topic, ...labels },
    annotations: { description, summary: description, runbook_url: runbook(name) },
  };
}

const ALERTS = [
  alert('ManualKubernetesChangeStorm', 'critical', 'drift', { cluster: 'demo' }, '61 manual changes within 5 minutes in cluster demo'),
  alert('ManualKubernetesChangeDetected', 'warning', 'drift', { cluster: 'demo', user: 'ada' }, 'User ada performed patch on Secret'),
  alert(
    'ManualKubernetesChangeDetected',
    'warning',
    'drift',
    { cluster: 'loner', user: '<!channel>' },
    'User <!channel> & <https://evil.example|click> performed patch on Secret',
  ),
  alert('DriftwireDown', 'critical', 'health', { job: 'driftwire', instance: 'gone' }, 'Prometheus has not reached gone'),
  alert('DriftwireNothingRead', 'warning', 'health', { instance: 'gone', source: 'k8s_audit' }, 'nothing'),
  alert('DriftwireNothingRead', 'warning', 'health', { instance: 'here', source: 'k8s_audit' }, 'nothing'),
];
