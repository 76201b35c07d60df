/**
 * The proof that counts are right, against a real Prometheus: what it answers at any moment is the number of distinct events, whatever
 * was repeated, interleaved, interrupted, lost or refused on the way.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { boundaryAt, MINUTE_MS } from '../../lib/core/deliver/snapshot.ts';
import type { Store } from '../../lib/core/ports.ts';
import { RemoteWriteSink } from '../../lib/sinks/remote-write.ts';
import { SqliteStore } from '../../lib/stores/sqlite.ts';
import { FaultyProxy, type Mishap } from '../support/faulty-proxy.ts';
import { liveThrough, type Minutes, type MinutesOptions, truthAt, SIMULATED_METRIC as X } from '../support/minutes.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { randomOf } from '../support/random.ts';

const MINUTES = 45;
const WINDOW_MS = 5 * MINUTE_MS;
/** Real time of one run on a slow and shared machine. */
const RUN_MS = 120_000;

/** When the sender gives a request up: long enough for a slow machine, short enough to see that it does. */
const GIVE_UP_MS = 800;

const folders: string[] = [];
const stores: SqliteStore[] = [];
/** Every failure names it. */
const seed = Date.now() % 1_000_000;

afterAll(async () => {
  for (const store of stores) await store.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function optionsFor(writeUrl: string, more: Partial<MinutesOptions> = {}): MinutesOptions {
  const folder = mkdtempSync(join(tmpdir(), 'driftwire-minutes-'));
  folders.push(folder);
  const store = new SqliteStore(folder);
  stores.push(store);
  // so near to now that the receiver takes it, and all of it in its past
  const startMs = boundaryAt(Date.now()) - (MINUTES + 1) * MINUTE_MS;
  return { store, writeUrl, minutes: MINUTES, startMs, random: randomOf(seed), ...more };
}

/** Where the answer of a range query is not what is true; `shownBy` gives the truth at a moment. */
async function errors(
  prometheus: Prometheus,
  expression: string,
  from: number,
  to: number,
  stepMs: number,
  truth: (timeMs: number) => number,
) {
  const [series, ...more] = await prometheus.range(expression, from, to, stepMs);
  if (series === undefined || more.length > 0) throw new Error(`${expression} has ${more.length + (series ? 1 : 0)} series`);
  const wrong: string[] = [];
  let seen = 0;
  for (let timeMs = from; timeMs <= to; timeMs += stepMs) {
    const said = series.values.get(timeMs);
    seen++;
    if (said !== truth(timeMs)) wrong.push(`${(timeMs - from) / 1000} s: ${said} instead of ${truth(timeMs)}`);
  }
  return { seen, wrong: wrong.slice(0, 20), count: wrong.length };
}

async function expectExact(prometheus: Prometheus, { truth, lastMs }: Minutes, options: MinutesOptions): Promise<void> {
  // from the first boundary that was written on, up to the end of the last minute
  const from = options.startMs + MINUTE_MS;
  const to = lastMs + MINUTE_MS - 1_000;
  const total = (timeMs: number) => truthAt(truth, timeMs);
  const lately = (timeMs: number) => total(timeMs) - total(timeMs - WINDOW_MS);
  expect(total(lastMs), `seed ${seed}: nothing happened`).toBeGreaterThan(20);

  // every whole second, aligned or not, and a grid that never meets one
  for (const [begin, stepMs] of [
    [from, 1_000],
    [from + 517, 1_013],
  ] as const) {
    const totals = await errors(prometheus, `sum(${X})`, begin, to, stepMs, total);
    expect(totals, `seed ${seed}`).toEqual({ seen: totals.seen, wrong: [], count: 0 });
    const windows = await errors(prometheus, `sum(${X}) - sum(${X} offset 5m)`, begin, to, stepMs, lately);
    expect(windows, `seed ${seed}`).toEqual({ seen: windows.seen, wrong: [], count: 0 });
    expect(windows.seen).toBeGreaterThan(2_000);
  }

  // person by person, from the first change on of those who did nothing before; no answer means nothing lately
  const grouped = await prometheus.range(`sum by (user) (${X}) - sum by (user) (${X} offset 5m)`, from, to, 7_000);
  const users = [...(truth.get(lastMs)?.keys() ?? [])];
  expect(users.length, `seed ${seed}`).toBeGreaterThan(3);
  for (const user of users) {
    const values = grouped.find(({ labels }) => labels['user'] === user)?.values;
    for (let timeMs = from; timeMs <= to; timeMs += 7_000) {
      const lastly = truthAt(truth, timeMs, user) - truthAt(truth, timeMs - WINDOW_MS, user);
      expect(values?.get(timeMs) ?? 0, `seed ${seed}: ${user} at ${timeMs}`).toBe(lastly);
    }
  }

  // plain increase is exact where windows end at a boundary, up to the rounding of its own extrapolation over 2 ms in 5 minutes
  const [aligned] = await prometheus.range(`sum(increase(${X}[5m]))`, from + WINDOW_MS, boundaryAt(to), MINUTE_MS);
  expect(aligned?.values.size).toBeGreaterThan(30);
  for (const [timeMs, said] of aligned?.values ?? []) {
    expect(Math.abs(said - lately(timeMs)), `seed ${seed}: increase at ${timeMs}`).toBeLessThan(1e-4 * (1 + lately(timeMs)));
  }
}

describe.skipIf(!hasPrometheus())('a real Prometheus', () => {
  let prometheus: Prometheus;

  beforeAll(async () => {
    prometheus = await startPrometheus();
  }, RUN_MS);

  afterAll(async () => {
    await prometheus?.stop();
  }, RUN_MS);

  test(
    'counts exactly, at any moment, through 45 minutes of repeated, concurrent and interrupted traffic',
    async () => {
      const options = optionsFor(prometheus.writeUrl);
      const minutes = await liveThrough(options);
      expect(await minutes.oneMore()).toMatchObject({ kind: 'delivered', refused: [] });
      expect(minutes.starts, `seed ${seed}`).toBeGreaterThan(1);
      await expectExact(prometheus, minutes, options);
    },
    RUN_MS,
  );

  test('a test of the connection stores nothing', async () => {
    const { store } = optionsFor(prometheus.writeUrl);
    const sink = sinkOf(prometheus.writeUrl, store);
    expect(await sink.check()).toEqual({ ok: true });
    expect((await prometheus.query(`count({instance="checked"})`, Date.now())).size).toBe(0);
    sink.close();
  });
});

/** Each run has a Prometheus of its own: a series that stands in it already is another history. */
describe.skipIf(!hasPrometheus())('with a receiver in front of it that fails', () => {
  let prometheus: Prometheus;
  let proxy: FaultyProxy;
  let writeUrl: string;

  const setUp = async (config = ''): Promise<void> => {
    prometheus = await startPrometheus({ config });
    proxy = new FaultyProxy(prometheus.url);
    writeUrl = `${await proxy.start()}/api/v1/write`;
  };

  afterEach(async () => {
    await proxy?.stop();
    await prometheus?.stop();
  }, RUN_MS);

  test.each([
    ['in order alone', ''],
    ['with an out-of-order window', 'storage: { tsdb: { out_of_order_time_window: 10m } }\n'],
  ])(
    'drops, delays, lost answers, 429, 500 and an outage of ten minutes change no number at any moment (%s)',
    async (_what, config) => {
      await setUp(config);
      const options = optionsFor(writeUrl, { timeoutMs: GIVE_UP_MS });
      const chance = randomOf(seed + 1);
      proxy.next = (number) => (number > 60 && number < 130 ? { kind: 'drop' } : mishap(number, chance(), 'without 400'));
      const minutes = await liveThrough(options);
      proxy.next = () => ({ kind: 'pass' });
      // Retry-After may ask for patience beyond one minute
      await delivered(minutes);
      await proxy.settled();
      for (const kind of ['drop', 'lose_answer', 'delay', '429', '500', '503'])
        expect(proxy.counts.get(kind), `seed ${seed}: ${kind}`).toBeGreaterThan(0);
      await expectExact(prometheus, minutes, options);
    },
    RUN_MS,
  );

  test(
    'and when it also answers 400 to what is right, the totals are right in the end and never too high',
    async () => {
      await setUp();
      const options = optionsFor(writeUrl, { timeoutMs: GIVE_UP_MS });
      const chance = randomOf(seed + 2);
      proxy.next = (number) => mishap(number, chance(), 'with 400');
      const minutes = await liveThrough(options);
      proxy.next = () => ({ kind: 'pass' });
      await delivered(minutes);
      // what was refused is looked at again in the next minute, and again
      await minutes.oneMore();
      await minutes.oneMore();
      await proxy.settled();
      expect(proxy.counts.get('400'), `seed ${seed}`).toBeGreaterThan(0);
      const { lastMs, truth } = minutes;
      const users = await prometheus.query(`sum by (user) (${X})`, lastMs + 30_000);
      expect(users.size).toBeGreaterThan(3);
      for (const [labels, said] of users) {
        expect(said, `seed ${seed}: ${labels}`).toBe(truthAt(truth, lastMs, (JSON.parse(labels) as { readonly user: string }).user));
      }
      const [sums] = await prometheus.range(`sum(${X})`, options.startMs + MINUTE_MS, lastMs, 1_000);
      for (const [timeMs, said] of sums?.values ?? [])
        expect(said, `seed ${seed}: at ${timeMs}`).toBeLessThanOrEqual(truthAt(truth, timeMs));
    },
    RUN_MS,
  );

  test(
    'a receiver that takes 2.0 for an empty message is written to with 1.0, and nothing is lost',
    async () => {
      await setUp();
      const options = optionsFor(writeUrl, { protocol: '2.0' });
      const minutes = await liveThrough(options);
      expect(await minutes.oneMore()).toMatchObject({ kind: 'delivered', refused: [] });
      expect(minutes.lines.filter((line) => line.includes('does not speak remote write 2.0')).length).toBeGreaterThan(0);
      await expectExact(prometheus, minutes, options);
    },
    RUN_MS,
  );
});

/** Each kind of mishap in turn at every sixth request, so that none is missed, and beside that any of them at one in ten. */
function mishap(number: number, chance: number, which: 'with 400' | 'without 400'): Mishap {
  const kinds: readonly Mishap[] = [
    { kind: 'drop' },
    { kind: 'lose_answer' },
    { kind: 'delay', ms: Math.floor((chance * 1e6) % (1.5 * GIVE_UP_MS)) },
    { kind: 'answer', status: 429, headers: { 'retry-after': '2' } },
    { kind: 'answer', status: 500 },
    { kind: 'answer', status: 503, headers: { 'retry-after': '70' } },
    ...(which === 'with 400' ? [{ kind: 'answer', status: 400 } as const] : []),
  ];
  const pass: Mishap = { kind: 'pass' };
  if (number % 6 === 0) return kinds[(number / 6) % kinds.length] ?? pass;
  return chance < 0.1 ? (kinds[Math.floor(chance * 10 * kinds.length)] ?? pass) : pass;
}

/** Minutes go by until the receiver has everything. */
async function delivered(minutes: Minutes): Promise<void> {
  for (let more = 0; more < 5; more++) {
    if ((await minutes.oneMore()).kind === 'delivered') return;
  }
  throw new Error(`seed ${seed}: not delivered after five quiet minutes`);
}

function sinkOf(writeUrl: string, store: Store): RemoteWriteSink {
  return new RemoteWriteSink(
    {
      url: writeUrl,
      protocol: '1.0',
      http: { timeoutMs: 5_000 },
      userAgent: 'driftwire/1.0.0',
      instance: 'checked',
      labels: {},
      metadata: [],
    },
    { documents: store, read: async () => [], log: () => undefined },
  );
}
