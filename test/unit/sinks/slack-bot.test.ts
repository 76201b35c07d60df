import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SlackBot } from '../../../lib/sinks/slack-bot.ts';
import type { Fault } from '../../support/fake-slack/faults.ts';
import { FakeSlack, type FakeSlackOptions } from '../../support/fake-slack/server.ts';

const AT = Date.UTC(2026, 10, 20, 9);
const limits = { signal: new AbortController().signal, timeoutMs: 2_000 };
const message = { text: 'hello', blocks: [], attachments: [] };

let slack: FakeSlack;
let bot: SlackBot;
let nowMs: number;

async function open(options: FakeSlackOptions = {}): Promise<void> {
  bot?.close();
  await slack?.stop();
  slack = new FakeSlack({ now: () => nowMs, rates: false, ...options });
  await slack.start();
  bot = new SlackBot({ token: slack.token, apiUrl: slack.apiUrl, timeoutMs: 2_000, nowMs: () => nowMs });
}
beforeEach(async () => {
  nowMs = AT;
  await open();
});
afterEach(async () => {
  bot.close();
  await slack.stop();
});
const post = (marker: string, over: Partial<Parameters<SlackBot['post']>[0]> = {}) =>
  bot.post({ channel: '#drift', marker, incident: 'i', message, ...over }, limits);

describe('a message', () => {
  test('is found by its marker in the channel and in its thread, among many others', async () => {
    const parent = await post('i/1');
    if (parent.kind !== 'done') throw new Error(parent.message);
    const threadTs = parent.ts;
    for (let n = 2; n < 260; n++) await post(`i/${n}`, n % 2 === 0 ? {} : { threadTs });
    const sinceMs = AT;
    expect(await bot.find({ marker: 'i/1', channel: '#drift', sinceMs }, limits)).toEqual({
      kind: 'found',
      channelId: 'C0DRIFT',
      ts: [parent.ts],
    });
    expect(await bot.find({ marker: 'i/259', channel: '#drift', channelId: 'C0DRIFT', threadTs, sinceMs }, limits)).toMatchObject({
      ts: [expect.any(String)],
    });
    expect(await bot.find({ marker: 'i/259', channel: '#drift', sinceMs }, limits)).toMatchObject({ ts: [] });
    expect(await bot.find({ marker: 'i/1', channel: 'C0DRIFT', threadTs: '1.000001', sinceMs }, limits)).toMatchObject({ ts: [] });
    expect(await bot.find({ marker: 'i/1', channel: '#nowhere', sinceMs }, limits)).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('#nowhere'),
    });
  });

  test('is found a page a minute where that is all an app may have', async () => {
    await open({ rates: { isHistoryScarce: true, postBurst: 1_000 } });
    const first = await post('i/1');
    if (first.kind !== 'done') throw new Error(first.message);
    for (let n = 2; n < 40; n++) await post(`i/${n}`);
    let calls = 0;
    for (;;) {
      calls++;
      const found = await bot.find({ marker: 'i/1', channel: '#drift', sinceMs: AT }, limits);
      if (found.kind === 'found') {
        expect(found.ts).toEqual([first.ts]);
        break;
      }
      expect(found).toMatchObject({ verdict: { kind: 'wait' }, pauseMs: 60_000 });
      nowMs += 60_000;
    }
    expect(calls).toBe(3);
    nowMs += 60_000;
    await bot.find({ marker: 'i/1', channel: '#drift', sinceMs: AT }, limits);
    nowMs += 60_000;
    // the page that it was sent away from is not there any more
    slack.failMethod('conversations.history', { kind: 'error', error: 'invalid_cursor' });
    expect(await bot.find({ marker: 'i/1', channel: '#drift', sinceMs: AT }, limits)).toMatchObject({ verdict: { kind: 'wait' } });
    expect(slack.findings()).toEqual([]);
  });

  test('is looked for under the name of its channel where the list of channels may not be read', async () => {
    slack.failMethod('conversations.list', { kind: 'error', error: 'missing_scope' });
    expect(await bot.find({ marker: 'i/1', channel: '#drift', sinceMs: AT }, limits)).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('channel_not_found'),
    });
    slack.failMethod('conversations.list', { kind: 'error', error: 'ratelimited' });
    expect(await bot.find({ marker: 'i/1', channel: '#drift', sinceMs: AT }, limits)).toMatchObject({
      kind: 'failed',
      verdict: { kind: 'wait' },
    });
  });

  test('can be removed, also when it is gone', async () => {
    const posted = await post('i/1');
    if (posted.kind !== 'done') throw new Error(posted.message);
    expect(await bot.remove(posted, limits)).toEqual({ kind: 'removed' });
    expect(await bot.remove(posted, limits)).toEqual({ kind: 'removed' });
    expect(slack.visible()).toEqual([]);
  });

  test.each<[Fault, object]>([
    [{ kind: 'reset' }, { kind: 'unknown', reason: 'unreachable' }],
    [
      { kind: 'status', status: 502 },
      { kind: 'unknown', reason: 'unavailable' },
    ],
    [
      { kind: 'stored_error', error: 'fatal_error' },
      { kind: 'unknown', reason: 'unavailable' },
    ],
    [
      { kind: 'rate_limited', retryAfterSeconds: 7 },
      { kind: 'wait', reason: 'rate_limited' },
    ],
    [
      { kind: 'error', error: 'not_in_channel' },
      { kind: 'barred', scope: 'channel' },
    ],
    [{ kind: 'error', error: 'invalid_blocks' }, { kind: 'content' }],
    [
      { kind: 'status', status: 200, text: '{"ok":true}' },
      { kind: 'unknown', reason: 'unexpected' },
    ],
  ])('that meets %j has a verdict', async (fault, verdict) => {
    slack.fail(fault);
    expect(await post('i/1')).toMatchObject({ kind: 'failed', verdict });
  });

  test('that nobody could be sent was not sent', async () => {
    await slack.stop();
    expect(await post('i/1')).toMatchObject({ verdict: { kind: 'wait', reason: 'unreachable' } });
    bot = new SlackBot({ token: 'x', apiUrl: 'https://127.0.0.1:1/', timeoutMs: 2_000, nowMs: () => nowMs });
    expect(await post('i/1')).toMatchObject({ verdict: { kind: 'wait' } });
    await slack.start();
  });

  test('leads to no preview of what a log may name', async () => {
    await post('i/1');
    expect(slack.calls[0]?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
  });
});

