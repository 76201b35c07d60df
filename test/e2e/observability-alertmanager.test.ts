import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertmanagerFiles } from '../../lib/export/alertmanager/alertmanager-config.ts';
import { DEFAULT_EXPORT, type ExportOptions } from '../../lib/export/options.ts';
import { run, writeFiles } from '../support/export/promtool.ts';
import { realPart } from '../support/require.ts';

/** Where Debian's package `prometheus-alertmanager` puts amtool. */
const AMTOOL = '/usr/bin/amtool';

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
