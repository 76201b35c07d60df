import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery } from '../../../lib/core/model/delivery.ts';
import type { DeliveryResult } from '../../../lib/core/model/delivery-result.ts';
import { LokiSink, type LokiSinkOptions } from '../../../lib/sinks/loki.ts';
import { type DeliveryChange, deliveryWith } from '../../support/deliveries.ts';
import { FakeLoki, type FakeLokiOptions } from '../../support/fake-loki/server.ts';
import { type ManualTiming, manualTiming } from '../../support/timing.ts';

const HOUR = 3_600_000;
const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

interface Setup {
  readonly loki: FakeLoki;
  readonly sink: LokiSink;
  readonly timing: ManualTiming;
  readonly url: string;
  /** An event so many ms before now. */
  event(id: string, ageMs?: number, change?: DeliveryChange): Delivery;
}

async function setup(fake: FakeLokiOptions = {}, options: Partial<LokiSinkOptions> = {}): Promise<Setup> {
  const timing = manualTiming();
  const loki = new FakeLoki({ now: () => timing.now(), ...fake });
  const url = await loki.start();
  const sink = new LokiSink({ url, http: { timeoutMs: 5_000 }, ...options }, { timing });
  open.push({
    stop: async () => {
      sink.close();
      await loki.stop();
    },
  });
  const start = timing.now();
  const event = (id: string, ageMs = 0, change: DeliveryChange = {}) =>
    deliveryWith({ id, timeNs: BigInt(start - ageMs) * 1_000_000n, ...change });
  return { loki, sink, timing, url, event };
}

const kinds = (results: readonly DeliveryResult[]) =>
  results.map((result) => (result.kind === 'delivered' ? 'delivered' : `${result.kind} ${result.reason}`));
const ids = (loki: FakeLoki, tenant?: string) =>
  loki
    .stored(tenant)
    .flatMap(({ entries }) => entries.map(({ metadata }) => metadata['event_id']))
    .sort();
const bodies = (loki: FakeLoki) => loki.pushes.map(({ body }) => JSON.parse(gunzipSync(body).toString()));

