import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeLoki } from '../support/fake-loki/server.ts';
import { kubernetesEvent } from '../support/records.ts';
import { ServeProcess } from '../support/serve-process.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/driftwire.ts', import.meta.url));

let folder: string;
let loki: FakeLoki;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'driftwire-push-'));
  loki = new FakeLoki();
  writeFileSync(
    join(folder, 'driftwire.yaml'),
    `loki: { url: "${await loki.start()}", timeout_seconds: 5 }\nserve: { state_dir: state }\n`,
  );
  const stageTimestamp = new Date().toISOString();
  const lines = Array.from({ length: 1_200 }, (_, index) => JSON.stringify(kubernetesEvent({ auditID: `id-${index}`, stageTimestamp })));
  writeFileSync(join(folder, 'audit.log'), `${lines.join('\n')}\n`);
});
afterEach(async () => {
  await loki.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the program beside this one, which serves the fake. */
async function run(...args: readonly string[]): Promise<{ readonly status: number; readonly out: string; readonly err: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], { cwd: folder, maxBuffer: 64_000_000 });
    return { status: 0, out: stdout, err: stderr };
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code: number; stdout: string; stderr: string };
    return { status: code, out: stdout, err: stderr };
  }
}

const stored = (): readonly string[] =>
  loki.stored().flatMap(({ entries }) => entries.map(({ line }) => (JSON.parse(line) as { auditID: string }).auditID));

describe('scan --push', () => {
  test('delivers everything it found; run again, nothing doubles', { timeout: 60_000 }, async () => {
    const first = await run('scan', 'audit.log', '--push', '--format', 'jsonl');
    expect(first.err).toContain('pushed to ledger: 1,200 events delivered\npushed to loki: 1,200 events delivered\n');
    expect(first.status).toBe(0);
    expect(first.out.split('\n')).toHaveLength(1_201);
    expect(new Set(stored()).size).toBe(1_200);
    const again = await run('scan', 'audit.log', '--push', '--format', 'jsonl');
    expect(again.status).toBe(0);
    expect(stored()).toHaveLength(1_200);
    expect(loki.stored().every(({ stream }) => stream.includes('ingest="backfill"'))).toBe(true);
  });

  test('leaves out what serve has delivered from a webhook, and serve what a scan has', { timeout: 90_000 }, async () => {
    writeFileSync(
      join(folder, 'driftwire.yaml'),
      `${readFileSync(join(folder, 'driftwire.yaml'), 'utf8').replace('serve: {', 'serve: { listen: "127.0.0.1:0",')}`,
    );
    const records = readFileSync(join(folder, 'audit.log'), 'utf8').trim().split('\n');
    const post = async (some: readonly string[]): Promise<void> => {
      const serve = await ServeProcess.start(folder);
      // the items of a list are written in another way than the lines of a file
      const items = some.map((record) => Object.fromEntries(Object.entries(JSON.parse(record) as object).toReversed()));
      await serve.post('/ingest/kubernetes', JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items }));
      await expect.poll(() => serve.metric('driftwire_deliveries_total'), { timeout: 20_000 }).toBeGreaterThanOrEqual(some.length);
      await serve.end('SIGTERM');
    };
    await post(records.slice(0, 200));
    expect(new Set(stored()).size).toBe(200);
    expect((await run('scan', 'audit.log', '--push', '--format', 'jsonl')).err).toContain('pushed to loki: 1,200 events delivered\n');
    await post(records.slice(100, 300));
    expect(stored()).toHaveLength(1_200);
    expect(new Set(stored()).size).toBe(1_200);
    const late = loki.stored().filter(({ stream }) => stream.includes('ingest="backfill"'));
    expect(late.reduce((sum, { entries }) => sum + entries.length, 0)).toBe(1_000);
  });

  test('says which sink did not take what, and ends with 4', { timeout: 60_000 }, async () => {
    loki.fail(...Array.from({ length: 50 }, () => ({ kind: 'status' as const, status: 401, text: 'no org id\n' })));
    const { status, err, out } = await run('scan', 'audit.log', '--push', '--format', 'jsonl');
    expect(status).toBe(4);
    expect(out.split('\n')).toHaveLength(1_201);
    expect(err).toMatch(
      /pushed to ledger: 1,200 events delivered\npushed to loki: 0 events delivered, 1,200 events not taken: run the same scan again \(unauthorized: /,
    );
  });

  test('with nothing to deliver to, or the sample, is wrong usage', { timeout: 60_000 }, async () => {
    writeFileSync(join(folder, 'driftwire.yaml'), '{}\n');
    expect(await run('scan', 'audit.log', '--push')).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringContaining('there is nothing to deliver to'),
    });
    expect(await run('scan', '--push')).toMatchObject({ status: 2, err: expect.stringContaining('the bundled sample is made up') });
  });
});

describe('check', () => {
  test('asks each sink, delivers nothing, and ends with 4 when one cannot be reached', { timeout: 60_000 }, async () => {
    expect(await run('check')).toMatchObject({ status: 0, out: expect.stringContaining('loki: ok\n') });
    expect(stored()).toEqual([]);
    await loki.stop();
    expect(await run('check')).toMatchObject({ status: 4, out: expect.stringContaining('loki: unreachable: ') });
    expect((await run('check', '--offline')).status).toBe(0);
  });

  test('names a secret that cannot be read', () => {
    writeFileSync(join(folder, 'driftwire.yaml'), 'loki: { url: "http://127.0.0.1:1", token: { file: nowhere } }\n');
    const { status, stdout } = spawnSync(process.execPath, [PROGRAM, 'check'], { cwd: folder, encoding: 'utf8' });
    expect([status, stdout]).toEqual([2, expect.stringContaining('loki.token: the secret file "nowhere" cannot be read (ENOENT)')]);
  });
});
