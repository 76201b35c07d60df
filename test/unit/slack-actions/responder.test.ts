import { afterEach, beforeEach, expect, test } from 'vitest';
import { linesReply } from '../../../lib/slack-actions/replies.ts';
import { Responder } from '../../../lib/slack-actions/responder.ts';
import type { Fault } from '../../support/fake-slack/faults.ts';
import { FakeSlack } from '../../support/fake-slack/server.ts';

let slack: FakeSlack;
let responder: Responder;
let ts: string;
beforeEach(async () => {
  slack = new FakeSlack();
  await slack.start();
  responder = new Responder(slack.apiUrl);
  const body = JSON.stringify({ channel: 'C0DRIFT', text: 'a message' });
  const headers = { authorization: `Bearer ${slack.token}`, 'content-type': 'application/json' };
  await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', headers, body });
  ts = slack.visible()[0]?.ts ?? '';
});
afterEach(async () => {
  responder.close();
  await slack.stop({ strict: true });
});

const reply = linesReply([{ own: 'hello ' }, { foreign: '<!channel>' }]);
/** Where the answer to a press of a button goes. */
function responseUrl(): string {
  const [message] = slack.visible();
  if (message === undefined) throw new Error('no message');
  const { body } = slack.press(message, 'x', { value: 'y' });
  const payload: { response_url: string } = JSON.parse(new URLSearchParams(body).get('payload') ?? '');
  return payload.response_url;
}
const tries = () => slack.calls.filter(({ method }) => method === 'response_url').length;

test('one person is told, or a thread', async () => {
  const url = responseUrl();
  expect(await responder.respond(url, reply, { kind: 'presser' })).toBe(true);
  expect(await responder.respond(url, reply, { kind: 'thread', threadTs: ts })).toBe(true);
  expect(slack.workspace.ephemerals).toMatchObject([{ user: 'U0ALICE' }]);
  expect(slack.visible()).toMatchObject([{ replies: [{ threadTs: ts }] }]);
  expect(slack.mentions()).toEqual([]);
});

test.each<[string, Fault, number, number]>([
  ['an answer that was lost', { kind: 'answer_lost' }, 2, 1],
  ['a gateway that gave up', { kind: 'stored_status', status: 502 }, 2, 1],
  ['a wait that is asked for', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, 2, 2],
  ['a refusal', { kind: 'status', status: 404 }, 1, 1],
])('after %s a person may be told again, a thread only what it surely does not have', async (_, fault, toPerson, toThread) => {
  slack.failMethod('response_url', fault);
  await responder.respond(responseUrl(), reply, { kind: 'presser' });
  expect(tries()).toBe(toPerson);
  slack.failMethod('response_url', fault);
  await responder.respond(responseUrl(), reply, { kind: 'thread', threadTs: ts });
  expect(tries() - toPerson).toBe(toThread);
  expect(slack.visible().flatMap(({ replies }) => replies).length).toBeLessThanOrEqual(1);
});

test('nothing is sent to an address that is not of Slack', async () => {
  const usual = new Responder(undefined);
  for (const url of [
    'http://169.254.169.254/latest',
    responseUrl(),
    'https://hooks.slack.com.evil.test/x',
    'http://hooks.slack.com/x',
    'x',
  ]) {
    expect(await usual.respond(url, reply, { kind: 'presser' })).toBe(false);
  }
  expect(tries()).toBe(0);
  usual.close();
});
