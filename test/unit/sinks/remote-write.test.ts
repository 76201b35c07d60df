import { afterEach, describe, expect, test } from 'vitest';
import { boundaryAt, MINUTE_MS } from '../../../lib/core/deliver/snapshot.ts';
import type { SeriesValue } from '../../../lib/core/model/series.ts';
import type { Documents } from '../../../lib/core/ports.ts';
import { RemoteWriteSink, type RemoteWriteSinkOptions, type RemoteWriteStatus } from '../../../lib/sinks/remote-write.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { FakeReceiver, type FakeReceiverOptions } from '../../support/fake-receiver/receiver.ts';
import { manualTiming } from '../../support/timing.ts';

const X = 'changes_total';
const receivers: FakeReceiver[] = [];
const sinks: RemoteWriteSink[] = [];

afterEach(async () => {
  for (const sink of sinks.splice(0)) sink.close();
  for (const receiver of receivers.splice(0)) await receiver.stop();
});

async function setUp(options: FakeReceiverOptions = {}, over: Partial<RemoteWriteSinkOptions> = {}) {
  const receiver = new FakeReceiver(options);
  receivers.push(receiver);
  const url = await receiver.start();
  const timing = manualTiming();
  const startMs = boundaryAt(timing.now());
  const store = new MemoryStore();
  const lines: string[] = [];
  const statuses: RemoteWriteStatus[] = [];
  const counts = new Map<string, number>();
  let gauges: readonly SeriesValue[] = [];
  const started = (documents: Documents = store, more: Partial<RemoteWriteSinkOptions> = {}) => {
    const sink = new RemoteWriteSink(
      {
        url,
        protocol: '1.0',
        http: { timeoutMs: 5_000 },
        userAgent: 'driftwire/1.0.0',
        instance: 'host',
        labels: {},
        metadata: [{ family: X, type: 'counter', help: 'Changes.', unit: '' }],
        retry: { maxAttempts: 1, baseMs: 0, capMs: 0, totalMs: 0 },
        ...over,
        ...more,
      },
      {
        documents,
        timing,
        log: (level, message, fields) => lines.push(JSON.stringify({ level, message, ...fields })),
        read: async (status) => {
          statuses.push(status);
          return [
            ...[...counts].map(([user, value]) => ({ name: X, kind: 'counter' as const, labels: [['user', user] as const], value })),
            ...gauges,
          ];
        },
      },
    );
    sinks.push(sink);
    return sink;
  };
  const sink = started();
  return {
    receiver,
    sink,
    store,
    lines,
    statuses,
    startMs,
    timing,
    started,
    count: (user: string, by = 1) => counts.set(user, (counts.get(user) ?? 0) + by),
    setGauges: (values: readonly SeriesValue[]) => {
      gauges = values;
    },
    /** The flush of a minute, counted from the start. */
    flush: (minute: number, by: RemoteWriteSink = sink) => {
      timing.advance(Math.max(0, startMs + minute * MINUTE_MS + 5 - timing.now()));
      return by.flush(startMs + minute * MINUTE_MS);
    },
    /** What the receiver says at so many seconds from the start. */
    sumAt: (seconds: number) => [...receiver.storage.at(X, startMs + seconds * 1000).values()].reduce((sum, value) => sum + value, 0),
    timesOf: (user: string) => {
      const [, samples] = [...receiver.storage.series].find(([id]) => id.includes(`"${user}"`)) ?? [];
      return (samples ?? []).map(({ timeMs, value, isStale }) => [timeMs - startMs, isStale ? 'stale' : value]);
    },
  };
}

