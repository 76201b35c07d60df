import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeLoki } from '../support/fake-loki/server.ts';
import { cloudtrailRecord, kubernetesEvent } from '../support/records.ts';
import { ServeProcess } from '../support/serve-process.ts';

/** Events of one person, one finding each: the same event for the same id, as an API server that sends it again does. */
const audit = (id: string): object => {
  const now = new Date().toISOString();
  const event = sent.get(id) ?? kubernetesEvent({ auditID: id, stageTimestamp: now, requestReceivedTimestamp: now });
  sent.set(id, event);
  return event;
};
const line = (id: string): string => `${JSON.stringify(audit(id))}\n`;

let folder: string;
let loki: FakeLoki;
let running: ServeProcess[];
let sent: Map<string, object>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'driftwire-serve-'));
  loki = new FakeLoki();
  const url = await loki.start();
  running = [];
  sent = new Map();
  writeFileSync(
    join(folder, 'driftwire.yaml'),
    `loki: { url: "${url}" }\nserve: { listen: "127.0.0.1:0", state_dir: state, follow: [{ path: audit.log, cluster: demo }] }\nclusters: { demo: {} }\n`,
  );
  writeFileSync(join(folder, 'audit.log'), '');
});
afterEach(async () => {
  for (const process of running) await process.end('SIGKILL');
  await loki.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A process in the test's folder, ended after the test. */
async function started(): Promise<ServeProcess> {
  const process = await ServeProcess.start(folder);
  running.push(process);
  return process;
}

/** Event ids in the fake Loki, one for each entry. */
function stored(): readonly string[] {
  return loki
    .stored()
    .flatMap(({ entries }) => entries.map((entry) => (JSON.parse(entry.line) as { auditID?: string; eventID?: string }).auditID ?? 'aws'));
}

const CHANGES = 'kubernetes_audit_manual_changes_total';

describe('driftwire serve', () => {
  test('brings what is posted and what is written to a followed file to the ledger and to Loki', { timeout: 60_000 }, async () => {
    const serve = await started();
    const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: [audit('a'), audit('b')] };
    expect(await serve.post('/ingest/kubernetes?cluster=demo', JSON.stringify(list))).toEqual({
      status: 200,
      body: { records: 2, failed: 0, events: 2, repeated: 0 },
    });
    expect((await serve.post('/ingest/cloudtrail', JSON.stringify(cloudtrailRecord({ eventTime: new Date().toISOString() })))).status).toBe(
      200,
    );
    appendFileSync(join(folder, 'audit.log'), line('c') + line('a'));
    await expect.poll(() => [...stored()].sort(), { timeout: 10_000 }).toEqual(['a', 'aws', 'b', 'c']);
    await expect.poll(() => serve.metric(CHANGES), { timeout: 10_000 }).toBe(3);
    expect(await serve.metric('aws_cloudtrail_manual_changes_total')).toBe(1);
    expect(await (await fetch(`${serve.base}/readyz`)).json()).toEqual({ status: 'ok', reasons: [] });
    expect(await serve.end('SIGTERM')).toBe(0);
  });

  test('loses and doubles nothing when it is killed again and again, its sink down, its file rotated', { timeout: 120_000 }, async () => {
    const truth = new Set<string>();
    const log = join(folder, 'audit.log');
    let serve = await started();
    for (let round = 0; round < 6; round++) {
      if (round === 2) loki.fail({ kind: 'reset' }, { kind: 'answer_lost' }, { kind: 'status', status: 500 }, { kind: 'answer_lost' });
      const posts = Array.from({ length: 5 }, async (_, batch) => {
        const ids = Array.from({ length: 4 }, (_unused, index) => `post-${round}-${batch}-${index}`);
        for (const id of ids) truth.add(id);
        const body = ids.map((id) => line(id)).join('');
        // as an API server does it: the same batch again until there is an answer
        for (;;) {
          const status = await serve.post('/ingest/kubernetes?cluster=demo', body).then(
            (answer) => answer.status,
            () => 0,
          );
          if (status === 200) return;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      });
      for (let index = 0; index < 20; index++) {
        truth.add(`file-${round}-${index}`);
        appendFileSync(log, line(`file-${round}-${index}`));
        if (index === 10 && round % 2 === 1) {
          renameSync(log, join(folder, `audit-2026-11-20T0${round}-00-00.000.log`));
          writeFileSync(log, '');
        }
      }
      await new Promise((resolve) => setTimeout(resolve, [5, 60, 300, 20, 700, 150][round]));
      await serve.end('SIGKILL');
      serve = await started();
      await Promise.all(posts);
    }
    await expect.poll(() => serve.metric(CHANGES), { timeout: 30_000 }).toBe(truth.size);
    await expect.poll(() => stored().length, { timeout: 30_000 }).toBe(truth.size);
    expect(new Set(stored())).toEqual(truth);
    expect(await serve.end('SIGTERM')).toBe(0);
  });

  test('keeps what it was given while Loki is down, and says so', { timeout: 60_000 }, async () => {
    await loki.stop();
    const serve = await started();
    await serve.post('/ingest/kubernetes', line('a') + line('b'));
    await expect.poll(() => serve.metric(CHANGES), { timeout: 10_000 }).toBe(2);
    expect(await serve.metric('driftwire_spool_entries')).toBe(2);
    expect((await fetch(`${serve.base}/healthz`)).status).toBe(200);
    await expect.poll(() => serve.log, { timeout: 40_000 }).toContain('the sink is asked again later');
  });

  test('does not start with a configuration that cannot work, and names all that is wrong', { timeout: 30_000 }, async () => {
    writeFileSync(join(folder, 'driftwire.yaml'), 'loki: { url: "http://127.0.0.1:1", token: { env: NOT_SET_ANYWHERE } }\n');
    await expect(started()).rejects.toThrow(/driftwire\.yaml:1:\d+: error: loki\.token: the environment variable NOT_SET_ANYWHERE/);
  });
});
