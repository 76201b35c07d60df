/** Somebody tunes beside a running `serve`, and it goes on with the exception. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeLoki } from '../support/fake-loki/server.ts';
import { kubernetesEvent } from '../support/records.ts';
import { runMain } from '../support/run-main.ts';
import { ServeProcess } from '../support/serve-process.ts';

let folder: string;
let loki: FakeLoki;
let running: ServeProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'driftwire-tune-e2e-'));
  loki = new FakeLoki();
  const url = await loki.start();
  writeFileSync(
    join(folder, 'driftwire.yaml'),
    `loki: { url: "${url}" }\nserve: { listen: "127.0.0.1:0", state_dir: state }\nclusters: { demo: {} }\nrules: { files: [known.yaml] }\n`,
  );
  writeFileSync(join(folder, 'known.yaml'), '[]\n');
});
afterEach(async () => {
  await running?.end('SIGKILL');
  await loki.stop();
  rmSync(folder, { recursive: true, force: true });
});

const now = new Date().toISOString();
const event = (id: string, username: string, verb: string): object =>
  kubernetesEvent({ auditID: id, stageTimestamp: now, requestReceivedTimestamp: now, user: { username }, verb });

async function post(serve: ServeProcess, ...items: readonly object[]): Promise<void> {
  const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items };
  expect((await serve.post('/ingest/kubernetes?cluster=demo', JSON.stringify(list))).status).toBe(200);
}

interface Told {
  readonly groups: readonly { readonly principal: string; readonly action: string; readonly count: number; readonly exception: string }[];
  readonly summary: { readonly silenced_findings: number };
}

async function tuned(): Promise<Told> {
  const { status, out, err } = await runMain('tune', '--store', '--config', join(folder, 'driftwire.yaml'), '--format', 'json');
  expect([status, err]).toEqual([0, '']);
  return JSON.parse(out);
}
const countsIn = ({ groups }: Told) => groups.map(({ principal, action, count }) => [principal, action, count]);

test('what serve counts is ranked while it runs, and what is pasted silences exactly that', { timeout: 60_000 }, async () => {
  let serve = await ServeProcess.start(folder);
  running = serve;
  const mine = ['a', 'b', 'c'].map((id) => event(id, 'alice', 'patch'));
  await post(serve, ...mine, event('d', 'alice', 'delete'), event('e', 'bob', 'patch'));
  await post(serve, ...mine);
  await expect
    .poll(async () => countsIn(await tuned()), { timeout: 10_000 })
    .toEqual([
      ['kubernetes:alice', 'patch deployments', 3],
      ['kubernetes:alice', 'delete deployments', 1],
      ['kubernetes:bob', 'patch deployments', 1],
    ]);
  const page = await (await fetch(`${serve.base}/metrics`)).text();
  expect(page).not.toContain('kubernetes:alice');

  const exception = (await tuned()).groups[0]?.exception ?? '';
  expect(await serve.end('SIGTERM')).toBe(0);
  writeFileSync(join(folder, 'known.yaml'), exception);
  serve = await ServeProcess.start(folder);
  running = serve;
  await post(serve, event('f', 'alice', 'patch'), event('g', 'alice', 'delete'), event('h', 'bob', 'patch'));
  await expect
    .poll(async () => countsIn(await tuned()), { timeout: 10_000 })
    .toEqual([
      ['kubernetes:alice', 'delete deployments', 2],
      ['kubernetes:bob', 'patch deployments', 2],
    ]);
  // those that were counted before, and none since
  expect((await tuned()).summary.silenced_findings).toBe(3);
  expect(await serve.end('SIGTERM')).toBe(0);
});
