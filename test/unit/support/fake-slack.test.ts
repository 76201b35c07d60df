import { ErrorCode, LogLevel, WebClient } from '@slack/web-api';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeSlack, type FakeSlackOptions } from '../../support/fake-slack/server.ts';

let slack: FakeSlack;
let nowMs = Date.UTC(2026, 10, 20, 9);
afterEach(async () => {
  await slack.stop();
});

async function started(options: FakeSlackOptions = {}): Promise<WebClient> {
  nowMs = Date.UTC(2026, 10, 20, 9);
  slack = new FakeSlack({ now: () => nowMs, ...options });
  await slack.start();
  return clientWith(slack.token);
}

function clientWith(token: string | undefined): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    logger: { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => LogLevel.ERROR, setName() {} },
  });
}

/** The error of a call that Slack refuses, with what stands beside it. */
async function refusalOf(call: Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
  const cause: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(cause).toMatchObject({ code: ErrorCode.PlatformError });
  return (cause as { readonly data: Readonly<Record<string, unknown>> }).data;
}

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text });
const marked = (marker: string) => ({ event_type: 'driftwire', event_payload: { marker } });
const drift = '#drift';

describe('messages', () => {
  test('a message with blocks, metadata and replies is what readers see, edited and deleted', async () => {
    const client = await started();
    const blocks = [{ type: 'header', text: plain('alice did it') }];
    const { ts = '', channel } = await client.chat.postMessage({ channel: drift, text: 'alice did it', blocks, metadata: marked('m1') });
    expect(channel).toBe('C0DRIFT');
    await client.chat.postMessage({ channel: 'C0DRIFT', text: 'more', thread_ts: ts, metadata: marked('m2') });
    await client.chat.update({ channel: 'C0DRIFT', ts, text: 'alice did two', blocks: [{ type: 'header', text: plain('two') }] });
    expect(slack.visible()).toMatchObject([
      {
        ts,
        text: 'alice did two',
        edits: 1,
        blocks: [{ text: { text: 'two' } }],
        metadata: { event_payload: { marker: 'm1' } },
        replies: [{ text: 'more', threadTs: ts }],
      },
    ]);
    await client.chat.delete({ channel: 'C0DRIFT', ts });
    expect(slack.visible()).toMatchObject([{ isTombstone: true, replies: [{ text: 'more' }] }]);
    expect(slack.calls.map(({ method, outcome }) => `${method} ${outcome}`)).toEqual([
      'chat.postMessage ok',
      'chat.postMessage ok',
      'chat.update ok',
      'chat.delete ok',
    ]);
    await slack.stop({ strict: true });
  });

  test('history and replies show metadata only when asked, newest and oldest first, page by page', async () => {
    const client = await started({ rates: false });
    const times: string[] = [];
    for (let n = 1; n <= 5; n++)
      times.push((await client.chat.postMessage({ channel: drift, text: `m${n}`, metadata: marked(`m${n}`) })).ts ?? '');
    const [first = '', second = '', , fourth = ''] = times;
    await client.chat.postMessage({ channel: drift, text: 'below', thread_ts: first, metadata: marked('below') });
    const bare = await client.conversations.history({ channel: 'C0DRIFT', limit: 2 });
    expect(bare.messages?.map(({ text, metadata }) => [text, metadata])).toEqual([
      ['m5', undefined],
      ['m4', undefined],
    ]);
    const next = await client.conversations.history({
      channel: 'C0DRIFT',
      limit: 2,
      include_all_metadata: true,
      cursor: bare.response_metadata?.next_cursor ?? '',
    });
    expect(next.messages?.map(({ metadata }) => metadata?.event_payload)).toEqual([{ marker: 'm3' }, { marker: 'm2' }]);
    const later = await client.conversations.history({ channel: 'C0DRIFT', oldest: second, latest: fourth });
    expect(later.messages?.map(({ text }) => text)).toEqual(['m3']);
    const inclusive = await client.conversations.history({ channel: 'C0DRIFT', oldest: second, latest: fourth, inclusive: true });
    expect(inclusive.messages?.map(({ text }) => text)).toEqual(['m4', 'm3', 'm2']);
    const thread = await client.conversations.replies({ channel: 'C0DRIFT', ts: first, include_all_metadata: true });
    expect(thread.messages?.map(({ text, metadata }) => [text, metadata?.event_payload])).toEqual([
      ['m1', { marker: 'm1' }],
      ['below', { marker: 'below' }],
    ]);
    expect(await refusalOf(client.conversations.replies({ channel: 'C0DRIFT', ts: '1.000001' }))).toMatchObject({
      error: 'thread_not_found',
    });
  });

  test('the list of channels has those the app may know, page by page', async () => {
    const client = await started({
      channels: [
        { id: 'C0GEN', name: 'general', isMember: false },
        { id: 'C0SECRET', name: 'secret', isPrivate: true, isMember: false },
        { id: 'C0OLD', name: 'old', isArchived: true },
      ],
    });
    const first = await client.conversations.list({ limit: 1, types: 'public_channel,private_channel', exclude_archived: true });
    const cursor = first.response_metadata?.next_cursor ?? '';
    const second = await client.conversations.list({ limit: 1, types: 'public_channel,private_channel', exclude_archived: true, cursor });
    expect([...(first.channels ?? []), ...(second.channels ?? [])].map(({ id }) => id)).toEqual(['C0DRIFT', 'C0GEN']);
    expect(second.response_metadata?.next_cursor).toBe('');
    expect(await client.conversations.info({ channel: 'C0OLD' })).toMatchObject({ channel: { name: 'old', is_archived: true } });
  });

  test('JSON bodies are read as forms are', async () => {
    await started();
    const body = JSON.stringify({ channel: drift, text: 'hello', blocks: [{ type: 'divider' }] });
    const headers = { authorization: `Bearer ${slack.token}`, 'content-type': 'application/json; charset=utf-8' };
    const answer = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', headers, body });
    expect(await answer.json()).toMatchObject({ ok: true, channel: 'C0DRIFT' });
    const broken = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', headers, body: '{' });
    expect(await broken.json()).toMatchObject({ ok: false, error: 'invalid_json' });
  });

  test('a marker that is visible twice is a finding, and one that was deleted is none', async () => {
    const client = await started();
    await client.chat.postMessage({ channel: drift, text: 'one', metadata: marked('m') });
    const { ts = '' } = await client.chat.postMessage({ channel: drift, text: 'one', metadata: marked('m') });
    expect(slack.duplicates()).toEqual(['m']);
    await expect(slack.stop({ strict: true })).rejects.toThrow('stands twice: m');
    await slack.start();
    await clientWith(slack.token).chat.delete({ channel: 'C0DRIFT', ts });
    expect(slack.duplicates()).toEqual([]);
  });
});

describe('refusals', () => {
  test('a token that is none, wrong, revoked or without the scope is told apart', async () => {
    const client = await started({ scopes: ['chat:write'] });
    expect(await refusalOf(clientWith(undefined).auth.test())).toMatchObject({ error: 'not_authed' });
    expect(await refusalOf(clientWith('xoxb-other').auth.test())).toMatchObject({ error: 'invalid_auth' });
    expect(await client.auth.test()).toMatchObject({ ok: true, user_id: 'UBOT', response_metadata: { scopes: ['chat:write'] } });
    expect(await refusalOf(client.conversations.info({ channel: 'C0DRIFT' }))).toMatchObject({
      error: 'missing_scope',
      needed: 'channels:read,groups:read',
      provided: 'chat:write',
    });
    for (const error of ['token_revoked', 'account_inactive']) {
      slack.setTokenState(error);
      expect(await refusalOf(client.auth.test())).toMatchObject({ error });
    }
  });

  test.each([
    ['channel_not_found', '#nowhere'],
    ['channel_not_found', '#secret'],
    ['not_in_channel', '#general'],
    ['is_archived', 'C0OLD'],
  ])('%s for %s', async (error, channel) => {
    const client = await started({
      channels: [
        { id: 'C0SECRET', name: 'secret', isPrivate: true, isMember: false },
        { id: 'C0GEN', name: 'general', isMember: false },
        { id: 'C0OLD', name: 'old', isArchived: true },
      ],
    });
    expect(await refusalOf(client.chat.postMessage({ channel, text: 'x' }))).toMatchObject({ error });
  });

  test('an edit takes the id of a channel, its own message and a text of 4,000 characters', async () => {
    const client = await started();
    const { ts = '' } = await client.chat.postMessage({ channel: drift, text: 'x' });
    slack.workspace.add({ ...slack.workspace.all()[0], ts: '1.000001', author: 'U0ALICE' } as never);
    expect(await refusalOf(client.chat.update({ channel: drift, ts, text: 'y' }))).toMatchObject({ error: 'channel_not_found' });
    expect(await refusalOf(client.chat.update({ channel: 'C0DRIFT', ts: '2.0', text: 'y' }))).toMatchObject({ error: 'message_not_found' });
    expect(await refusalOf(client.chat.update({ channel: 'C0DRIFT', ts: '1.000001', text: 'y' }))).toMatchObject({
      error: 'cant_update_message',
    });
    expect(await refusalOf(client.chat.update({ channel: 'C0DRIFT', ts, text: 'y'.repeat(4_001) }))).toMatchObject({
      error: 'msg_too_long',
    });
    expect(await refusalOf(client.chat.postMessage({ channel: drift, text: 'y', thread_ts: '3.0' }))).toMatchObject({
      error: 'thread_not_found',
    });
  });
});

describe('rates', () => {
  test('after a short burst a channel takes one message a second, and whoever does not wait is noted', async () => {
    const client = await started();
    for (let n = 0; n < 4; n++) await client.chat.postMessage({ channel: drift, text: 'x' });
    await expect(client.chat.postMessage({ channel: drift, text: 'x' })).rejects.toMatchObject({
      code: ErrorCode.RateLimitedError,
      retryAfter: 1,
    });
    expect(slack.violations).toEqual([]);
    nowMs += 400;
    await expect(client.chat.postMessage({ channel: drift, text: 'x' })).rejects.toMatchObject({ code: ErrorCode.RateLimitedError });
    expect(slack.violations).toEqual(['chat.postMessage in C0DRIFT was called 600 ms before its Retry-After had ended']);
    nowMs += 1_000;
    for (let n = 0; n < 20; n++) {
      await client.chat.postMessage({ channel: drift, text: 'x' });
      nowMs += 1_000;
    }
    expect(slack.violations).toHaveLength(1);
  });

  test('the search of new apps is one a minute when that is asked for', async () => {
    const client = await started({ rates: { isHistoryScarce: true } });
    await client.conversations.history({ channel: 'C0DRIFT' });
    await expect(client.conversations.history({ channel: 'C0DRIFT' })).rejects.toMatchObject({ retryAfter: 60 });
  });
});

describe('faults', () => {
  test('each comes in its turn, stored or not', async () => {
    const client = await started({
      rates: false,
      faults: [
        { kind: 'reset' },
        { kind: 'answer_lost' },
        { kind: 'status', status: 503 },
        { kind: 'stored_status', status: 502 },
        { kind: 'error', error: 'internal_error' },
        { kind: 'stored_error', error: 'fatal_error' },
        { kind: 'rate_limited', retryAfterSeconds: 30 },
      ],
    });
    for (let n = 1; n <= 7; n++) await expect(client.chat.postMessage({ channel: drift, text: `m${n}` })).rejects.toThrow();
    nowMs += 30_000;
    await client.chat.postMessage({ channel: drift, text: 'm8' });
    expect(slack.visible().map(({ text }) => text)).toEqual(['m2', 'm4', 'm6', 'm8']);
    expect(slack.violations).toEqual([]);
  });
});

describe('the incoming webhook', () => {
  const post = (body: unknown) => fetch(slack.webhookUrl, { method: 'POST', body: JSON.stringify(body) });

  test('takes a message and answers in plain text', async () => {
    await started();
    const answer = await post({ text: 'hello' });
    expect([answer.status, await answer.text()]).toEqual([200, 'ok']);
    const empty = await post({});
    expect([empty.status, await empty.text()]).toEqual([400, 'no_text']);
    slack.setWebhookState({ status: 404, text: 'no_service' });
    expect((await post({ text: 'x' })).status).toBe(404);
    expect(slack.visible()).toMatchObject([{ text: 'hello' }]);
  });
});

describe('marks', () => {
  test('what a text pings and where it leads is told', async () => {
    const client = await started();
    const blocks = [
      { type: 'section', text: mrkdwn('<!channel> <@U123> <https://a.test|a> https://b.test/x &lt;!here&gt;') },
      { type: 'section', text: plain('<!everyone> https://c.test') },
    ];
    await client.chat.postMessage({ channel: drift, text: '<#C1|general> and <!date^1^{date}|then>', blocks });
    expect(slack.mentions()).toEqual(['<!channel>', '<@U123>', '<#C1|general>']);
    expect(slack.links()).toEqual(['https://a.test', 'https://b.test/x']);
  });
});
