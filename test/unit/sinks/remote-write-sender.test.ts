import { afterEach, describe, expect, test } from 'vitest';
import type { Slice } from '../../../lib/core/deliver/snapshot-slices.ts';
import { mergeSeries, type Sample } from '../../../lib/core/model/series.ts';
import { type RemoteWriteAddress, RemoteWriteEndpoint } from '../../../lib/sinks/remote-write-request.ts';
import { RemoteWriteSender, type SendOptions } from '../../../lib/sinks/remote-write-sender.ts';
import { FakeReceiver, type FakeReceiverOptions, type Fault } from '../../support/fake-receiver/receiver.ts';
import { manualTiming } from '../../support/timing.ts';

const receivers: FakeReceiver[] = [];
const endpoints: RemoteWriteEndpoint[] = [];

afterEach(async () => {
  for (const endpoint of endpoints.splice(0)) endpoint.close();
  for (const receiver of receivers.splice(0)) await receiver.stop();
});

const status = (number: number, headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: 'status',
  status: number,
  headers,
  body: `because ${number}`,
});

async function setUp(options: FakeReceiverOptions = {}, address: Partial<RemoteWriteAddress> = {}) {
  const receiver = new FakeReceiver(options);
  receivers.push(receiver);
  const url = await receiver.start();
  const endpoint = new RemoteWriteEndpoint({ url, protocol: '1.0', http: { timeoutMs: 5_000 }, userAgent: 'driftwire/1.0.0', ...address });
  endpoints.push(endpoint);
  const timing = manualTiming();
  const downgrades: string[] = [];
  const sender = new RemoteWriteSender({
    endpoint,
    timing,
    metadataOf: (name) => ({ family: name, type: 'counter', help: `What ${name} counts.`, unit: '' }),
    retry: { maxAttempts: 3, baseMs: 200, capMs: 5_000, totalMs: 30_000 },
    onDowngrade: (said) => downgrades.push(said),
  });
  const send = (slice: Slice, over: Partial<SendOptions> = {}) =>
    sender.send(slice, { deadlineMs: timing.now() + 60_000, onRefusal: 'search', ...over });
  return { receiver, endpoint, sender, timing, downgrades, send };
}

function sliceOf(users: readonly string[], timeMs = 1_000_000, value: Sample['value'] = 1): Slice {
  const rows = users.map((user) => ({ name: 'changes_total', kind: 'counter' as const, labels: [['user', user] as const], value: 0 }));
  return { timeMs, samples: [...mergeSeries(rows, [['job', 'driftwire']]).values()].map((series) => ({ series, value })) };
}

const people = (count: number) => Array.from({ length: count }, (_, number) => `user-${number}`);
const settled = { kind: 'settled', refused: [] };
/** A receiver that answers so to whatever holds a series of one of these users. */
const against =
  (fault: Fault, ...users: readonly string[]): NonNullable<FakeReceiverOptions['fault']> =>
  (_number, { series }) =>
    series.some(({ labels }) => labels.some(([name, value]) => name === 'user' && users.includes(value))) ? fault : undefined;
const usersOf = (refused: readonly { readonly sample: Sample }[]) =>
  refused.map(({ sample }) => sample.series.labels.find(([name]) => name === 'user')?.[1]);