describe('a snapshot', () => {
  test('of the first minute makes the first event an increase', async () => {
    const { sink, startMs, count, flush, timesOf, receiver } = await setUp();
    await sink.begin(startMs);
    count('ada');
    expect(await flush(1)).toEqual({ kind: 'delivered', refused: [] });
    expect(timesOf('ada')).toEqual([
      [MINUTE_MS - 300_001, 0],
      [1, 0],
      [MINUTE_MS - 1, 1],
      [MINUTE_MS + 1, 1],
    ]);
    expect(receiver.faults).toEqual([]);
    expect([...receiver.storage.series.keys()]).toEqual([`${X}{instance="host",job="driftwire",user="ada"}`]);
  });

  test('of a ledger that has counted before says so five minutes back, and not that it all happened now', async () => {
    const { sink, startMs, count, flush, sumAt } = await setUp();
    count('ada', 500);
    await sink.begin(startMs);
    await sink.begin(startMs);
    count('ada');
    await flush(1);
    expect([sumAt(60 - 300), sumAt(59), sumAt(60)]).toEqual([500, 500, 501]);
  });

  test('without a beginning takes what it finds as what came before', async () => {
    const { count, flush, sumAt } = await setUp();
    count('ada', 500);
    expect(await flush(1)).toMatchObject({ kind: 'delivered' });
    expect([sumAt(60 - 300), sumAt(60)]).toEqual([500, 500]);
  });

  test('is taken once for a boundary, whoever asks', async () => {
    const { flush, started, receiver } = await setUp();
    await flush(1);
    const before = receiver.seen.length;
    expect(await flush(1)).toEqual({ kind: 'taken' });
    expect(await flush(0)).toEqual({ kind: 'taken' });
    const [one, other] = await Promise.all([flush(2, started()), flush(2, started())]);
    expect([one?.kind, other?.kind].sort()).toEqual(['delivered', 'taken']);
    expect(receiver.seen.length).toBeGreaterThanOrEqual(before);
  });

  test('of a series that ends has a stale marker', async () => {
    const { flush, setGauges, receiver, startMs } = await setUp();
    const info = (version: string): SeriesValue => ({ name: 'build_info', kind: 'gauge', labels: [['version', version]], value: 1 });
    setGauges([info('1')]);
    await flush(1);
    setGauges([info('2')]);
    await flush(2);
    expect([...receiver.storage.at('build_info', startMs + 2 * MINUTE_MS).keys()]).toEqual([
      'build_info{instance="host",job="driftwire",version="2"}',
    ]);
  });

  test('keeps the first name of the instance, also when the host has another one now', async () => {
    const { flush, count, started, store, receiver } = await setUp();
    count('ada');
    await flush(1);
    await flush(2, started(store, { instance: 'another-host' }));
    expect(receiver.storage.series.size).toBe(1);
  });

  test('has the name of the instance that the configuration gives', async () => {
    const { flush, count, receiver } = await setUp({}, { labels: { instance: 'prod', env: 'p' } });
    count('ada');
    await flush(1);
    expect([...receiver.storage.series.keys()]).toEqual([`${X}{env="p",instance="prod",job="driftwire",user="ada"}`]);
  });

  test('tells how many minutes wait and how many series are refused', async () => {
    const { flush, count, receiver, statuses, startMs } = await setUp();
    count('ada');
    count('bad');
    receiver.fault = (_number, { series }) =>
      series.some(({ labels }) => labels.some(([, value]) => value === 'bad')) ? { kind: 'status', status: 400 } : undefined;
    await flush(1);
    receiver.fault = () => ({ kind: 'status', status: 500 });
    await flush(2);
    await flush(3);
    expect(statuses.map(({ boundaryMs, ...status }) => ({ minute: (boundaryMs - startMs) / MINUTE_MS, ...status }))).toEqual([
      { minute: 1, pendingSnapshots: 0, refusedSeries: 0 },
      { minute: 2, pendingSnapshots: 0, refusedSeries: 1 },
      { minute: 3, pendingSnapshots: 1, refusedSeries: 1 },
    ]);
  });
});

