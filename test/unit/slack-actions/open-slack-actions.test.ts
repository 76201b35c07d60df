import { afterEach, describe, expect, test } from 'vitest';
import { type LoadedConfig, parseConfig } from '../../../lib/config/load.ts';
import { openSlackActions } from '../../../lib/slack-actions/open-slack-actions.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { FakeSlack, type FakeSlackOptions } from '../../support/fake-slack/server.ts';

let slack: FakeSlack;
afterEach(async () => {
  await slack.stop().catch(() => undefined);
});

/** A press of a button by a member of the group `S0OPS`, and what was logged and counted. */
async function pressedWith(options: FakeSlackOptions, members: readonly string[]) {
  slack = new FakeSlack(options);
  await slack.start();
  slack.workspace.usergroups.set('S0OPS', members);
  const { config } = configOf(`actions: { allow_usergroups: [S0OPS] }, api_url: "${slack.apiUrl}"`);
  if (config?.slack === undefined) throw new Error('no configuration');
  const store = new MemoryStore();
  const lines: unknown[] = [];
  const access = { token: slack.token, signingSecret: `${slack.signingSecret}\n` };
  const log = (_: string, message: string, fields?: object): void => void lines.push({ message, ...fields });
  const { actions, close } = openSlackActions(config.slack, access, { store, refresh: async () => undefined, log });
  const message = { channel: 'C0DRIFT', ts: '1.000001', text: 'x', blocks: undefined, attachments: undefined, metadata: undefined };
  const state = { threadTs: undefined, isBroadcast: false, author: 'UBOT', editedTs: undefined, edits: 0, isTombstone: false };
  const { headers, body } = slack.press({ ...message, ...state }, 'driftwire_ack', { value: '{"incident":"i-1-1"}' });
  const answer = actions.take(headers, Buffer.from(body));
  if ('after' in answer) await answer.after?.();
  close();
  const counted = (await store.totals()).map(({ metric, labels, value }) => [metric, labels['outcome'], value]);
  return { lines, counted };
}

function configOf(slackKeys: string): LoadedConfig {
  return parseConfig(`slack: { token: {env: T}, signing_secret: {env: S}, channel: "#drift", ${slackKeys} }`, 'driftwire.yaml');
}

describe('members of a user group', () => {
  test('may press: Slack is asked who they are', async () => {
    const { counted } = await pressedWith({}, ['U0ALICE']);
    expect(counted).toEqual([['driftwire_slack_presses_total', 'unknown', 1]]);
  });

  test('are told apart from others', async () => {
    expect((await pressedWith({}, [])).counted).toEqual([['driftwire_slack_presses_total', 'refused', 1]]);
  });

  test('cannot press while the app may not ask, and the log says what to do', async () => {
    const { counted, lines } = await pressedWith({ scopes: ['chat:write'] }, ['U0ALICE']);
    expect(counted).toEqual([['driftwire_slack_presses_total', 'failed', 1]]);
    expect(lines[0]).toMatchObject({ usergroup: 'S0OPS', said: 'missing_scope', remedy: expect.stringContaining('usergroups:read') });
  });

  test('cannot press while Slack is away', async () => {
    const { counted, lines } = await pressedWith(
      { faultOf: ({ method }) => (method === 'usergroups.users.list' ? { kind: 'status', status: 503 } : undefined) },
      [],
    );
    expect(counted).toEqual([['driftwire_slack_presses_total', 'failed', 1]]);
    expect(lines[0]).toMatchObject({ said: 'status 503' });
  });
});

describe('the configuration', () => {
  test.each([
    ['nobody', 'actions: {}', 'nobody is named'],
    ['a name instead of an id', 'actions: { allow_users: [alice] }', "not a member's id"],
    ['a channel instead of a group', 'actions: { allow_usergroups: [C012AB] }', 'not the id of a user group'],
  ])('names %s', async (_, keys, says) => {
    slack = new FakeSlack();
    expect(
      configOf(keys)
        .problems.map(({ message }) => message)
        .join(),
    ).toContain(says);
  });

  test('has no buttons without what signs them', () => {
    slack = new FakeSlack();
    const { problems } = parseConfig('slack: { webhook_url: {env: W}, actions: { allow_users: [U012AB] } }', 'driftwire.yaml');
    expect(problems.map(({ message }) => message)).toEqual([
      'there are no buttons without token and signing_secret: token and signing_secret are missing',
    ]);
  });
});
