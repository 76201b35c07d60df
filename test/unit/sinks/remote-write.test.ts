import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../../lib/core/deliver/snapshot.ts';
import type { SeriesValue } from '../../../lib/core/model/series.ts';
import { setUp, X } from '../../support/remote-write-setup.ts';

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