describe('what is sent', () => {
  test('is what a strict receiver takes, once for each series', async () => {
    const { receiver, send } = await setUp();
    expect(await send(sliceOf(['ada', 'bob']))).toEqual(settled);
    expect(receiver.faults).toEqual([]);
    expect([...receiver.storage.series.keys()]).toEqual([
      'changes_total{job="driftwire",user="ada"}',
      'changes_total{job="driftwire",user="bob"}',
    ]);
  });

  test('may be sent again and changes nothing', async () => {
    const { receiver, send } = await setUp();
    await send(sliceOf(['ada']));
    expect(await send(sliceOf(['ada']))).toEqual(settled);
    expect([...receiver.storage.series.values()]).toEqual([[{ timeMs: 1_000_000, value: 1, isStale: false }]]);
  });

  test('is split into requests of 2,000 samples', async () => {
    const { receiver, send } = await setUp();
    await send(sliceOf(people(4_100)));
    expect(receiver.seen.map(({ request }) => request.series.length)).toEqual([2_000, 2_000, 100]);
  });

  test('is signed for Amazon Managed Service for Prometheus, anew with each try', async () => {
    const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' });
    const { receiver, send } = await setUp(
      { fault: (number) => (number === 1 ? status(500) : undefined) },
      { sigv4: { region: 'eu-west-1', credentials } },
    );
    await send(sliceOf(['ada']));
    const [first, second] = receiver.seen.map(({ headers }) => headers);
    expect(first?.['authorization']).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/aps\/aws4_request, /);
    expect(first?.['x-amz-security-token']).toBe('session');
    expect(second?.['authorization']).toMatch(/^AWS4/);
    expect(receiver.faults).toEqual([]);
  });

  test('says its tenant and its credentials', async () => {
    const auth = { kind: 'basic', username: '1', password: 'pw' } as const;
    const { receiver, send } = await setUp({}, { tenant: 'team-a', http: { timeoutMs: 5_000, auth } });
    await send(sliceOf(['ada']));
    expect(receiver.seen[0]?.headers).toMatchObject({ 'x-scope-orgid': 'team-a', authorization: 'Basic MTpwdw==' });
  });

  test('is nothing without AWS credentials, and the reason is told', async () => {
    const credentials = () => Promise.reject(new Error('could not load credentials from any providers'));
    const { receiver, send } = await setUp({}, { sigv4: { region: 'eu-west-1', credentials } });
    expect(await send(sliceOf(['ada']))).toMatchObject({
      kind: 'barred',
      reason: 'unauthorized',
      said: expect.stringContaining('any providers'),
    });
    expect(receiver.seen).toEqual([]);
  });
});

describe('a refusal', () => {
  test('is brought home to the one series it is about, and the others are stored', async () => {
    const { receiver, send, sender } = await setUp({ fault: against(status(400), 'user-77') });
    const outcome = await send(sliceOf(people(300)));
    expect(outcome).toMatchObject({ kind: 'settled', refused: [{ said: expect.stringContaining('answered 400: because 400') }] });
    expect(outcome.kind === 'settled' && usersOf(outcome.refused)).toEqual(['user-77']);
    expect(receiver.storage.series.size).toBe(299);
    expect(receiver.seen.length).toBeLessThan(2 * Math.log2(300) + 4);
    expect(sender.refusedSeries).toBe(1);
  });

  test('is expected the next time, and the series is taken again as soon as the receiver takes it', async () => {
    const { receiver, send, sender } = await setUp({ fault: against(status(400), 'user-7') });
    await send(sliceOf(people(100), 1_000));
    const before = receiver.seen.length;
    await send(sliceOf(people(100), 2_000));
    expect(receiver.seen.length - before).toBe(2);
    receiver.fault = undefined;
    expect(await send(sliceOf(people(100), 3_000))).toEqual(settled);
    expect(sender.refusedSeries).toBe(0);
    expect(receiver.storage.at('changes_total', 3_000).size).toBe(100);
  });

  test('of everything ends the search after a bounded number of requests', async () => {
    const { receiver, send, sender } = await setUp({ fault: () => status(400) });
    const outcome = await send(sliceOf(people(2_000)));
    expect(outcome.kind === 'settled' && outcome.refused).toHaveLength(2_000);
    expect(receiver.seen.length).toBeLessThan(135);
    expect(sender.refusedSeries).toBe(2_000);
    await send(sliceOf(people(2_000), 2_000_000));
    expect(receiver.seen.length).toBeLessThan(150);
  });

  test('is left at that when the caller wishes, and other requests of the slice still go', async () => {
    const { receiver, send } = await setUp({ fault: against(status(400), 'user-3') });
    expect(await send(sliceOf(people(2_100)), { onRefusal: 'leave' })).toMatchObject({
      kind: 'refused',
      said: expect.stringContaining('400'),
    });
    expect(receiver.seen).toHaveLength(2);
    expect(receiver.storage.series.size).toBe(100);
  });

  test('for its size halves the request', async () => {
    const { receiver, send } = await setUp({ fault: (_number, { series }) => (series.length > 30 ? status(413) : undefined) });
    expect(await send(sliceOf(people(100)))).toEqual(settled);
    expect(receiver.storage.series.size).toBe(100);
  });

  test('during a search that the receiver interrupts is searched again later, and what was stored stays', async () => {
    const { receiver, send, sender } = await setUp();
    const refuses = against(status(400), 'user-9');
    receiver.fault = (number, request) => (number > 3 ? status(503) : refuses(number, request));
    expect(await send(sliceOf(people(10)))).toMatchObject({ kind: 'later', reason: 'unavailable' });
    receiver.fault = refuses;
    const outcome = await send(sliceOf(people(10)));
    expect(outcome.kind === 'settled' && usersOf(outcome.refused)).toEqual(['user-9']);
    expect(sender.refusedSeries).toBe(1);
    expect(receiver.storage.series.size).toBe(9);
  });

  test('of one series alone needs no search', async () => {
    const { receiver, send } = await setUp({ fault: () => status(422) });
    expect(await send(sliceOf(['ada']))).toMatchObject({ kind: 'settled', refused: [{ said: expect.stringContaining('422') }] });
    expect(receiver.seen).toHaveLength(1);
  });
});

