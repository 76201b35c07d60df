import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { textsOf } from '../support/fake-slack/content.ts';
import { FakeSlack } from '../support/fake-slack/server.ts';
import type { VisibleMessage } from '../support/fake-slack/workspace.ts';
import { kubernetesEvent } from '../support/records.ts';
import { ServeProcess } from '../support/serve-process.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/driftwire.ts', import.meta.url));

let folder: string;
let slack: FakeSlack;
let running: ServeProcess[];
/** The same for an event that is posted again. */
let nowText: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'driftwire-slack-'));
  slack = new FakeSlack();
  await slack.start();
  running = [];
  nowText = new Date().toISOString();
  writeFileSync(join(folder, 'token'), `${slack.token}\n`);
  writeFileSync(
    join(folder, 'driftwire.yaml'),
    [
      `slack: { token: {file: ${join(folder, 'token')}}, channel: "#drift", api_url: "${slack.apiUrl}" }`,
      'serve: { listen: "127.0.0.1:0", state_dir: state }',
      'clusters: { demo: {} }',
      '',
    ].join('\n'),
  );
});
afterEach(async () => {
  for (const process of running) await process.end('SIGKILL');
  await slack.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function started(): Promise<ServeProcess> {
  const process = await ServeProcess.start(folder);
  running.push(process);
  return process;
}

/** What one person changes, each event in another object. */
function changes(user: string, ids: readonly string[]): string {
  return ids
    .map((id) =>
      JSON.stringify(
        kubernetesEvent({
          auditID: id,
          user: { username: user, groups: ['system:authenticated'] },
          objectRef: { resource: 'configmaps', namespace: 'shop', name: `map-${id}.`, apiVersion: 'v1' },
          stageTimestamp: nowText,
          requestReceivedTimestamp: nowText,
        }),
      ),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Objects that the messages of a thread name. */
function named(messages: readonly VisibleMessage['replies'][number][]): readonly string[] {
  return messages.flatMap((message) => [
    ...new Set(textsOf(message).flatMap((text) => [...text.matchAll(/map-([\w-]+)\./g)].map(([, id]) => id ?? ''))),
  ]);
}
async function deliveries(serve: ServeProcess, outcome: string): Promise<number> {
  const page = await (await fetch(`${serve.base}/metrics`)).text();
  const line = page
    .split('\n')
    .find(
      (each) => each.startsWith('driftwire_deliveries_total{') && each.includes('sink="slack"') && each.includes(`outcome="${outcome}"`),
    );
  return Number(line?.slice(line.lastIndexOf(' ')));
}
const spooled = (serve: ServeProcess) => serve.metric('driftwire_spool_entries');

/** Runs the program beside this one, which serves the fake. */
async function run(...args: readonly string[]): Promise<{ readonly status: number; readonly said: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], { cwd: folder });
    return { status: 0, said: stdout + stderr };
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code: number; stdout: string; stderr: string };
    return { status: code, said: stdout + stderr };
  }
}

describe('scan --push and check with Slack', () => {
  test('tell everything once, however often, and say what is wrong with a channel', { timeout: 120_000 }, async () => {
    writeFileSync(
      join(folder, 'audit.log'),
      changes(
        'alice@example.com',
        Array.from({ length: 60 }, (_, n) => `id-${n}`),
      ),
    );
    const first = await run('scan', 'audit.log', '--cluster', 'demo', '--push', '--quiet');
    expect(first).toMatchObject({ status: 0, said: expect.stringContaining('pushed to slack: 60 events delivered') });
    expect(slack.visible()).toHaveLength(1);
    expect(slack.visible()[0]?.text).toContain('*60* events');
    const calls = slack.calls.length;
    expect(await run('scan', 'audit.log', '--cluster', 'demo', '--push', '--quiet')).toMatchObject({ status: 0 });
    expect(slack.calls.length).toBe(calls);
    expect(await run('check')).toMatchObject({ status: 0, said: expect.stringContaining('slack') });
    slack.workspace.setChannel({ id: 'C0DRIFT', name: 'drift', isArchived: true });
    expect((await run('check')).said).toMatch(/slack.*is_archived: unarchive the channel/);
  });
});

describe('driftwire serve with Slack', () => {
  test('tells what somebody does as one message with a thread', { timeout: 60_000 }, async () => {
    const serve = await started();
    await serve.post('/ingest/kubernetes?cluster=demo', changes('alice@example.com', ['a']));
    await expect.poll(() => slack.visible().length, { timeout: 15_000 }).toBe(1);
    await serve.post('/ingest/kubernetes?cluster=demo', changes('alice@example.com', ['b', 'c']));
    await expect.poll(() => spooled(serve), { timeout: 20_000 }).toBe(0);
    const [parent, ...others] = slack.visible();
    expect(others).toEqual([]);
    expect(parent?.text).toContain('*3* events');
    expect([...named(parent?.replies ?? [])].sort()).toEqual(['b', 'c']);
    expect(await deliveries(serve, 'delivered')).toBe(3);
    expect(slack.findings()).toEqual([]);
    expect(await serve.end('SIGTERM')).toBe(0);
  });

  test('says nothing twice and loses nothing when it is killed between a call and its commit', { timeout: 180_000 }, async () => {
    let serve = await started();
    // Slack has the message, and the process dies before it knows
    slack.fail({ kind: 'delay', ms: 60_000 });
    await serve.post('/ingest/kubernetes?cluster=demo', changes('alice@example.com', ['a', 'b']));
    await expect.poll(() => slack.visible().length, { timeout: 15_000 }).toBe(1);
    await serve.end('SIGKILL');
    serve = await started();
    await serve.post('/ingest/kubernetes?cluster=demo', changes('alice@example.com', ['b', 'c']) + changes('bob@example.com', ['d']));
    await expect.poll(() => slack.visible().length, { timeout: 20_000 }).toBe(2);
    await serve.end('SIGKILL');
    serve = await started();
    await expect.poll(() => spooled(serve), { timeout: 60_000 }).toBe(0);
    const parents = slack.visible();
    expect(parents).toHaveLength(2);
    const alice = parents.find(({ text }) => text?.includes('alice'));
    expect(alice?.text).toContain('*3* events');
    expect([...named(alice?.replies ?? [])].sort()).toEqual(['a', 'b', 'c']);
    expect(slack.findings()).toEqual([]);
  });

  test('lets findings wait while the token is revoked, and says so', { timeout: 60_000 }, async () => {
    slack.setTokenState('token_revoked');
    const serve = await started();
    await serve.post('/ingest/kubernetes?cluster=demo', changes('alice@example.com', ['a']));
    await expect.poll(() => deliveries(serve, 'failed'), { timeout: 15_000 }).toBeGreaterThan(0);
    expect(serve.log).toMatch(/token_revoked: reinstall the app/);
    expect(await spooled(serve)).toBe(1);
    expect(slack.visible()).toEqual([]);
  });
});
