import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../lib/config/load.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { allSinks, openSinks } from '../../../lib/wire-sinks.ts';
import { FakeSlack } from '../../support/fake-slack/server.ts';
import { deed } from '../../support/incidents.ts';

let slack: FakeSlack;
beforeEach(async () => {
  slack = new FakeSlack({
    channels: [
      { id: 'C0PRODX', name: 'prod' },
      { id: 'C0DEMOX', name: 'demo' },
      { id: 'C0PAGEX', name: 'page' },
    ],
  });
  await slack.start();
});
afterEach(() => slack.stop());

async function open(yaml: string, secrets: Readonly<Record<string, string>> = {}) {
  const { config, problems, placeOf } = parseConfig(yaml, 'driftwire.yaml');
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return openSinks(config, {
    file: 'driftwire.yaml',
    placeOf,
    version: '1.2.3',
    instance: 'test',
    readSecret: ({ env = '' }) => ({ ok: true, value: secrets[env] ?? slack.token }),
  });
}

const CHANNELS = `
accounts: { "111122223333": { channel: "#prod" } }
clusters: { demo: { channel: "#demo" } }
`;
const now = Date.now();
const events = [
  deed({ id: 'a', atMs: now, cluster: null, account: null }),
  deed({ id: 'b', atMs: now, cluster: null, account: '111122223333' }),
  deed({ id: 'c', atMs: now, cluster: 'demo' }),
  deed({ id: 'd', atMs: now, cluster: 'demo', priority: 'Critical' }),
  deed({ id: 'e', atMs: now, cluster: null, account: null, priority: 'Debug' }),
];

describe('slack of the configuration', () => {
  test('has its channels, its threshold and its buttons', async () => {
    const yaml = `${CHANNELS}
slack:
  token: {env: TOKEN}
  signing_secret: {env: SIGNING}
  channel: "#drift"
  api_url: "${slack.apiUrl}"
  minimum_priority: notice
  routes: [{ match: { priority: critical }, channel: "#page" }]
`;
    const opened = await open(yaml, { SIGNING: 'sign' });
    if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
    const [sink, ...others] = allSinks(opened, new MemoryStore());
    expect([sink?.name, others, opened.slackActions !== undefined]).toEqual(['slack', [], true]);
    expect(await sink?.check()).toEqual({ ok: true });
    const results = await sink?.deliver(events);
    expect(results?.map((result) => ('skipped' in result ? 'skipped' : result.kind))).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'delivered',
      'skipped',
    ]);
    expect(['#drift', '#prod', '#demo', '#page'].map((channel) => slack.visible(channel).length)).toEqual([1, 1, 1, 1]);
    expect(JSON.stringify(slack.visible('#drift')[0]?.blocks)).toContain('driftwire_ack');
    expect(slack.findings()).toEqual([]);
    sink?.close();
  });

  test('with a webhook has one channel, whatever accounts and routes name', async () => {
    const yaml = `${CHANNELS}
slack: { webhook_url: {env: HOOK}, routes: [{ match: { tags: [x] }, channel: "#page" }] }
`;
    const opened = await open(yaml, { HOOK: `${slack.webhookUrl}\n` });
    if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
    const [sink] = allSinks(opened, new MemoryStore());
    expect((await sink?.deliver(events.slice(0, 1)))?.map(({ kind }) => kind)).toEqual(['delivered']);
    expect(slack.visible('#drift')).toHaveLength(1);
    expect(slack.visible('#drift')[0]?.text).not.toContain('driftwire_ack');
    sink?.close();
  });

  test.each([
    ['slack: { webhook_url: {env: HOOK} }', { HOOK: 'T00/B00/secret' }, /webhook_url is no address/],
    ['slack: { token: {env: TOKEN}, channel: "#drift" }', { TOKEN: 'xoxb-\u0000secret' }, /no header can carry/],
  ])('that cannot work is told before anything is opened: %s', async (yaml, secrets, says) => {
    const opened = await open(yaml, secrets);
    expect(opened).toMatchObject({ ok: false, problems: [{ path: 'slack', message: expect.stringMatching(says) }] });
    expect(JSON.stringify(opened)).not.toContain('secret');
  });
});
