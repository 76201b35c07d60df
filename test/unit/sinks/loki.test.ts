import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../lib/core/model/delivery.ts';
import { LokiSink } from '../../../lib/sinks/loki.ts';
import { deliveryWith } from '../../support/deliveries.ts';
import { bodies, ids, kinds, lokiSetup as setup } from '../../support/loki-setup.ts';
import { manualTiming } from '../../support/timing.ts';

const HOUR = 3_600_000;

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