describe('a push', () => {
  test('is compressed JSON of one stream, to the tenant and the address of the push', async () => {
    const { loki, sink, event } = await setup({ auth: true }, { tenant: 'team-a' });
    await sink.deliver([event('a'), event('b', 1000, { ingest: 'backfill' }), event('c', 2000)]);
    expect(loki.pushes.map(({ headers }) => [headers['content-type'], headers['content-encoding'], headers['x-scope-orgid']])).toEqual([
      ['application/json', 'gzip', 'team-a'],
      ['application/json', 'gzip', 'team-a'],
    ]);
    expect(bodies(loki).map(({ streams }) => streams.length)).toEqual([1, 1]);
    expect(ids(loki, 'team-a')).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['', '/loki/api/v1/push'],
    ['/', '/loki/api/v1/push'],
    ['/loki/api/v1/push', '/loki/api/v1/push'],
    ['/loki/api/v1/push/', '/loki/api/v1/push'],
    ['/loki/api/v1', '/loki/api/v1/push'],
    ['/prefix', '/prefix/loki/api/v1/push'],
  ])('goes to the right path for an address that ends with %j', async (path, expected) => {
    const { loki, url, event, timing } = await setup();
    const sink = new LokiSink({ url: `${url}${path}`, http: { timeoutMs: 5_000 } }, { timing });
    await sink.deliver([event('a')]);
    sink.close();
    expect(loki.seen.map((request) => request.path)).toEqual([expected]);
  });

  test('is never sent to the address of old, where Loki drops it with a 204', () => {
    expect(() => new LokiSink({ url: 'http://loki:3100/api/prom/push', http: { timeoutMs: 1 } })).toThrow(/push address of old/);
  });

  test('goes through TLS with an authority of its own, with a bearer token', async () => {
    const [key, cert] = ['key', 'cert'].map((name) => readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), 'utf8'));
    const tls = { key: key ?? '', cert: cert ?? '' };
    const { loki, sink, event, url, timing } = await setup(
      { tls, authorization: 'Bearer s3cret-token' },
      { http: { timeoutMs: 5_000, tls: { ca: cert }, auth: { kind: 'bearer', token: 's3cret-token' } } },
    );
    expect(await sink.deliver([event('a')])).toEqual([{ kind: 'delivered' }]);
    expect(ids(loki)).toEqual(['a']);
    const distrustful = new LokiSink({ url, http: { timeoutMs: 5_000 } }, { timing });
    expect(kinds(await distrustful.deliver([event('b')]))).toEqual(['refused misconfigured']);
    distrustful.close();
  });

  test('holds the record byte for byte, with the exact time and the metadata', async () => {
    const { loki, sink } = await setup();
    const recordText = '{ "auditID":"x1",\t"n": 1.0, "u":"Zoë 🚀 \\u00e4", "s":"\\ud800" }';
    const timeNs = BigInt(manualTiming().now()) * 1_000_000n - 123_456_789n;
    await sink.deliver([deliveryWith({ id: 'x1', timeNs, recordText, labels: { env: 'prod' } })]);
    expect(loki.stored()).toMatchObject([
      {
        stream: '{account="111122223333", cluster="demo", env="prod", service_name="driftwire", source="k8s_audit"}',
        entries: [{ timeNs, line: recordText, metadata: { event_id: 'x1', user: 'alice@example.com', detected_level: 'warn' } }],
      },
    ]);
  });

  test('keeps events of one time apart', async () => {
    const { loki, sink, event } = await setup();
    await sink.deliver(['a', 'b', 'c'].map((id) => event(id)));
    expect(ids(loki)).toEqual(['a', 'b', 'c']);
  });

  test('stays within its bounds, the oldest entry first', async () => {
    const { loki, sink, event } = await setup({}, { bounds: { maxBytes: 2_000, maxEntries: 4 } });
    const events = Array.from({ length: 20 }, (_, n) => event(`e${n}`, n * 1000));
    expect(new Set(kinds(await sink.deliver(events)))).toEqual(new Set(['delivered']));
    const pushes = bodies(loki).map(({ streams }) => streams[0].values);
    expect(pushes.every((values) => values.length <= 4)).toBe(true);
    const times = pushes.flat().map(([time]) => time);
    expect(times).toEqual(times.toSorted());
  });

  test('goes at a pace at which Loki does not shard the stream, and other streams do not wait for it', { timeout: 20_000 }, async () => {
    const { loki, sink, timing, event } = await setup();
    const pad = 'x'.repeat(200_000);
    const large = Array.from({ length: 30 }, (_, n) => event(`e${n}`, n, { recordText: JSON.stringify({ auditID: `e${n}`, pad }) }));
    const started = timing.now();
    expect(new Set(kinds(await sink.deliver([...large, event('small', 0, { findings: [{ cluster: 'b' }] })])))).toEqual(
      new Set(['delivered']),
    );
    expect(timing.now() - started).toBeGreaterThan(3_000);
    expect(timing.now() - started).toBeLessThan(5_000);
    const small = loki.pushes.findIndex(({ body }) => gunzipSync(body).includes('"small"'));
    expect(loki.pushes[small]?.atMs).toBeLessThan(started + 1_000);
    const left = await sink.deliver(large.slice(0, 20), { deadlineMs: timing.now() + 500 });
    expect(new Set(kinds(left))).toEqual(new Set(['delivered', 'later stopped']));
  });

  test('has promoted metadata as labels', async () => {
    const { loki, sink, event } = await setup({}, { promoted: ['namespace'] });
    await sink.deliver([event('a')]);
    expect(loki.stored()[0]?.stream).toContain('namespace="shop"');
  });
});

