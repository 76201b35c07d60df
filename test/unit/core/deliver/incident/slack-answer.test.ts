import { expect, test } from 'vitest';
import { judgeSlack, judgeStatus } from '../../../../../lib/core/deliver/incident/slack-answer.ts';

test.each(['invalid_auth', 'token_revoked', 'account_inactive', 'missing_scope', 'no_service'])(
  '%s concerns the token: somebody must look, and nothing more goes out',
  (error) => {
    expect(judgeSlack(error)).toMatchObject({
      kind: 'barred',
      scope: 'token',
      reason: 'unauthorized',
      remedy: expect.stringMatching(/\w/),
    });
  },
);

test.each(['channel_not_found', 'not_in_channel', 'is_archived', 'restricted_action'])('%s concerns one channel', (error) => {
  expect(judgeSlack(error)).toMatchObject({
    kind: 'barred',
    scope: 'channel',
    reason: 'misconfigured',
    remedy: expect.stringMatching(/\w/),
  });
});

test.each(['invalid_blocks', 'msg_blocks_too_long', 'msg_too_long', 'edit_window_closed'])(
  '%s concerns what the message is made of',
  (error) => {
    expect(judgeSlack(error)).toEqual({ kind: 'content' });
  },
);

test('a message that somebody deleted is gone', () => {
  expect(judgeSlack('message_not_found')).toEqual({ kind: 'gone' });
  expect(judgeSlack('cant_delete_message')).toEqual({ kind: 'gone' });
});

test('what Slack has not done is told from what it may have done', () => {
  expect(judgeSlack('ratelimited')).toEqual({ kind: 'wait', reason: 'rate_limited' });
  expect(judgeSlack('team_added_to_org')).toEqual({ kind: 'wait', reason: 'unavailable' });
  for (const error of ['service_unavailable', 'internal_error', 'fatal_error', 'request_timeout']) {
    expect(judgeSlack(error)).toEqual({ kind: 'unknown', reason: 'unavailable' });
  }
});

test('an error that nobody knows is loud', () => {
  expect(judgeSlack('constructor')).toMatchObject({ kind: 'barred', scope: 'channel', reason: 'unexpected' });
});

test('a status says as much, and a webhook more in its text', () => {
  expect(judgeStatus(429, '')).toEqual({ kind: 'wait', reason: 'rate_limited' });
  expect([408, 500, 503].map((status) => judgeStatus(status, 'x').kind)).toEqual(['unknown', 'unknown', 'unknown']);
  expect(judgeStatus(410, 'channel_is_archived\n')).toMatchObject({ kind: 'barred', reason: 'misconfigured' });
  expect(judgeStatus(400, 'invalid_payload')).toEqual({ kind: 'content' });
});
