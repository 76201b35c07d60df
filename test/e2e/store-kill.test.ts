/** Real processes that share a store and are killed without warning (SIGKILL) at any moment, many times over. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SqliteStore } from '../../lib/stores/sqlite.ts';
import { expectTruth } from '../support/ledger-truth.ts';

const CHILD = fileURLToPath(new URL('../support/children/count-events.ts', import.meta.url));
const EVENTS = 400;
const PROCESSES = 3;
const KILLS = 12;

/** Runs a process over some events and kills it after a while; gives what it had promised by then. */
function run(
  folder: string,
  numbers: readonly number[],
  killAfterMs: number | undefined,
): Promise<{ acked: number[]; error: string; wasKilled: boolean }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, folder, numbers.join(',')], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [said, error] = ['', ''];
    let timer: NodeJS.Timeout | undefined;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      // From its first promise on: a process that is killed while Node starts shows nothing.
      if (killAfterMs !== undefined) timer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      error += text;
    });
    child.once('error', reject);
    child.once('close', (_, signal) => {
      clearTimeout(timer);
      const acked = said.split('\n').flatMap((line) => (/^ack \d+$/.test(line) ? [Number(line.slice(4))] : []));
      resolve({ acked, error, wasKilled: signal === 'SIGKILL' });
    });
  });
}

test('processes killed again and again lose nothing they have promised and count nothing twice', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-kill-'));
  const [random] = fc.sample(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })), 1);
  if (random === undefined) throw new Error('no chance');
  const chance = () => Number(random.next().value);
  const promised = new Set<number>();
  let kills = 0;
  for (let round = 0; kills < KILLS && round < 3 * KILLS; round++) {
    // Each round a part of the events, some of them promised before, in an order of its own for each process.
    const some = Array.from({ length: EVENTS }, (_, number) => number).filter((number) =>
      promised.has(number) ? chance() < 0.2 : chance() < 0.5,
    );
    const runs = await Promise.all(
      Array.from({ length: PROCESSES }, () => {
        const numbers = some.map((number) => ({ number, at: chance() })).sort((a, b) => a.at - b.at);
        return run(
          folder,
          numbers.map(({ number }) => number),
          chance() * 60,
        );
      }),
    );
    expect(
      runs
        .filter(({ wasKilled }) => !wasKilled)
        .map(({ error }) => error)
        .join(''),
    ).toBe('');
    kills += runs.filter(({ wasKilled }) => wasKilled).length;
    for (const number of runs.flatMap(({ acked }) => acked)) promised.add(number);
    // Opening checks the whole file; what was promised is there without anybody's further doing.
    const store = new SqliteStore(folder);
    const counted = (await store.totals()).find(
      ({ metric, labels }) => metric === 'driftwire_records_total' && labels['outcome'] === 'finding',
    );
    expect(counted?.value ?? 0).toBeGreaterThanOrEqual(promised.size);
    expect((await store.usage()).entries).toBeGreaterThanOrEqual(promised.size);
    await store.close();
  }
  expect(kills).toBeGreaterThanOrEqual(KILLS);
  const all = Array.from({ length: EVENTS }, (_, number) => number);
  const last = await run(folder, all, undefined);
  expect([last.error, last.acked]).toEqual(['', all]);
  const store = new SqliteStore(folder);
  await expectTruth(store, all, { users: 3 });
  const pending = await store.pending('loki', { maxEntries: 2 * EVENTS, maxBytes: 1e9 });
  expect(new Set(pending.map(({ key }) => key)).size).toBe(EVENTS);
  expect([pending.length, (await store.usage()).entries]).toEqual([EVENTS, EVENTS]);
  await store.close();
  rmSync(folder, { recursive: true });
});