describe('an event that Loki refuses', () => {
  test('is told apart from the others of its push, by reason', async () => {
    const { loki, sink, event } = await setup();
    const results = await sink.deliver([event('good'), event('old', 8 * 24 * HOUR), event('new', -HOUR), event('good too', 1000)]);
    expect(kinds(results)).toEqual(['delivered', 'refused too_old', 'refused too_new', 'delivered']);
    expect(results[1]).toMatchObject({ permanent: true, message: expect.stringMatching(/answered 400: .*timestamp too old/) });
    expect(ids(loki)).toEqual(['good', 'good too']);
    expect(loki.pushes).toHaveLength(1);
  });

  test('is found by pushing less where the text does not tell which it was', async () => {
    const { loki, sink, event, timing } = await setup();
    timing.advance(500);
    // two events of the same second, of which the rule refuses one: the text names seconds only
    const edge = 7 * 24 * HOUR - 500;
    const events = [event('in', edge - 1), event('out', edge + 1), ...Array.from({ length: 6 }, (_, n) => event(`e${n}`, n))];
    expect(kinds(await sink.deliver(events))).toEqual(['delivered', 'refused too_old', ...Array.from({ length: 6 }, () => 'delivered')]);
    expect(ids(loki)).toEqual(['e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'in']);
    expect(loki.pushes.length).toBeGreaterThan(2);
  });

  test('because of its label values is refused with its stream, and other streams go on', async () => {
    const { sink, event } = await setup({ limits: { max_label_value_length: 20 } });
    const odd = event('odd', 0, { findings: [{ cluster: 'c'.repeat(30) }] });
    expect(kinds(await sink.deliver([odd, event('a')]))).toEqual(['refused invalid', 'delivered']);
  });

  test('because no time of Loki can hold it spoils no push', async () => {
    const { loki, sink, event } = await setup();
    const at = (time: string) => deliveryWith({ id: time, findings: [{ time }] });
    const results = await sink.deliver([at('9999-01-01T00:00:00Z'), event('a'), at('0001-01-01T00:00:00Z')]);
    expect(kinds(results)).toEqual(['refused too_new', 'delivered', 'refused too_old']);
    expect(loki.pushes).toHaveLength(1);
  });

  test('because it is no event spoils no push either', async () => {
    const { sink, event } = await setup();
    const broken: Delivery = JSON.parse('{"key":"k","requestKey":"k","findings":[{}]}');
    expect(kinds(await sink.deliver([broken, event('a')]))).toEqual(['refused invalid', 'delivered']);
  });

  test('because structured metadata is off says what to change', async () => {
    const { sink, event } = await setup({ limits: { allow_structured_metadata: false } });
    const [result] = await sink.deliver([event('a')]);
    expect(result).toMatchObject({
      kind: 'refused',
      reason: 'misconfigured',
      permanent: false,
      message: expect.stringContaining('allow_structured_metadata'),
    });
  });
});

describe('a record that is too long for Loki', () => {
  const long = (id: string, bytes: number) => JSON.stringify({ auditID: id, responseObject: 'x'.repeat(bytes) });

  test('is cut before it is sent', async () => {
    const { loki, sink, event } = await setup();
    expect(kinds(await sink.deliver([event('a', 0, { recordText: long('a', 300_000) })]))).toEqual(['delivered']);
    expect(loki.pushes).toHaveLength(1);
    expect(loki.stored()[0]?.entries[0]).toMatchObject({
      line: '{"auditID":"a","responseObject":"(cut: 300002 bytes)"}',
      metadata: { truncated: 'true' },
    });
  });

  test('is cut to a lower limit that Loki names, and the limit is remembered', async () => {
    const { loki, sink, event } = await setup({ limits: { max_line_size: 2_000 } });
    const events = [event('a', 0, { recordText: long('a', 5_000) }), event('b', 1), event('c', 2, { recordText: long('c', 3_000) })];
    expect(kinds(await sink.deliver(events))).toEqual(['delivered', 'delivered', 'delivered']);
    const pushes = loki.pushes.length;
    expect(kinds(await sink.deliver(events))).toEqual(['delivered', 'delivered', 'delivered']);
    expect(loki.pushes.length - pushes).toBe(1);
    expect(ids(loki)).toEqual(['a', 'b', 'c']);
  });
});

describe('a late event', () => {
  test('whose place in the live stream has passed goes to the stream of late ones', async () => {
    const { loki, sink, event } = await setup();
    await sink.deliver([event('now')]);
    expect(kinds(await sink.deliver([event('late', 1.5 * HOUR), event('good', 1000)]))).toEqual(['delivered', 'delivered']);
    expect(loki.stored().map(({ stream, entries }) => [stream.includes('ingest="backfill"'), entries.length])).toEqual([
      [false, 2],
      [true, 1],
    ]);
  });

  test('that is there already is delivered, and not put anywhere else', async () => {
    const { loki, sink, event } = await setup();
    const old = Array.from({ length: 30 }, (_, n) => event(`old${n}`, 1.5 * HOUR + n));
    await sink.deliver(old);
    await sink.deliver([event('now')]);
    const results = await sink.deliver([...old, event('more', 1)]);
    expect(new Set(kinds(results))).toEqual(new Set(['delivered']));
    expect(ids(loki)).toHaveLength(32);
    expect(loki.stored()).toHaveLength(1);
  });

  test('moved once is not moved again by a repeat', async () => {
    const { loki, sink, event } = await setup();
    await sink.deliver([event('now')]);
    for (let round = 0; round < 3; round++) expect(kinds(await sink.deliver([event('late', 1.5 * HOUR)]))).toEqual(['delivered']);
    expect(ids(loki)).toEqual(['late', 'now']);
  });

  test('of a backfill is taken in any order and any number of times', async () => {
    const { loki, sink, event } = await setup();
    const day = Array.from({ length: 48 }, (_, n) => event(`e${n}`, ((n * 29) % 48) * 0.5 * HOUR, { ingest: 'backfill' }));
    for (const part of [day.slice(0, 10), day.slice(10), day.toReversed(), day]) {
      expect(new Set(kinds(await sink.deliver(part)))).toEqual(new Set(['delivered']));
    }
    expect(ids(loki)).toHaveLength(48);
    expect(loki.seen.every(({ method }) => method === 'POST')).toBe(true);
  });

  test('that cannot be found yet, because its chunk is not written, is put off until it can', async () => {
    const { loki, sink, event, timing } = await setup();
    const day = [event('new'), event('old', 10 * HOUR)];
    await sink.deliver(day);
    const results = await sink.deliver(day);
    expect(results).toMatchObject([{ kind: 'delivered' }, { kind: 'later', reason: 'too_far_behind', afterMs: 60_000 }]);
    timing.advance(60_000);
    loki.flush();
    expect(kinds(await sink.deliver(day))).toEqual(['delivered', 'delivered']);
    expect(ids(loki)).toEqual(['new', 'old']);
  });

  test('that is still missing when every chunk must have been written goes to the streams of late ones', async () => {
    const { loki, sink, event, timing } = await setup();
    await sink.deliver([event('now')]);
    expect(kinds(await sink.deliver([event('late', 10 * HOUR)]))).toEqual(['later too_far_behind']);
    timing.advance(41 * 60_000);
    for (let round = 0; round < 2; round++) {
      expect(kinds(await sink.deliver([event('late', 10 * HOUR)]))).toEqual(['delivered']);
      loki.flush();
    }
    const streams = loki
      .stored()
      .map(({ stream, entries }) => [/ingest_hour="([^"]*)"/.exec(stream)?.[1], entries[0]?.metadata['event_id']]);
    expect(streams).toEqual([
      [undefined, 'now'],
      ['2026-11-19T23', 'late'],
    ]);
  });

  test('is put off when Loki does not answer whether it is there', async () => {
    const { loki, sink, event, timing } = await setup();
    await sink.deliver([event('now')]);
    loki.failQueries({ kind: 'status', status: 503, headers: { 'retry-after': '50' } });
    expect(await sink.deliver([event('late', 1.5 * HOUR)])).toMatchObject([{ kind: 'later', reason: 'unavailable', afterMs: 50_000 }]);
    expect(sink.pausedUntilMs).toBe(timing.now() + 50_000);
    timing.advance(50_000);
    loki.failQueries({ kind: 'reset' }, { kind: 'reset' });
    expect(kinds(await sink.deliver([event('late', 1.5 * HOUR)]))).toEqual(['later unavailable']);
    expect(kinds(await sink.deliver([event('late', 1.5 * HOUR)]))).toEqual(['delivered']);
    expect(ids(loki)).toEqual(['late', 'now']);
  });

  test('is found among more entries than one query gives', { timeout: 20_000 }, async () => {
    const { loki, sink, event } = await setup({ limits: { reject_old_samples: false } });
    const many = Array.from({ length: 5_400 }, (_, n) => event(`e${n}`, 1.5 * HOUR + n));
    await sink.deliver(many);
    await sink.deliver([event('now')]);
    const wide = [many[0], many[2_700], many[5_399]].filter((each) => each !== undefined);
    expect(kinds(await sink.deliver([...wide, event('missing', 1.6 * HOUR)]))).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'delivered',
    ]);
    expect(ids(loki)).toHaveLength(5_402);
  });

  test('is refused when nobody may ask whether it is there', async () => {
    const { loki, sink, event, url, timing } = await setup({ limits: { max_entries_limit_per_query: 10 } });
    await sink.deliver([event('now')]);
    const [result] = await sink.deliver([event('late', 1.5 * HOUR)]);
    expect(result).toMatchObject({
      kind: 'refused',
      reason: 'too_far_behind',
      permanent: true,
      message: expect.stringContaining('could not be asked'),
    });
    expect(ids(loki)).toEqual(['now']);
    expect(url).toContain('127.0.0.1');
    expect(timing.slept).toEqual([]);
  });
});

