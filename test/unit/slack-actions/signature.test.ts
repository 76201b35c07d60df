import { describe, expect, test } from 'vitest';
import { isSignedBySlack } from '../../../lib/slack-actions/signature.ts';
import { signed } from '../../support/fake-slack/interactions.ts';

const AT = Date.UTC(2026, 10, 20, 9);
const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';

function verdict(over: { timestamp?: string; signature?: string; body?: string; secret?: string; nowMs?: number } = {}): boolean {
  const { headers, body } = signed('payload=%7B%7D', SECRET, AT);
  const parts = {
    timestamp: 'timestamp' in over ? over.timestamp : headers['x-slack-request-timestamp'],
    signature: 'signature' in over ? over.signature : headers['x-slack-signature'],
    rawBody: Buffer.from(over.body ?? body),
  };
  return isSignedBySlack(parts, over.secret ?? SECRET, over.nowMs ?? AT);
}

describe('a signature', () => {
  test('is the one of the example in the documentation of Slack', () => {
    const rawBody = Buffer.from(
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    );
    const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
    expect(isSignedBySlack({ timestamp: '1531420618', signature, rawBody }, SECRET, 1_531_420_618_000)).toBe(true);
  });

  test('holds for five minutes, and not ahead of its time', () => {
    expect(verdict()).toBe(true);
    expect(verdict({ nowMs: AT + 300_000 })).toBe(true);
    expect(verdict({ nowMs: AT + 301_000 })).toBe(false);
    expect(verdict({ nowMs: AT - 300_000 })).toBe(true);
    expect(verdict({ nowMs: AT - 301_000 })).toBe(false);
  });

  test.each([
    ['no timestamp', { timestamp: undefined }],
    ['no signature', { signature: undefined }],
    ['an empty signature', { signature: '' }],
    ['a signature cut short', { signature: 'v0=abc' }],
    ['another of the same length', { signature: `v0=${'0'.repeat(64)}` }],
    ['another body', { body: 'payload=%7B%7D ' }],
    ['another secret', { secret: 'other' }],
    ['another time', { timestamp: String(AT / 1_000 + 1) }],
    ['a time that is none', { timestamp: 'now' }],
    ['a time beyond all numbers', { timestamp: '9'.repeat(400) }],
    ['a time in other digits', { timestamp: `${AT / 1_000}.0` }],
  ])('is refused with %s', (_, over) => {
    expect(verdict(over as Parameters<typeof verdict>[0])).toBe(false);
  });
});
