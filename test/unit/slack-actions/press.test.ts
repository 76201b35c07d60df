import { describe, expect, test } from 'vitest';
import { readPress } from '../../../lib/slack-actions/press.ts';
import { interactionBody } from '../../support/fake-slack/interactions.ts';

const payload = {
  type: 'block_actions',
  user: { id: 'U0ALICE', username: 'alice', name: 'alice', team_id: 'TACME' },
  team: { id: 'TACME' },
  trigger_id: '1.2',
  response_url: 'https://hooks.slack.com/actions/T/1/x',
  actions: [{ action_id: 'driftwire_mute_8h', value: '{"incident":"ab-1-1"}', action_ts: '1795165200.000001' }],
};
const [action] = payload.actions;
const read = (value: unknown) => readPress(Buffer.from(interactionBody(value)));

describe('a press', () => {
  test('says what is asked for, of which incident, by whom', () => {
    expect(read(payload)).toEqual({
      kind: 'press',
      press: {
        id: '1795165200.000001 U0ALICE driftwire_mute_8h',
        action: { kind: 'mute', hours: 8 },
        incident: 'ab-1-1',
        userId: 'U0ALICE',
        userName: 'alice',
        isStranger: false,
        responseUrl: 'https://hooks.slack.com/actions/T/1/x',
      },
    });
  });

  test.each([
    ['driftwire_ack', { kind: 'acknowledge' }],
    ['driftwire_mute_1h', { kind: 'mute', hours: 1 }],
    ['driftwire_mute_24h', { kind: 'mute', hours: 24 }],
    ['driftwire_unmute', { kind: 'unmute' }],
    ['driftwire_expected', { kind: 'expected' }],
  ])('of %s is known', (id, asked) => {
    expect(read({ ...payload, actions: [{ ...action, action_id: id }] })).toMatchObject({ press: { action: asked } });
  });

  test('is known by its trigger where it has no time, and is taken without an address to answer', () => {
    const bare = { ...payload, response_url: undefined, actions: [{ ...action, action_ts: undefined }] };
    expect(read(bare)).toMatchObject({ press: { id: '1.2 U0ALICE driftwire_mute_8h', responseUrl: '' } });
  });

  test('by somebody from another workspace is told apart', () => {
    expect(read({ ...payload, user: { ...payload.user, team_id: 'TOTHER' } })).toMatchObject({ press: { isStranger: true } });
    expect(read({ ...payload, team: null })).toMatchObject({ press: { isStranger: false } });
  });

  test('shows a name that is safe and short, or the id', () => {
    const named = (user: object) => read({ ...payload, user });
    expect(named({ id: 'U1', name: `<!channel>\u202e${'x'.repeat(150)}` })).toMatchObject({
      press: { userName: expect.stringMatching(/^‹!channel>\\u\{202e\}x+…$/) },
    });
    expect(named({ id: 'U1', username: 'bob' })).toMatchObject({ press: { userName: 'bob' } });
    expect(named({ id: 'U1', name: 'x'.repeat(10_000) })).toMatchObject({ press: { userName: 'U1' } });
  });

  test.each([
    ['another payload', { type: 'view_submission' }],
    ['a button that is not ours', { ...payload, actions: [{ ...action, action_id: 'other' }] }],
    ['a name that every object has', { ...payload, actions: [{ ...action, action_id: 'constructor' }] }],
    ['no action', { ...payload, actions: [] }],
    ['actions that are none', { ...payload, actions: 'x' }],
  ])('is none of ours in %s', (_, value) => {
    expect(read(value)).toEqual({ kind: 'other' });
  });

  test.each([
    ['no user', { ...payload, user: null }],
    ['a user without id', { ...payload, user: {} }],
    ['a value that is no JSON', { ...payload, actions: [{ ...action, value: '{' }] }],
    ['a value that is no object', { ...payload, actions: [{ ...action, value: '[]' }] }],
    ['no value', { ...payload, actions: [{ ...action, value: undefined }] }],
    ['a value of 3,000 characters', { ...payload, actions: [{ ...action, value: JSON.stringify({ incident: 'x'.repeat(3_000) }) }] }],
    ['an incident of 300 characters', { ...payload, actions: [{ ...action, value: JSON.stringify({ incident: 'x'.repeat(300) }) }] }],
    ['nothing that tells it from another', { ...payload, trigger_id: undefined, actions: [{ ...action, action_ts: 3 }] }],
    ['a payload that is a list', []],
  ])('is malformed with %s', (_, value) => {
    expect(read(value)).toEqual({ kind: 'malformed' });
  });

  test.each([
    ['no payload', 'x=1'],
    ['a payload that is no JSON', 'payload=%7B'],
    ['nothing', ''],
  ])('is malformed where the body has %s', (_, body) => {
    expect(readPress(Buffer.from(body))).toEqual({ kind: 'malformed' });
  });

  test('is malformed where the body is no UTF-8', () => {
    expect(readPress(Buffer.from([0x70, 0xff, 0xfe]))).toEqual({ kind: 'malformed' });
  });
});