describe('a receiver that is down', () => {
  test('for an hour has every minute afterwards, each at its time', async () => {
    const { flush, count, receiver, sumAt } = await setUp();
    await flush(1);
    receiver.fault = () => ({ kind: 'reset' });
    for (let minute = 2; minute <= 61; minute++) {
      count('ada');
      expect(await flush(minute)).toMatchObject({ kind: 'later', reason: 'unreachable', pendingSnapshots: minute - 1 });
    }
    receiver.fault = undefined;
    count('ada');
    expect(await flush(62)).toMatchObject({ kind: 'delivered' });
    for (let minute = 2; minute <= 62; minute++) expect(sumAt(minute * 60)).toBe(minute - 1);
    expect(receiver.faults).toEqual([]);
  });

  test('and lost the answer of what it stored gets the same again, from another process too', async () => {
    for (const lost of [1, 2, 3, 4]) {
      const { flush, count, receiver, started, sumAt, timesOf } = await setUp();
      await flush(1);
      count('ada');
      const seen = receiver.seen.length;
      receiver.fault = (number) => (number < seen + lost ? undefined : { kind: 'reset', stores: number === seen + lost });
      expect(await flush(2)).toMatchObject({ kind: 'later' });
      receiver.fault = undefined;
      expect(await flush(3, started())).toEqual({ kind: 'delivered', refused: [] });
      expect([sumAt(60), sumAt(120), sumAt(180)]).toEqual([0, 1, 1]);
      expect(timesOf('ada').filter(([, value]) => value === 0)).toHaveLength(2);
    }
  });

  test('a process that dies before it can note what was sent loses nothing and doubles nothing', async () => {
    const { flush, count, store, started, receiver, sumAt } = await setUp();
    await flush(1);
    count('ada');
    let saves = 0;
    const dying = started({
      document: (name) => store.document(name),
      replaceDocument: (name, body, version) =>
        ++saves === 2 ? Promise.reject(new Error('died')) : store.replaceDocument(name, body, version),
    });
    await expect(flush(2, dying)).rejects.toThrow('died');
    count('ada');
    expect(await flush(3, started())).toEqual({ kind: 'delivered', refused: [] });
    expect([sumAt(60), sumAt(120), sumAt(180)]).toEqual([0, 1, 2]);
    expect(receiver.storage.series.size).toBe(1);
  });

  test('what another process began to send stays in doubt until the receiver has taken something', async () => {
    const { flush, count, started, receiver, lines, sumAt } = await setUp();
    await flush(1);
    count('ada');
    count('bob');
    const seen = receiver.seen.length;
    receiver.fault = (number) => (number > seen + 3 ? { kind: 'status', status: 500 } : undefined);
    expect(await flush(2)).toMatchObject({ kind: 'later' });
    const other = started();
    expect(await flush(3, other)).toMatchObject({ kind: 'later' });
    receiver.fault = undefined;
    expect(await flush(4, other)).toEqual({ kind: 'delivered', refused: [] });
    expect([sumAt(60), sumAt(120), sumAt(240)]).toEqual([0, 2, 2]);
    expect(lines).toEqual([]);
  });

  test('that answers 500 to what is too old for it is left with what it has, and does not hold up the rest', async () => {
    const { flush, count, started, receiver, sumAt } = await setUp({ outOfOrderMs: 5 * MINUTE_MS, tooOldStatus: 500 });
    await flush(1);
    count('ada');
    const seen = receiver.seen.length;
    // all of the minute is stored but its last answer, and then the receiver is away for ten minutes
    receiver.fault = (number) => (number > seen + 3 ? { kind: 'reset', stores: number === seen + 4 } : undefined);
    for (let minute = 2; minute <= 11; minute++) expect(await flush(minute)).toMatchObject({ kind: 'later' });
    receiver.storage.append([
      { labels: [['__name__', 'up']], samples: [{ timeMs: Date.UTC(2026, 10, 20, 9, 12), value: 1, isStale: false }] },
    ]);
    receiver.fault = undefined;
    count('ada');
    expect(await flush(12, started())).toEqual({ kind: 'delivered', refused: [] });
    expect([sumAt(60), sumAt(120), sumAt(600), sumAt(720)]).toEqual([0, 1, 1, 2]);
  });

  test('that nobody wrote to for ten minutes is told what stood meanwhile', async () => {
    const { flush, count, sumAt, receiver } = await setUp();
    count('ada');
    await flush(1);
    count('ada');
    await flush(11);
    for (let minute = 1; minute <= 10; minute++) expect(sumAt(minute * 60 + 30)).toBe(1);
    expect(sumAt(660)).toBe(2);
    expect(receiver.faults).toEqual([]);
  });

  test('and stores nothing of the last hour any more is left with the totals, which is said once', async () => {
    const { flush, count, receiver, lines, sumAt, startMs } = await setUp();
    await flush(1);
    count('ada');
    receiver.fault = () => ({ kind: 'reset' });
    await flush(2);
    // somebody else writes the present, so the receiver's head has moved on when it is back
    receiver.fault = undefined;
    receiver.storage.append([{ labels: [['__name__', 'up']], samples: [{ timeMs: startMs + 90 * MINUTE_MS, value: 1, isStale: false }] }]);
    count('ada');
    expect(await flush(90)).toEqual({ kind: 'delivered', refused: [] });
    expect(sumAt(90 * 60)).toBe(2);
    expect(lines.filter((line) => line.includes('older than the remote-write receiver takes'))).toHaveLength(1);
  });

  test('because of one series gets the others after three minutes, and the series is named', async () => {
    const { flush, count, receiver, lines } = await setUp();
    count('bad');
    for (const user of ['ada', 'bob', 'eve']) count(user);
    receiver.fault = (_number, { series }) =>
      series.some(({ labels }) => labels.some(([, value]) => value === 'bad'))
        ? { kind: 'status', status: 500, body: 'too old sample' }
        : undefined;
    for (const minute of [1, 2, 3]) expect(await flush(minute)).toMatchObject({ kind: 'later', reason: 'unavailable' });
    expect(await flush(4)).toMatchObject({ kind: 'later' });
    expect(receiver.storage.series.size).toBe(3);
    expect(lines.some((line) => line.includes('too old sample') && line.includes('bad'))).toBe(true);
  });
});