describe('the check', () => {
  test('asks for token, scopes and each channel, and posts nothing', async () => {
    expect(await bot.check(['#drift', 'C0DRIFT'], limits)).toEqual({ ok: true });
    expect(slack.calls.map(({ method }) => method)).toEqual([
      'auth.test',
      'conversations.list',
      'conversations.info',
      'conversations.info',
    ]);
  });

  test.each([
    [
      ['chat:write', 'channels:read'],
      /missing_scope: the bot token lacks channels:history or groups:history \(to find out after a lost answer/,
    ],
    [['channels:read', 'channels:history'], /chat:write \(to post\)/],
    [['chat:write'], /channels:read or groups:read \(to find the channel\), channels:history/],
  ])('names the scopes that are missing: %j', async (scopes, says) => {
    await open({ scopes });
    expect(await bot.check(['#drift'], limits)).toMatchObject({ ok: false, reason: 'unauthorized', message: expect.stringMatching(says) });
  });

  test('names the channel that cannot be used', async () => {
    await open({
      channels: [
        { id: 'C0GONEX', name: 'gone', isArchived: true },
        { id: 'C0OTHER', name: 'other', isMember: false },
      ],
    });
    expect(await bot.check(['#drift', '#gone'], limits)).toMatchObject({
      ok: false,
      message: expect.stringContaining('#gone: is_archived'),
    });
    expect(await bot.check(['#other'], limits)).toMatchObject({
      ok: false,
      message: expect.stringContaining('#other: not_in_channel: invite'),
    });
    expect(await bot.check(['#none'], limits)).toMatchObject({ ok: false, message: expect.stringContaining('#none: no such channel') });
    expect(await bot.check(['C0NOWHERE'], limits)).toMatchObject({
      ok: false,
      message: expect.stringContaining('C0NOWHERE: channel_not_found'),
    });
  });

  test('asks for the groups whose members may press buttons', async () => {
    slack.workspace.usergroups.set('S0OPS', []);
    const limits = { signal: AbortSignal.timeout(5_000), timeoutMs: 2_000 };
    const checked = (usergroup: string, token = slack.token) =>
      new SlackBot({ token, apiUrl: slack.apiUrl, timeoutMs: 2_000, nowMs: () => nowMs }, [usergroup]).check(['C0DRIFT'], limits);
    expect(await checked('S0OPS')).toEqual({ ok: true });
    expect(await checked('S0GONE')).toMatchObject({
      ok: false,
      reason: 'misconfigured',
      message: expect.stringContaining('allow_usergroups'),
    });
    slack.failMethod('usergroups.users.list', { kind: 'error', error: 'missing_scope' });
    expect(await checked('S0OPS')).toMatchObject({
      ok: false,
      reason: 'unauthorized',
      message: expect.stringContaining('S0OPS: missing_scope'),
    });
  });

  test('says what is wrong with the token, or with the way to Slack', async () => {
    slack.setTokenState('account_inactive');
    expect(await bot.check(['#drift'], limits)).toMatchObject({
      ok: false,
      reason: 'unauthorized',
      message: expect.stringContaining('auth.test: account_inactive: reinstall'),
    });
    slack.setTokenState(undefined);
    slack.failMethod('conversations.list', { kind: 'status', status: 500 });
    expect(await bot.check(['#drift'], limits)).toMatchObject({ ok: false, reason: 'unavailable' });
  });
});
