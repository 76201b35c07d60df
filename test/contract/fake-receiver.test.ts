/** The fake receiver takes and refuses what a real Prometheus takes and refuses; what else it finds fault with is the specification's. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compress, encodeV1, type WriteSeries } from '../../lib/clients/remote-write-codec.ts';
import { inflate, readV1 } from '../support/fake-receiver/decode.ts';
import { FakeReceiver } from '../support/fake-receiver/receiver.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from '../support/prometheus.ts';

const MINUTE_MS = 60_000;
const REQUESTS = 120;

const seriesOf = (user: string, timeMs: number, value: number): WriteSeries => ({
  series: { name: 'fake_total', kind: 'counter', labels: [['user', user]], value },
  samples: [{ timeMs, value }],
});

async function post(url: string, series: readonly WriteSeries[]): Promise<number> {
  const headers = {
    'content-encoding': 'snappy',
    'content-type': 'application/x-protobuf',
    'user-agent': 'test/1.0',
    'x-prometheus-remote-write-version': '0.1.0',
  };
  const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(compress(encodeV1(series))) });
  await response.text();
  return response.status;
}

const WINDOW_MS = 10 * MINUTE_MS;

describe.skipIf(!hasPrometheus()).each([
  { name: 'without an out-of-order window', config: '', options: {} },
  {
    name: 'with one of ten minutes',
    config: 'storage: { tsdb: { out_of_order_time_window: 10m } }\n',
    options: { outOfOrderMs: WINDOW_MS, tooOldStatus: 500 },
  },
] as const)('beside a real Prometheus $name', ({ config, options }) => {
  let prometheus: Prometheus;

  beforeAll(async () => {
    prometheus = await startPrometheus({ config });
  }, 60_000);

  afterAll(async () => {
    await prometheus?.stop();
  }, 60_000);

  test('it gives the same answer to every request, and stores the same', async () => {
    const fake = new FakeReceiver(options);
    const fakeUrl = await fake.start();
    // Prometheus scrapes itself, so the head is at the present in both
    while ((await prometheus.query('up', Date.now())).size === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    const nowMs = Date.now();
    fake.storage.append([{ labels: [['__name__', 'up']], samples: [{ timeMs: nowMs, value: 1, isStale: false }] }]);
    const answers = new Map<number, number>();
    for (let request = 0; request < REQUESTS; request++) {
      const users = ['ada', 'bob', 'eve'].filter(() => Math.random() < 0.6);
      // mostly forward, often a repeat, sometimes back, now and then before the last hour; whole minutes, so that times meet
      const backMs =
        Math.random() < 0.1 ? 70 * MINUTE_MS : Math.max(0, 50 - Math.floor(request / 3) + Math.floor(Math.random() * 4)) * MINUTE_MS;
      const series = users.map((user) => seriesOf(user, nowMs - backMs, Math.floor(Math.random() * 2)));
      const said = await post(prometheus.writeUrl, series);
      expect(await post(fakeUrl, series), `request ${request}: ${JSON.stringify(series)}`).toBe(said);
      answers.set(said, (answers.get(said) ?? 0) + 1);
    }
    expect(answers.get(204)).toBeGreaterThan(10);
    expect((answers.get(400) ?? 0) + (answers.get(500) ?? 0)).toBeGreaterThan(10);
    for (let minute = 0; minute <= 50; minute++) {
      // between samples: whether one of exactly five minutes ago still counts differs between 2.x and 3.x
      const timeMs = nowMs - minute * MINUTE_MS + 500;
      const real = await prometheus.query('fake_total', timeMs);
      expect([...real.values()].sort()).toEqual([...fake.storage.at('fake_total', timeMs).values()].sort());
    }
    expect(fake.faults).toEqual([]);
    await fake.stop();
  }, 60_000);
});

describe('what the specification forbids', () => {
  const faultsOf = (series: readonly WriteSeries[]) => readV1(inflate(compress(encodeV1(series)))).faults;
  const [good] = [seriesOf('ada', 1, 1)];
  const withLabels = (...labels: readonly (readonly [string, string])[]): WriteSeries => ({ ...good, series: { ...good.series, labels } });

  test.each([
    ['a series twice', [good, good], 'series twice'],
    ['a series without samples', [{ ...good, samples: [] }], 'no sample'],
    ['samples that go back in time', [{ ...good, samples: [...good.samples, ...good.samples] }], 'samples not in order'],
    ['a label without a value', [withLabels(['user', ''])], 'empty value'],
    ['a label twice', [withLabels(['user', 'a'], ['user', 'b'])], 'labels not sorted or repeated'],
    ['a label name that is none', [withLabels(['a-b', 'x'])], 'label name'],
    ['a reserved label name', [withLabels(['__x', 'x'])], 'reserved label name'],
  ])('%s is seen', (_what, series, fault) => {
    expect(faultsOf(series).join()).toContain(fault);
  });

  test('and what is right is not', () => {
    expect(faultsOf([good])).toEqual([]);
  });

  test('a request with other headers is seen', async () => {
    const fake = new FakeReceiver();
    const url = await fake.start();
    await fetch(url, { method: 'PUT', body: Buffer.from(compress(encodeV1([good]))) });
    expect(fake.faults.map((fault) => fault.split(':')[0])).toEqual([
      'content-encoding',
      'content-type',
      'x-prometheus-remote-write-version',
      'method PUT',
      'user-agent',
    ]);
    await fake.stop();
  });
});