describe('a receiver in trouble', () => {
  test.each([408, 429, 500, 503, 529])('is asked again after %i', async (number) => {
    const { receiver, send } = await setUp({ fault: (count) => (count < 3 ? status(number) : undefined) });
    expect(await send(sliceOf(['ada']))).toEqual(settled);
    expect(receiver.seen).toHaveLength(3);
  });

  test('is given the time it asks for', async () => {
    const { send, timing } = await setUp({ fault: (count) => (count === 1 ? status(429, { 'retry-after': '7' }) : undefined) });
    expect(await send(sliceOf(['ada']))).toEqual(settled);
    expect(timing.slept).toEqual([7_000]);
  });

  test('that asks for more time than there is gets nothing until it is over', async () => {
    const { receiver, send, timing } = await setUp({ fault: (count) => (count === 1 ? status(503, { 'retry-after': '90' }) : undefined) });
    expect(await send(sliceOf(['ada']))).toMatchObject({ kind: 'later', reason: 'unavailable', afterMs: 90_000 });
    expect(await send(sliceOf(['ada']))).toMatchObject({ kind: 'later', reason: 'paused', afterMs: 90_000 });
    expect(receiver.seen).toHaveLength(1);
    timing.advance(90_001);
    expect(await send(sliceOf(['ada']))).toEqual(settled);
  });

  test('gets a bounded number of tries', async () => {
    const { receiver, send } = await setUp({ fault: () => status(500) });
    expect(await send(sliceOf(['ada']))).toMatchObject({ kind: 'later', reason: 'unavailable', isAnswer: true });
    expect(receiver.seen).toHaveLength(3);
  });

  test('that breaks the connection after it has stored gets the same again', async () => {
    const { receiver, send } = await setUp({ fault: (count) => (count < 3 ? { kind: 'reset', stores: true } : undefined) });
    expect(await send(sliceOf(['ada']))).toEqual(settled);
    expect([...receiver.storage.series.values()]).toEqual([[{ timeMs: 1_000_000, value: 1, isStale: false }]]);
  });

  test('that is not there at all is told as unreachable', async () => {
    const { receiver, send } = await setUp();
    await receiver.stop();
    receivers.splice(0);
    expect(await send(sliceOf(['ada']))).toMatchObject({ kind: 'later', reason: 'unreachable', isAnswer: false });
  });

  test('gets nothing when the time is up', async () => {
    const { receiver, send, timing } = await setUp();
    expect(await send(sliceOf(['ada']), { deadlineMs: timing.now() })).toMatchObject({ kind: 'later', reason: 'stopped' });
    expect(receiver.seen).toEqual([]);
  });

  test('gets nothing when the caller has ended it', async () => {
    const { receiver, send } = await setUp();
    expect(await send(sliceOf(['ada']), { signal: AbortSignal.abort() })).toMatchObject({ kind: 'later', reason: 'stopped' });
    expect(receiver.seen).toEqual([]);
  });

  test.each([
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'misconfigured'],
    [405, 'misconfigured'],
    [415, 'misconfigured'],
    [202, 'unexpected'],
    [302, 'unexpected'],
  ] as const)('that answers %i needs somebody to look, and is asked once', async (number, reason) => {
    const { receiver, send } = await setUp({ fault: () => status(number) });
    expect(await send(sliceOf(people(5)))).toMatchObject({ kind: 'barred', reason, said: expect.stringContaining(`answered ${number}`) });
    expect(receiver.seen).toHaveLength(1);
  });

  test('a text that would drive a terminal is told without its controls', async () => {
    const { send } = await setUp({ fault: () => ({ kind: 'status', status: 403, body: 'no\u001b[2J\r\nway' }) });
    expect(await send(sliceOf(['ada']))).toMatchObject({ said: expect.stringMatching(/answered 403: no \[2J way$/) });
  });
});