describe('what concerns the sender', () => {
  test.each([
    [260, 'blocked'],
    [206, 'unexpected'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'misconfigured'],
    [307, 'misconfigured'],
  ] as const)('%i is a failure of everything that is under way, and is not asked again for a minute', async (status, reason) => {
    const { loki, sink, event, timing } = await setup();
    loki.fail({ kind: 'status', status, text: 'no' });
    const events = [event('a'), event('b', 0, { ingest: 'backfill' })];
    expect(kinds(await sink.deliver(events))).toEqual([`refused ${reason}`, `refused ${reason}`]);
    expect(kinds(await sink.deliver(events))).toEqual([`refused ${reason}`, `refused ${reason}`]);
    expect(loki.pushes).toHaveLength(1);
    timing.advance(60_000);
    expect(kinds(await sink.deliver(events))).toEqual(['delivered', 'delivered']);
  });

  test('a push that is too large is halved, also where Loki says so with a 500 for ever', async () => {
    const { loki, sink, event } = await setup({ limits: { grpc_server_max_recv_msg_size: 3_000 } });
    const events = Array.from({ length: 16 }, (_, n) => event(`e${n}`, n));
    loki.fail({ kind: 'status', status: 413 });
    expect(new Set(kinds(await sink.deliver(events)))).toEqual(new Set(['delivered']));
    expect(ids(loki)).toHaveLength(16);
    const big = event('big', 0, { recordText: JSON.stringify({ auditID: 'big', requestObject: 'x'.repeat(4_000) }) });
    expect(kinds(await sink.deliver([big]))).toEqual(['refused too_large']);
  });

  test('a push above what a stream may take at a time gets in by halves', async () => {
    const { loki, sink, event } = await setup({ limits: { per_stream_rate_limit: 1024, per_stream_rate_limit_burst: 2048 } });
    const events = Array.from({ length: 8 }, (_, n) =>
      event(`e${n}`, n, { recordText: JSON.stringify({ auditID: `e${n}`, pad: 'x'.repeat(800) }) }),
    );
    expect(new Set(kinds(await sink.deliver(events)))).toEqual(new Set(['delivered']));
    expect(ids(loki)).toHaveLength(8);
  });

  test('a limit of streams concerns only the new stream', async () => {
    const { loki, sink, event } = await setup({ limits: { max_global_streams_per_user: 1 } });
    await sink.deliver([event('known')]);
    const results = await sink.deliver([event('other', 0, { findings: [{ cluster: 'b' }] }), event('known too', 1)]);
    expect(kinds(results)).toEqual(['later stream_limit', 'delivered']);
    expect(ids(loki)).toEqual(['known', 'known too']);
  });

  test('a sink that is down costs one series of tries and not one for each batch', async () => {
    const { loki, sink, event } = await setup({}, { bounds: { maxBytes: 1, maxEntries: 1 } });
    loki.fail(...Array.from({ length: 100 }, () => ({ kind: 'status' as const, status: 503 })));
    const events = Array.from({ length: 50 }, (_, n) => event(`e${n}`));
    expect(new Set(kinds(await sink.deliver(events)))).toEqual(new Set(['later unavailable']));
    expect(loki.pushes.length).toBeLessThanOrEqual(5);
  });

  test('a pause that Loki asked for holds for what is under way and for the test of the connection', async () => {
    const { loki, sink, event, timing } = await setup();
    loki.fail({ kind: 'status', status: 400, text: 'x', headers: { 'retry-after': '100' } });
    expect(kinds(await sink.deliver([event('a'), event('b')]))).toEqual(['later paused', 'later paused']);
    expect(sink.pausedUntilMs).toBe(timing.now() + 100_000);
    expect(await sink.check()).toMatchObject({ ok: false, reason: 'paused' });
    expect(loki.pushes).toHaveLength(1);
  });

  test('a gateway that refuses everything with a 400 is asked a bounded number of times', { timeout: 20_000 }, async () => {
    const { loki, sink, event } = await setup();
    loki.fail(...Array.from({ length: 3_000 }, () => ({ kind: 'status' as const, status: 400, text: 'bad gateway' })));
    const events = Array.from({ length: 1_000 }, (_, n) => event(`e${n}`, n));
    const results = await sink.deliver(events);
    expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['refused']));
    expect(loki.pushes.length).toBeLessThan(600);
  });

  test('a text of Loki reaches no message with control characters in it', async () => {
    const { loki, sink, event } = await setup();
    loki.fail({ kind: 'status', status: 403, text: 'no\u001b[31m\r\nred' });
    const [result] = await sink.deliver([event('a')]);
    expect(result).toMatchObject({ message: expect.stringMatching(/answered 403: no \[31m red$/) });
  });
});

describe('without structured metadata', () => {
  test('a Loki before 3.0 gets the metadata in the line', async () => {
    const { loki, sink, event } = await setup({ limits: { allow_structured_metadata: false } }, { structuredMetadata: false });
    expect(kinds(await sink.deliver([event('a')]))).toEqual(['delivered']);
    expect(JSON.parse(loki.stored()[0]?.entries[0]?.line ?? '')).toMatchObject({
      driftwire: { event_id: 'a', user: 'alice@example.com' },
      auditID: 'a',
    });
  });
});