describe('series that are refused', () => {
  test('are named once with the words of the receiver, however hostile their labels', async () => {
    const { flush, count, receiver, lines } = await setUp();
    const bad = 'bad"} 1\n';
    for (const user of ['ada', bad]) count(user);
    receiver.fault = (_number, { series }) =>
      series.some(({ labels }) => labels.some(([, value]) => value.startsWith('bad')))
        ? { kind: 'status', status: 400, body: 'label value too long' }
        : undefined;
    expect(await flush(1)).toMatchObject({ kind: 'delivered' });
    expect(await flush(2)).toMatchObject({ kind: 'delivered' });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', series: 1, said: [expect.stringContaining('label value too long')] });
    expect(JSON.parse(lines[0] ?? '').names).toEqual([`${X}{instance="host", job="driftwire", user="bad\\"} 1\\\\x0a"}`]);
  });
});

describe('a clock that is wrong', () => {
  test('by a year does not end the writing when it is set right, which is said', async () => {
    const { flush, count, lines, timing, sink, startMs } = await setUp();
    await sink.flush(startMs + 365 * 24 * 60 * MINUTE_MS);
    count('ada');
    timing.advance(MINUTE_MS);
    await sink.begin(startMs);
    expect((await flush(1)).kind).not.toBe('taken');
    expect(lines[0]).toContain('the clock has gone back');
  });

  test('by a few minutes waits until they have gone by', async () => {
    const { flush, receiver } = await setUp();
    await flush(5);
    const seen = receiver.seen.length;
    expect(await flush(3)).toEqual({ kind: 'taken' });
    expect(receiver.seen.length).toBe(seen);
  });
});

describe('what is kept', () => {
  test.each([
    ['is not compressed', Buffer.from('{}')],
    ['is empty', Buffer.from('')],
  ])('and %s is begun anew, which is said', async (_what, body) => {
    const { flush, count, store, lines } = await setUp();
    await store.replaceDocument('remote-write', new Uint8Array(body), 0);
    count('ada');
    expect(await flush(1)).toMatchObject({ kind: 'delivered' });
    expect(lines[0]).toContain('cannot be read and is begun anew');
    expect(await flush(2)).toMatchObject({ kind: 'delivered' });
    expect(lines).toHaveLength(1);
  });

  test('cannot be kept: nothing is sent', async () => {
    const { flush, started, receiver, store } = await setUp();
    const full = started({ document: (name) => store.document(name), replaceDocument: () => Promise.reject(new Error('disk full')) });
    await expect(flush(1, full)).rejects.toThrow('disk full');
    expect(receiver.seen).toEqual([]);
  });
});

describe('types and help texts', () => {
  test('are told once', async () => {
    const { flush, receiver } = await setUp();
    await flush(1);
    await flush(2);
    expect(receiver.seen.flatMap(({ request }) => request.metadata)).toEqual([{ type: 1, family: X, help: 'Changes.', unit: '' }]);
  });

  test('stand beside each series with 2.0', async () => {
    const { flush, count, receiver } = await setUp({}, { protocol: '2.0' });
    count('ada');
    await flush(1);
    expect(receiver.seen.every(({ protocol, request }) => protocol === '2.0' && request.metadata.length === 0)).toBe(true);
    expect(receiver.seen.at(-1)?.request.series[0]?.metadata?.help).toBe('Changes.');
  });
});

describe('a test of the connection', () => {
  test('is well when the receiver takes an empty request', async () => {
    const { sink, receiver } = await setUp();
    expect(await sink.check()).toEqual({ ok: true });
    expect(receiver.seen.map(({ request }) => request.series.length)).toEqual([0]);
    expect(receiver.storage.series.size).toBe(0);
  });

  test.each([
    [401, 'unauthorized'],
    [404, 'misconfigured'],
    [503, 'unavailable'],
    [400, 'invalid'],
    [413, 'too_large'],
  ])('tells what is wrong with %i', async (status, reason) => {
    const { sink } = await setUp({ fault: () => ({ kind: 'status', status, body: 'says who' }) });
    expect(await sink.check({ deadlineMs: Number.MAX_SAFE_INTEGER })).toMatchObject({
      ok: false,
      reason,
      message: expect.stringContaining('says who'),
    });
  });

  test('finds out whether 2.0 is spoken', async () => {
    const { sink, receiver } = await setUp({ speaks: 'silent' }, { protocol: '2.0' });
    expect(await sink.check()).toEqual({ ok: true });
    expect(receiver.seen.map(({ protocol }) => protocol)).toEqual(['2.0', '1.0']);
  });
});