describe('a receiver that trips over one series', () => {
  test('gets the others, when it has answered 500 for long enough', async () => {
    const { receiver, send } = await setUp({ fault: against(status(500), 'user-5') });
    const outcome = await send(sliceOf(people(64)), { isTripped: true });
    expect(outcome.kind === 'settled' && usersOf(outcome.refused)).toEqual(['user-5']);
    expect(receiver.storage.series.size).toBe(63);
  });

  test('is told from one that is down, which is nobody’s fault', async () => {
    const { receiver, send, sender } = await setUp({ fault: () => status(500) });
    expect(await send(sliceOf(people(64)), { isTripped: true })).toMatchObject({ kind: 'later', isAnswer: true });
    expect(sender.refusedSeries).toBe(0);
    expect(receiver.seen.length).toBeLessThan(30);
  });

  test('a single series cannot be told from it', async () => {
    const { send, sender } = await setUp({ fault: () => status(500) });
    expect(await send(sliceOf(['ada']), { isTripped: true })).toMatchObject({ kind: 'later' });
    expect(sender.refusedSeries).toBe(0);
  });

  test('and that falls silent meanwhile is asked again later', async () => {
    const { send, sender } = await setUp({ fault: (count) => (count < 4 ? status(500) : { kind: 'reset' }) });
    expect(await send(sliceOf(people(8)), { isTripped: true })).toMatchObject({ kind: 'later', reason: 'unreachable' });
    expect(sender.refusedSeries).toBe(0);
  });
});

describe('remote write 2.0', () => {
  const v2 = { protocol: '2.0' } as const;

  test('is spoken with a receiver that shows that it has written, metadata beside each series', async () => {
    const { receiver, send, downgrades } = await setUp({}, v2);
    expect(await send(sliceOf(['ada']))).toEqual(settled);
    expect(receiver.faults).toEqual([]);
    expect(receiver.seen.map(({ protocol }) => protocol)).toEqual(['2.0']);
    expect(receiver.seen[0]?.request.series[0]?.metadata).toEqual({ type: 1, help: 'What changes_total counts.', unit: '' });
    expect(downgrades).toEqual([]);
  });

  test.each([
    ['answers 415', { speaks: '1.0' }],
    ['takes it for an empty message of 1.0', { speaks: 'silent' }],
    ['answers 400 to the first request', { fault: (count: number) => (count === 1 ? status(400) : undefined) }],
  ] as const)('is left for good with a receiver that %s', async (_what, options) => {
    const { receiver, send, downgrades } = await setUp(options, v2);
    expect(await send(sliceOf(['ada'], 1_000))).toEqual(settled);
    expect(await send(sliceOf(['ada'], 2_000))).toEqual(settled);
    expect(receiver.seen.map(({ protocol }) => protocol)).toEqual(['2.0', '1.0', '1.0']);
    expect(downgrades).toHaveLength(1);
    expect(receiver.storage.at('changes_total', 2_000).size).toBe(1);
  });

  test('is kept with a receiver that has spoken it and refuses a series', async () => {
    const { receiver, send, downgrades } = await setUp({ isPartial: true }, v2);
    await send(sliceOf(people(8), 1_000));
    receiver.fault = against(status(400, { 'x-prometheus-remote-write-samples-written': '7' }), 'user-1');
    const outcome = await send(sliceOf(people(8), 2_000));
    expect(outcome.kind === 'settled' && usersOf(outcome.refused)).toEqual(['user-1']);
    expect(downgrades).toEqual([]);
  });
});
