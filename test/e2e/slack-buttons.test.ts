import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeLoki } from '../support/fake-loki/server.ts';
import { textsOf } from '../support/fake-slack/content.ts';
import type { SignedRequest } from '../support/fake-slack/interactions.ts';
import { FakeSlack } from '../support/fake-slack/server.ts';
import type { VisibleMessage } from '../support/fake-slack/workspace.ts';
import { kubernetesEvent } from '../support/records.ts';
import { ServeProcess } from '../support/serve-process.ts';

let folder: string;
let loki: FakeLoki;
let slack: FakeSlack;
let serve: ServeProcess;
let events: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'driftwire-buttons-'));
  loki = new FakeLoki();
  slack = new FakeSlack();
  events = 0;
  const lokiUrl = await loki.start();
  await slack.start();
  slack.workspace.usergroups.set('S0OPS', ['U0OPS']);
  writeFileSync(join(folder, 'token'), `${slack.token}\n`);
  writeFileSync(join(folder, 'signing'), `${slack.signingSecret}\n`);
  writeFileSync(
    join(folder, 'driftwire.yaml'),
    [
      `loki: { url: "${lokiUrl}" }`,
      'slack:',
      '  token: { file: token }',
      '  signing_secret: { file: signing }',
      '  channel: "#drift"',
      `  api_url: "${slack.apiUrl}"`,
      '  actions: { allow_users: [U0ALICE], allow_usergroups: [S0OPS] }',
      'serve: { listen: "127.0.0.1:0", state_dir: state }',
    ].join('\n'),
  );
  serve = await ServeProcess.start(folder);
});
afterEach(async () => {
  await serve.end('SIGKILL');
  await loki.stop();
  await slack.stop({ strict: true });
  rmSync(folder, { recursive: true, force: true });
});

/** One more change by carol. */
async function change(): Promise<void> {
  const now = new Date().toISOString();
  const user = { username: 'carol', groups: ['system:authenticated'] };
  const event = kubernetesEvent({ auditID: `e${++events}`, user, stageTimestamp: now, requestReceivedTimestamp: now });
  expect(await serve.post('/ingest/kubernetes?cluster=demo', JSON.stringify(event))).toMatchObject({ status: 200 });
}

async function press({ headers, body }: SignedRequest): Promise<number> {
  const began = Date.now();
  const { status } = await fetch(`${serve.base}/slack/actions`, { method: 'POST', headers, body });
  expect(Date.now() - began).toBeLessThan(3_000);
  return status;
}

const message = (): VisibleMessage | undefined => slack.visible()[0];
const shown = (): string => textsOf(message() ?? { blocks: [], attachments: [] }).join('\n');
const whispers = (): readonly string[] =>
  slack.workspace.ephemerals.map(({ user, blocks }) => `${user}: ${textsOf({ blocks, attachments: [] }).join('')}`);
const eventually = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 40_000, interval: 50 });

describe('buttons of a message', () => {
  test('work for those who may press, once however often they press', { timeout: 180_000 }, async () => {
    await change();
    await eventually(() => expect(shown()).toContain('carol'));
    const first = message();
    if (first === undefined) throw new Error('no message');
    const by = (actionId: string, user: string, userName: string) => slack.press(first, actionId, { user, userName });

    // who may not
    for (const id of ['driftwire_ack', 'driftwire_mute_8h', 'driftwire_expected']) expect(await press(by(id, 'U0EVE', 'eve'))).toBe(200);
    await eventually(() => expect(whispers().filter((each) => /^U0EVE: You may not press/.test(each))).toHaveLength(3));
    expect(shown()).not.toMatch(/(?:Acknowledged|Muted) by/);

    // acknowledge, sent twice and pressed twice
    const acknowledge = by('driftwire_ack', 'U0ALICE', 'alice');
    for (const request of [acknowledge, acknowledge, by('driftwire_ack', 'U0OPS', 'olga')]) expect(await press(request)).toBe(200);
    await eventually(() => expect(shown()).toContain('Acknowledged by alice'));
    await eventually(() => expect(whispers().join()).toContain('U0OPS: Already acknowledged by alice'));

    // mute by a member of the group: what happens then goes to Loki and is counted, and no message is sent
    const mute = by('driftwire_mute_8h', 'U0OPS', 'olga');
    for (const request of [mute, mute, by('driftwire_mute_8h', 'U0OPS', 'olga')]) expect(await press(request)).toBe(200);
    await eventually(() => expect(shown()).toContain('Muted by olga'));
    await eventually(() => expect(whispers().filter((each) => each.startsWith('U0OPS: Already muted'))).toHaveLength(1));
    const calls = slack.calls.filter(({ method }) => method.startsWith('chat.')).length;
    await change();
    await eventually(async () => expect(await serve.metric('kubernetes_audit_manual_changes_total')).toBe(2));
    await eventually(() => expect(loki.stored().flatMap(({ entries }) => entries)).toHaveLength(2));
    await eventually(async () => expect(await delivered('muted')).toBe(1));
    expect(slack.calls.filter(({ method }) => method.startsWith('chat.'))).toHaveLength(calls);

    // lifted by the note in the thread: people are told again
    const note = message()?.replies.find((reply) => textsOf(reply).join('').includes('olga has muted carol'));
    if (note === undefined) throw new Error('no note in the thread');
    expect(await press(slack.press(note, 'driftwire_unmute'))).toBe(200);
    await eventually(() => expect(shown()).not.toContain('Muted by'));
    await change();
    await eventually(() => expect(shown()).toContain('*2* events'));

    expect(await press(by('driftwire_expected', 'U0ALICE', 'alice'))).toBe(200);
    await eventually(() => expect(whispers().at(-1)).toContain('kubernetes_user: "carol"'));
    expect(serve.log).toContain('a button was pressed');
    expect(serve.log).not.toContain(slack.token);
  });

  test('mute over the death of the process', { timeout: 180_000 }, async () => {
    await change();
    await eventually(() => expect(shown()).toContain('carol'));
    const [first] = slack.visible();
    if (first === undefined) throw new Error('no message');
    expect(await press(slack.press(first, 'driftwire_mute_1h', { user: 'U0ALICE', userName: 'alice' }))).toBe(200);
    // killed as soon as it is in force, whether or not the message tells it yet
    await eventually(() => expect(whispers().join()).toContain('In force now: 1'));
    await serve.end('SIGKILL');
    serve = await ServeProcess.start(folder);
    await eventually(() => expect(shown()).toContain('Muted by alice'));
    await change();
    await eventually(async () => expect(await delivered('muted')).toBe(1));
    expect(shown()).toContain('*1* event');
  });

  test('are refused without a signature, and counted', { timeout: 60_000 }, async () => {
    const { headers, body } = slack.sign('payload=%7B%7D');
    expect(await press({ headers: { ...headers, 'x-slack-signature': `v0=${'0'.repeat(64)}` }, body })).toBe(401);
    expect(await press({ headers, body: 'x'.repeat(600_000) })).toBe(413);
    expect(await press(slack.sign('payload=%7B'))).toBe(400);
    await eventually(async () => expect(await serve.metric('driftwire_rejected_posts_total')).toBe(3));
  });
});

/** Deliveries to Slack with this outcome. */
async function delivered(outcome: string): Promise<number> {
  const page = await (await fetch(`${serve.base}/metrics`)).text();
  const line = page
    .split('\n')
    .find(
      (each) => each.startsWith('driftwire_deliveries_total{') && each.includes('sink="slack"') && each.includes(`outcome="${outcome}"`),
    );
  return Number(line?.slice(line.lastIndexOf(' ')));
}
