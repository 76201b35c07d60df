/**
 * A bad day of `driftwire serve`: killed and restarted at any moment, its Loki failing, webhooks posted until they are answered and some again,
 * a followed file rotated in bursts, its pieces renamed, compressed and written to late. The seed stands in every failure.
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { FakeLoki } from '../support/fake-loki/server.ts';
import { randomOf } from '../support/random.ts';
import { kubernetesEvent } from '../support/records.ts';
import { ServeProcess } from '../support/serve-process.ts';

const ROUNDS = 10;
const seed = Date.now() % 1_000_000;
const random = randomOf(seed);
const chance = (share: number): boolean => random() < share;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const truth = new Set<string>();
function line(): string {
  const auditID = `event-${truth.size}`;
  truth.add(auditID);
  const now = new Date().toISOString();
  return `${JSON.stringify(kubernetesEvent({ auditID, stageTimestamp: now, requestReceivedTimestamp: now }))}\n`;
}

/** As logrotate does it: the oldest is compressed or moves on, the others move up, the program that writes is late to notice. */
function rotate(log: string, number: number): void {
  if (existsSync(`${log}.2`)) {
    if (chance(0.5)) {
      writeFileSync(`${log}.${number}.gz`, gzipSync(readFileSync(`${log}.2`)));
      rmSync(`${log}.2`);
    } else renameSync(`${log}.2`, `${log}.${number}`);
  }
  if (existsSync(`${log}.1`)) renameSync(`${log}.1`, `${log}.2`);
  renameSync(log, `${log}.1`);
  if (chance(0.3)) appendFileSync(`${log}.1`, line());
  writeFileSync(log, '');
}

test('nothing is lost and nothing stands twice on a bad day', { timeout: 240_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-chaos-'));
  const loki = new FakeLoki();
  const log = join(folder, 'audit.log');
  writeFileSync(
    join(folder, 'driftwire.yaml'),
    `loki: { url: "${await loki.start()}" }\nserve: { listen: "127.0.0.1:0", state_dir: state, follow: [{ path: audit.log, cluster: demo }] }\nclusters: { demo: {} }\n`,
  );
  writeFileSync(log, '');
  let serve = await ServeProcess.start(folder);
  onTestFinished(async () => {
    await serve.end('SIGKILL');
    await loki.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const posted: Promise<void>[] = [];
  const post = async (body: string): Promise<void> => {
    const status = await serve.post('/ingest/kubernetes?cluster=demo', body).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200 && !chance(0.2)) return;
    await pause(40);
    await post(body);
  };

  for (let round = 0; round < ROUNDS; round++) {
    if (chance(0.5))
      loki.fail(chance(0.5) ? { kind: 'reset' } : { kind: 'answer_lost' }, { kind: 'status', status: chance(0.5) ? 500 : 503 });
    for (let batch = 0; batch < 3; batch++) posted.push(post(Array.from({ length: 1 + Math.floor(random() * 6) }, line).join('')));
    for (let index = 0; index < 15; index++) {
      const text = line();
      const cut = chance(0.2) ? Math.floor(random() * text.length) : text.length;
      appendFileSync(log, text.slice(0, cut));
      if (cut < text.length) await pause(random() * 30);
      appendFileSync(log, text.slice(cut));
      if (chance(0.08)) rotate(log, 100 + round * 20 + index);
    }
    await pause(chance(0.5) ? random() * 30 : random() * 1_200);
    if (chance(0.3)) continue;
    await serve.end(chance(0.7) ? 'SIGKILL' : 'SIGTERM');
    serve = await ServeProcess.start(folder);
  }
  await Promise.all(posted);
  const stored = (): readonly string[] =>
    loki.stored().flatMap(({ entries }) => entries.map((entry) => (JSON.parse(entry.line) as { readonly auditID: string }).auditID));
  await expect
    .poll(() => serve.metric('kubernetes_audit_manual_changes_total'), { timeout: 60_000, message: `seed ${seed}` })
    .toBe(truth.size);
  await expect.poll(() => stored().length, { timeout: 60_000, message: `seed ${seed}` }).toBe(truth.size);
  expect(new Set(stored()), `seed ${seed}`).toEqual(truth);
  expect(truth.size).toBeGreaterThan(ROUNDS * 15);
  expect(await serve.end('SIGTERM')).toBe(0);
});
